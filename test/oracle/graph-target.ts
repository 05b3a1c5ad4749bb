import { jvp, vjp } from 'cellwright';
import type { Graph, Sizes } from 'cellwright';
import { mainOutput } from './case.js';
import type { CaseProblem, TraceProblem } from './case.js';
import type { OracleTarget, Precision, Results } from './targets.js';

export type Values = ReadonlyMap<string, Float64Array>;

export interface CompileOptions {
  readonly precision: Precision;
  readonly sizes: Sizes;
}

type GraphFunction = (inputs: Values) => Values;

/** Makes a function of a graph: from its inputs by name to its outputs by name. */
export type GraphCompiler = (graph: Graph, options: CompileOptions) => GraphFunction | Promise<GraphFunction>;

/** A target that computes graphs, with the derivatives and the training loop composed here. */
export function graphTarget(name: string, precisions: readonly Precision[], compile: GraphCompiler): OracleTarget {
  return {
    name,
    precisions,
    run(problem, precision) {
      const compileFor = (graph: Graph, sizes: Sizes) => compile(graph, { precision, sizes });
      return problem.kind === 'case' ? runCase(problem, compileFor) : runTrace(problem, compileFor);
    },
  };
}

type Compile = (graph: Graph, sizes: Sizes) => GraphFunction | Promise<GraphFunction>;

async function runCase(problem: CaseProblem, compile: Compile): Promise<Results> {
  const { graph, sizes, cotangents, differentiated, direction } = problem;
  const loss = lossOf(problem);
  const inputs = new Map(dataOf(problem.values));
  for (const [output, tensor] of cotangents) inputs.set(cotangentName(output), tensor.data);
  if (loss === 'output') inputs.set(cotangentName('loss'), Float64Array.of(1));
  const gradients = vjp(graph, {
    wrt: [...differentiated.keys()],
    cotangents: new Map((loss === 'output' ? ['loss'] : [...cotangents.keys()]).map((output) => [output, cotangentName(output)])),
    gradientName,
  });
  const results = new Map<string, Float64Array>();
  const first = (await compile(gradients, sizes))(inputs);
  forwardResults(first, (output) => output, '');
  for (const [input, name] of differentiated) results.set(`grads.${name}`, orZeros(first, gradientName(input), graph.input(input)));
  if (direction !== undefined) {
    const directional = jvp(gradients, {
      tangents: new Map([...direction.keys()].map((name) => [name, `direction.${name}`])),
      tangentName,
    });
    for (const [name, { data }] of direction) inputs.set(`direction.${name}`, data);
    const second = (await compile(directional, sizes))(inputs);
    forwardResults(second, tangentName, 'secondOrder.jvp.');
    for (const [input, name] of differentiated) {
      const product = direction.has(input) ? 'hvp' : 'hvpInputs';
      results.set(`secondOrder.${product}.${name}`, orZeros(second, tangentName(gradientName(input)), graph.input(input)));
    }
  }
  return results;

  /** Outputs, final states and loss, or their tangents. */
  function forwardResults(values: Values, nameOf: (output: string) => string, prefix: string): void {
    const read = (output: string): Float64Array => orZeros(values, nameOf(output), graph.output(output));
    results.set(`${prefix}outputs`, read(mainOutput(problem.model)));
    for (const state of problem.model.states.keys()) results.set(`${prefix}finalState.${state}`, read(`final.${state}`));
    const total = loss === 'output' ? read('loss') : Float64Array.of(weighted([...cotangents].map(([output, { data }]) => [read(output), data])));
    results.set(`${prefix}loss`, total);
  }

  function orZeros(values: Values, name: string, like: Graph['nodes'][number]): Float64Array {
    // A derivative that is zero everywhere has no output.
    return values.get(name) ?? new Float64Array(like.type.shape.reduce((count, dim) => count * dim.evaluate(sizes), 1));
  }
}

function lossOf({ graph, cotangents }: CaseProblem): 'output' | 'weighted' {
  if (cotangents.size > 0) return 'weighted';
  graph.output('loss');
  return 'output';
}

function weighted(pairs: readonly (readonly [Float64Array, Float64Array])[]): number {
  return pairs.reduce((total, [values, weights]) => values.reduce((sum, value, k) => sum + value * (weights[k] ?? NaN), total), 0);
}

async function runTrace({ graph, model, sizes, values, optimizer, learningRate, steps }: TraceProblem, compile: Compile): Promise<Results> {
  const names = [...model.parameters.keys()];
  const gradients = vjp(graph, { wrt: names, cotangents: new Map([['loss', cotangentName('loss')]]), gradientName });
  const backward = await compile(gradients, sizes);
  const inputs = new Map(dataOf(values));
  inputs.set(cotangentName('loss'), Float64Array.of(1));
  const lengths = names.map((name) => inputs.get(name)?.length ?? 0);
  const count = lengths.reduce((total, length) => total + length, 0);
  const update = await compile(optimizer.update, { P: count });
  let slots: Values = new Map(optimizer.slots.map((slot) => [`slot.${slot}`, new Float64Array(count)]));
  let parameters: Float64Array = flat(names.map((name) => inputs.get(name)));
  const losses: number[] = [];
  const norms: number[] = [];
  for (let stepCount = 1; stepCount <= steps; stepCount++) {
    const computed = backward(inputs);
    losses.push(scalar(computed, 'loss'));
    const updated = update(
      new Map([
        ...slots,
        ['parameters', parameters],
        ['gradients', flat(names.map((name) => computed.get(gradientName(name))))],
        ['learningRate', Float64Array.of(learningRate)],
        ['stepCount', Float64Array.of(stepCount)],
      ]),
    );
    norms.push(scalar(updated, 'gradientNorm'));
    parameters = present(updated, 'parameters');
    slots = new Map([...slots.keys()].map((slot) => [slot, present(updated, slot)]));
    spread();
  }
  return new Map([
    ['losses', Float64Array.from(losses)],
    ['gradNorms', Float64Array.from(norms)],
    ['finalLoss', Float64Array.of(scalar(backward(inputs), 'loss'))],
    ...names.map((name): [string, Float64Array] => [`finalParams.${name}`, present(inputs, name)]),
  ]);

  /** Writes the flat parameters back under their names. */
  function spread(): void {
    let start = 0;
    for (const [k, name] of names.entries()) {
      const end = start + (lengths[k] ?? 0);
      inputs.set(name, parameters.slice(start, end));
      start = end;
    }
  }
}

const cotangentName = (output: string): string => `cotangent.${output}`;
const gradientName = (input: string): string => `gradient.${input}`;
const tangentName = (output: string): string => `tangent.${output}`;

function dataOf(values: CaseProblem['values']): [string, Float64Array][] {
  return [...values].map(([name, { data }]) => [name, data]);
}

function present(values: Values, name: string): Float64Array {
  const found = values.get(name);
  if (found === undefined) throw new Error(`the compiled graph gives no '${name}'`);
  return found;
}

function scalar(values: Values, name: string): number {
  return present(values, name)[0] ?? NaN;
}

function flat(parts: readonly (Float64Array | undefined)[]): Float64Array {
  return Float64Array.from(
    parts.flatMap((part) => {
      if (part === undefined) throw new Error('a parameter has no value or no gradient');
      return [...part];
    }),
  );
}
