import { evaluate } from 'cellwright';
import { compileGraph, compileGraphToWasm } from 'cellwright/compiler';
import type { Problem } from './case.js';
import { graphTarget } from './graph-target.js';
import type { CompileOptions, Values } from './graph-target.js';

export type Precision = 'f64' | 'f32';

/** Computed values, by path as in a reference file: `outputs`, `grads.W_z`, `secondOrder.hvp.W_z`, `losses`, …. */
export type Results = ReadonlyMap<string, Float64Array>;

/** Something that computes problems. */
export interface OracleTarget {
  readonly name: string;
  readonly precisions: readonly Precision[];
  run(problem: Problem, precision: Precision): Promise<Results>;
}

export const targetNames = ['interpreter', 'typescript', 'wasm'] as const;
export type TargetName = (typeof targetNames)[number];

const interpreter = graphTarget('interpreter', ['f64'], (graph, { sizes }) => (inputs) => {
  const tensors = new Map([...inputs].map(([name, data]) => [name, { shape: [data.length], data }]));
  return new Map([...evaluate(graph, tensors, sizes)].map(([name, { data }]) => [name, data]));
});

const typescript = graphTarget('typescript', ['f64', 'f32'], (graph, options) => widened(compileGraph(graph, settings(options))));

const wasm = graphTarget('wasm', ['f64', 'f32'], async (graph, options) => widened(await compileGraphToWasm(graph, settings(options))));

/** A target joins here, as a `graphTarget` around its compiler. */
export const targets: Readonly<Record<TargetName, OracleTarget>> = { interpreter, typescript, wasm };

function settings({ precision, sizes }: CompileOptions) {
  return { sizes, precision: precision === 'f32' ? 'float32' : 'float64', optimize: true } as const;
}

/** The same function with results in double precision. */
function widened(run: (inputs: Values) => ReadonlyMap<string, ArrayLike<number>>): (inputs: Values) => Values {
  return (inputs) => new Map([...run(inputs)].map(([name, values]) => [name, Float64Array.from(values)]));
}
