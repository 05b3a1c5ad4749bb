import { setFlagsFromString } from 'node:v8';
import { encodeText } from '../../src/emit/wasm/encode.js';
import { webAssembly } from '../../src/emit/wasm/host.js';

const probe = await encodeText('(module (func (param v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 0) (local.get 0))))');

const hasRelaxedSimd = (): boolean => webAssembly.validate(probe);

/** Since version 24 of Node relaxed SIMD has no flag: it is there. */
const flag = hasRelaxedSimd() ? undefined : 'experimental-wasm-relaxed-simd';

/** Turns relaxed SIMD on for all that follows. Throws on a host that hasn't any. */
export function turnOnRelaxedSimd(): void {
  if (flag !== undefined) setFlagsFromString(`--${flag}`);
  if (!hasRelaxedSimd()) throw new Error('this host has no relaxed SIMD, and no flag that turns it on');
}

/** Does something on a host with relaxed SIMD, or on one that says it has none. */
export function onHost<Result>(relaxedSimd: boolean, act: () => Result): Result {
  const { validate } = webAssembly;
  turnOnRelaxedSimd();
  if (!relaxedSimd) {
    if (flag !== undefined) setFlagsFromString(`--no-${flag}`);
    else Object.assign(webAssembly, { validate: () => false });
  }
  try {
    return act();
  } finally {
    Object.assign(webAssembly, { validate });
    if (flag !== undefined) setFlagsFromString(`--no-${flag}`);
  }
}
