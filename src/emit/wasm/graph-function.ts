import type { Graph } from '../../graph/graph.js';
import { graphProgram } from '../graph-program.js';
import type { Values } from '../graph-program.js';
import type { MathMode } from '../typescript/math-functions.js';
import { encodeText } from './encode.js';
import { startSymbol } from './header.js';
import { webAssembly } from './host.js';
import { copySymbol, headerElements, KernelModule, largeTileRows, zeroSymbol } from './kernel-module.js';
import { vectorMath } from './math/vector-math.js';
import { transposedBytes, zeroBytes } from './product-function.js';
import { bytesOf } from './vector-code.js';
import type { Lane } from './vector-code.js';

export interface WasmGraphFunctionOptions {
  readonly sizes: Readonly<Record<string, number>>;
  readonly precision?: 'float32' | 'float64';
  readonly math?: MathMode;
  /** Runs the passes of a module's build first. */
  readonly optimize?: boolean;
  /** Reads sizes from the memory, as in a module whose creator gets them; otherwise they are numbers in the code. */
  readonly namedSizes?: boolean;
  /** Computes products as engines do that keep more sums in registers. */
  readonly largeTiles?: boolean;
  /** Computes products of a single row as modules do that are built for one example. */
  readonly batchOfOne?: boolean;
}

export interface WasmGraphFunction {
  (inputs: Values): Map<string, Float32Array | Float64Array>;
  /** The WebAssembly text that was encoded. */
  readonly source: string;
}

/** The most symbols that a header is laid out for. */
const headerSlots = 1024;

/**
 * Compiles any graph to a function through the WebAssembly target, for checking it against the interpreter. Inputs are
 * given and outputs returned by name.
 *
 * @throws RangeError when an input is missing or has the wrong length
 */
export async function compileGraphToWasm(
  graph: Graph,
  { sizes, precision = 'float64', math = 'exact', optimize = false, namedSizes = false, largeTiles = false, batchOfOne = false }: WasmGraphFunctionOptions,
): Promise<WasmGraphFunction> {
  const lane: Lane = precision === 'float32' ? 'f32' : 'f64';
  const bytes = bytesOf[lane];
  const placed = graphProgram(graph, { sizes, optimize, namedSizes, reserved: headerElements(headerSlots, lane) + (zeroBytes + transposedBytes) / bytes });
  const { program, starts } = placed;
  const addresses = new Map([...starts].map(([buffer, start]) => [startSymbol(buffer.name), start * bytes]));
  addresses.set(zeroSymbol, headerElements(headerSlots, lane) * bytes);
  addresses.set(largeTileRows, batchOfOne ? 1 : 2);
  addresses.set(copySymbol, headerElements(headerSlots, lane) * bytes + zeroBytes);
  const kernels = new KernelModule({
    lane,
    math: (name) => vectorMath(name, lane, math),
    region: (buffer) => buffer.name,
    largeTiles,
    batchOfOne,
    known: namedSizes ? new Map() : addresses,
  });
  kernels.addEntry('run', [...program.packs, ...(program.entries[0]?.kernels ?? [])]);
  const source = kernels.text();
  const memory = new webAssembly.Memory({ initial: Math.ceil(((placed.length + 16) * bytes) / 65536) });
  const values: Readonly<Record<string, number>> = sizes;
  if (kernels.headerSymbols.length > headerSlots) throw new RangeError(`a graph with ${String(kernels.headerSymbols.length)} sizes and regions is too large`);
  new Int32Array(memory.buffer).set(kernels.headerSymbols.map((symbol) => addresses.get(symbol) ?? values[symbol] ?? 0));
  const arena = precision === 'float32' ? new Float32Array(memory.buffer) : new Float64Array(memory.buffer);
  const instance = new webAssembly.Instance(new webAssembly.Module(await encodeText(source)), { host: { memory } });
  const { run } = instance.exports as { readonly run: () => void };
  const call = (inputs: Values): Map<string, Float32Array | Float64Array> => {
    placed.place(inputs, arena);
    run();
    return placed.results(arena);
  };
  return Object.assign(call, { source });
}
