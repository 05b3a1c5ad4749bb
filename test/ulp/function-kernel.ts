import { encodeText } from '../../src/emit/wasm/encode.js';
import { fused as fusedAround, splitAtMultiplyAdds } from '../../src/emit/wasm/fused-multiply-add.js';
import { webAssembly } from '../../src/emit/wasm/host.js';
import { vectorMath } from '../../src/emit/wasm/math/vector-math.js';
import { bytesOf, FunctionVectors, lanesOf } from '../../src/emit/wasm/vector-code.js';
import type { Lane, VectorMath } from '../../src/emit/wasm/vector-code.js';

export interface KernelOptions {
  readonly lane: Lane;
  /** Numbers that the buffers hold. */
  readonly length: number;
  /** 1 unless stated. */
  readonly operands?: number;
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
  const code = new FunctionVectors(lane, (name) => vectorMath(name, lane, 'exact'));
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

/** Multiplies and adds at once, in the places where a module's creator does. */
function fused(code: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return (['f32', 'f64'] as const).reduce((own, lane) => {
    const [before, behind] = fusedAround(lane);
    const bytes = splitAtMultiplyAdds(own, lane).flatMap((part) => [...part.before, ...(part.local.length === 0 ? [] : [...before, ...part.local, ...behind])]);
    return Uint8Array.from(bytes);
  }, code);
}

export async function functionKernel(math: VectorMath, options: KernelOptions): Promise<FunctionKernel> {
  const { lane, length, operands = 1, fused: fuses = false } = options;
  const plain = await encodeText(kernelText(math, options));
  const code = fuses ? fused(plain) : plain;
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
