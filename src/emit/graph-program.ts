import { Dim } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import { substituteDims } from '../graph/substitute.js';
import { symbolsOf } from '../graph/symbols.js';
import type { Buffer } from '../lower/kernel-program.js';
import { lowerProgram } from '../lower/lower-program.js';
import type { LoweredProgram } from '../lower/lower-program.js';
import { planMemory } from '../lower/memory-plan.js';
import { wholeView } from '../lower/view.js';
import { afterDifferentiation, beforeDifferentiation, runPasses } from '../optimize/pipeline.js';

export type Values = ReadonlyMap<string, ArrayLike<number>>;

/** A graph as kernels over one arena with every region in its place, for running it apart from any module. */
export interface GraphProgram {
  readonly program: LoweredProgram;
  /** Symbols that stay names in the code. */
  readonly names: readonly string[];
  /** Where each buffer starts, in elements. */
  readonly starts: ReadonlyMap<Buffer, number>;
  /** Elements of the arena. */
  readonly length: number;
  /** Puts values in their places. Throws a RangeError when an input is missing or has the wrong length. */
  place(inputs: Values, arena: Float32Array | Float64Array): void;
  /** Copies of the outputs, by name. */
  results(arena: Float32Array | Float64Array): Map<string, Float32Array | Float64Array>;
}

export interface GraphProgramOptions {
  readonly sizes: Readonly<Record<string, number>>;
  /** Runs the passes of a module's build first. */
  readonly optimize: boolean;
  /** Leaves sizes as names, as in a module whose creator gets them; otherwise they are numbers in the code. */
  readonly namedSizes: boolean;
  /** Elements before the first region. */
  readonly reserved: number;
}

export function graphProgram(graph: Graph, { sizes, optimize, namedSizes, reserved }: GraphProgramOptions): GraphProgram {
  const optimized = optimize ? runPasses(graph, [...beforeDifferentiation, ...afterDifferentiation]) : graph;
  const fixed = namedSizes ? optimized : substituteDims(optimized, new Map(Object.entries(sizes).map(([name, size]) => [name, Dim.constant(size)])));
  const program = lowerProgram({
    graph: fixed,
    entries: ['run'],
    entryOfOutput: () => 'run',
    inputs: (buffers) => new Map([...fixed.inputs].map(([name, node]) => [name, wholeView(buffers.make(name, 'input', node.type.shape))])),
    targets: () => new Map(),
    reserved: [],
  });
  let length = reserved;
  const starts = new Map<Buffer, number>();
  const hosts = planMemory(program);
  for (const buffer of program.buffers) {
    if (hosts.has(buffer)) continue;
    starts.set(buffer, length);
    length += buffer.size.evaluate(sizes);
  }
  for (const [buffer, host] of hosts) starts.set(buffer, starts.get(host) ?? 0);
  return {
    program,
    names: namedSizes ? symbolsOf(fixed) : [],
    starts,
    length,
    place(inputs, arena) {
      for (const [name, view] of program.inputs) {
        const value = inputs.get(name);
        const size = view.buffer.size.evaluate(sizes);
        if (value?.length !== size) throw new RangeError(`the input '${name}' needs ${String(size)} elements, not ${String(value?.length)}`);
        arena.set(value, starts.get(view.buffer) ?? 0);
      }
    },
    results: (arena) =>
      new Map(
        [...program.outputs].map(([name, view]) => {
          const start = (starts.get(view.buffer) ?? 0) + view.offset.evaluate(sizes);
          return [name, arena.slice(start, start + Dim.product(fixed.output(name).type.shape).evaluate(sizes))];
        }),
      ),
  };
}
