import { encodeText } from '../../src/emit/wasm/encode.js';
import { webAssembly } from '../../src/emit/wasm/host.js';
import { bytesOf, FunctionVectors, lanesOf } from '../../src/emit/wasm/vector-code.js';
import type { Lane, VectorMath } from '../../src/emit/wasm/vector-code.js';

export interface KernelOptions {
  readonly lane: Lane;
  /** Numbers that the buffers hold. */
  readonly length: number;
  /** 1, or 2 for a function of two numbers. */
  readonly operands?: 1 | 2;
  /** Multiplies and adds in one instruction, with one rounding. */
  readonly fused?: boolean;
  /** Vectors per turn of the loop. */
  readonly inFlight?: number;
}

/** A function over whole buffers. */
export interface FunctionKernel {
  readonly inputs: readonly (Float32Array | Float64Array)[];
  readonly output: Float32Array | Float64Array;
  /** Computes the first numbers of the output; whole turns of the loop. */
  readonly run: (count: number) => void;
}

/** The text of a module that runs a function over buffers that lie one after another. */
export function kernelText(math: VectorMath, { lane, length, operands = 1, inFlight = 1 }: KernelOptions): string {
  const code = new FunctionVectors(lane, () => math);
  const at = (buffer: number, k: number): string => `offset=${String(buffer * length * bytesOf[lane] + 16 * k)} (local.get $at)`;
  for (let k = 0; k < inFlight; k++) {
    const loaded = Array.from({ length: operands }, (_, slot) => code.let('operand', `(v128.load ${at(slot, k)})`));
    code.line(`(v128.store ${at(operands, k)} ${math(code, loaded)})`);
  }
  const body = code.takeLines();
  const { declarations, constants } = code.preamble();
  return [
    `(module (import "host" "memory" (memory 0)) (func (export "run") (param $end i32) (local $at i32)`,
    ...declarations,
    ...constants,
    '(loop $next',
    ...body,
    `(br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const ${String(16 * inFlight)}))) (local.get $end)))`,
    ')))',
  ].join('\n');
}

/** The instructions that are replaced, per lane: `mul`, `add`, and the one for both. */
const instructions = [
  [0xe6, 0xe4, 0x85],
  [0xf2, 0xf0, 0x87],
] as const;

/** `mul`, `local.get`, `add` to `local.get`, `relaxed_madd`, and `nop`s, wherever they stand: as a module's creator does. */
function fuse(code: Uint8Array<ArrayBuffer>): void {
  for (const [multiply, add, fused] of instructions) {
    for (let k = 0; k + 9 <= code.length; k++) {
      if (code[k] !== 0xfd || code[k + 1] !== multiply || code[k + 2] !== 1 || code[k + 3] !== 0x20) continue;
      const end = (code[k + 4] ?? 0) < 128 ? k + 5 : k + 6;
      if (code[end] !== 0xfd || code[end + 1] !== add || code[end + 2] !== 1) continue;
      code.copyWithin(k, k + 3, end);
      code.set([0xfd, fused, 2, 1, 1, 1], end - 3);
    }
  }
}

export async function functionKernel(math: VectorMath, options: KernelOptions): Promise<FunctionKernel> {
  const { lane, length, operands = 1, fused = false } = options;
  const code = await encodeText(kernelText(math, options));
  if (fused) fuse(code);
  const bytes = bytesOf[lane] * length;
  const memory = new webAssembly.Memory({ initial: Math.ceil(((operands + 1) * bytes) / 65536) });
  const { run } = new webAssembly.Instance(new webAssembly.Module(code), { host: { memory } }).exports;
  if (typeof run !== 'function') throw new Error('the module has no entry');
  const buffers = Array.from({ length: operands + 1 }, (_, k) =>
    lane === 'f32' ? new Float32Array(memory.buffer, k * bytes, length) : new Float64Array(memory.buffer, k * bytes, length),
  );
  const output = buffers.pop();
  if (output === undefined) throw new Error('the module has no buffers');
  return {
    inputs: buffers,
    output,
    run: (count) => {
      if (count % lanesOf[lane] !== 0) throw new RangeError(`${String(count)} is not a number of whole vectors`);
      Reflect.apply(run, undefined, [count * bytesOf[lane]]);
    },
  };
}

let probed: boolean | undefined;

/** Whether the host has relaxed SIMD, so that fused kernels can run. */
export async function hasFusedMultiplyAdd(): Promise<boolean> {
  probed ??= webAssembly.validate(
    await encodeText('(module (func (param v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 0) (local.get 0))))'),
  );
  return probed;
}
