import { bytesOf, lanesOf } from './vector-code.js';
import type { Lane } from './vector-code.js';

/** Stores the first lanes of a vector: as many as are left, at least one and at most all. */
export function storePartFunction(lane: Lane): string[] {
  const bytes = bytesOf[lane];
  const store = (k: number): string =>
    `(v128.store${String(8 * bytes)}_lane${k === 0 ? '' : ` offset=${String(k * bytes)}`} ${String(k)} (local.get $at) (local.get $value))`;
  return [
    ';; stores the first lanes of a vector',
    '(func $storePart (param $at i32) (param $value v128) (param $left i32)',
    `  ${store(0)}`,
    ...Array.from({ length: lanesOf[lane] - 1 }, (_, k) => `  (if (i32.gt_s (local.get $left) (i32.const ${String(k + 1)})) (then ${store(k + 1)}))`),
    ')',
  ];
}
