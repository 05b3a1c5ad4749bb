import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vjp } from '../../src/differentiate/reverse.js';
import { Dim } from '../../src/graph/dim.js';
import { verify } from '../../src/graph/verify.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import { batchGraph } from '../../src/optimize/batch.js';
import { randomGraph, randomScanGraph } from '../support/random-graph.js';
import type { RandomGraph } from '../support/random-graph.js';
import { Random } from '../support/random.js';
import { axpy, expectClose, randomTensor, shapeOf, stack, tensorNamed } from '../support/tensors.js';
import type { Tensors } from '../support/tensors.js';

const count = 3;
const batchDim = Dim.symbol('B');

interface Batch {
  readonly graph: ReturnType<typeof batchGraph>;
  readonly sizes: Record<string, number>;
  /** Where the batch axis of an input stands; inputs that are not here are shared. */
  readonly axes: ReadonlyMap<string, number>;
  readonly examples: readonly Tensors[];
  readonly together: Tensors;
}

/** A random subset of the inputs with a batch axis at a random place. */
function batchOf(f: RandomGraph): Batch {
  const random = new Random(f.seed);
  const axes = new Map([...f.graph.inputs].flatMap(([name, { type }]) =>
    random.chance(0.6) ? [[name, random.integer(0, type.shape.length)] as const] : [],
  ));
  const examples = Array.from({ length: count }, (_, n) => {
    const own = f.draw(f.seed + n);
    return new Map([...f.inputs].map(([name, shared]) => [name, axes.has(name) ? tensorNamed(own, name) : shared]));
  });
  const together = new Map([...f.inputs].map(([name, shared]) => {
    const axis = axes.get(name);
    return [name, axis === undefined ? shared : stack(examples.map((example) => tensorNamed(example, name)), axis)];
  }));
  return { graph: batchGraph(f.graph, axes, batchDim), sizes: { ...f.sizes, B: count }, axes, examples, together };
}

function checkValues(f: RandomGraph): void {
  const { graph, sizes, examples, together } = batchOf(f);
  verify(graph.graph);
  const values = evaluate(graph.graph, together, sizes);
  const alone = examples.map((example) => evaluate(f.graph, example, sizes));
  for (const [name, value] of values) {
    const axis = graph.axes.get(name);
    const expected = alone.map((own) => tensorNamed(own, name));
    if (axis === undefined) expected.forEach((each) => { expectClose(value, each, 1e-10, `the shared output ${name}`); });
    else expectClose(value, stack(expected, axis), 1e-10, `the output ${name}`);
  }
}

/** The gradient of what is shared is the sum over the examples; that of what is batched stands side by side. */
function checkGradients(f: RandomGraph): void {
  const { graph, sizes, axes, examples, together } = batchOf(f);
  const random = new Random(f.seed);
  const batched = [...graph.graph.outputs.keys()].filter((name) => graph.axes.get(name) !== undefined);
  const request = {
    wrt: f.wrt,
    cotangents: new Map(batched.map((name) => [name, `cotangent.${name}`])),
    gradientName: (name: string) => `gradient.${name}`,
  };
  const seeds = batched.map((name) => {
    const shape = shapeOf(f.graph.output(name).type, sizes);
    return { name: `cotangent.${name}`, axis: graph.axes.get(name) ?? 0, values: examples.map(() => randomTensor(random, shape)) };
  });
  const derivative = vjp(graph.graph, request);
  verify(derivative);
  const values = evaluate(derivative, new Map([...together, ...seeds.map(({ name, axis, values: own }) => [name, stack(own, axis)] as const)]), sizes);
  const single = vjp(f.graph, request);
  const alone = examples.map((example, n) => {
    const own = seeds.flatMap(({ name, values: all }) => all.slice(n, n + 1).map((value) => [name, value] as const));
    return evaluate(single, new Map([...example, ...own]), sizes);
  });
  for (const name of f.wrt) {
    const own = alone.flatMap((each) => each.get(`gradient.${name}`) ?? []);
    const [first, ...rest] = own;
    const value = values.get(`gradient.${name}`);
    const axis = axes.get(name);
    if (first === undefined || value === undefined) expect(value, `the gradient of ${name}`).toBe(first);
    else expectClose(value, axis === undefined ? rest.reduce((total, each) => axpy(total, 1, each), first) : stack(own, axis), 1e-9, `the gradient of ${name}`);
  }
}

describe('a batch', () => {
  it('of n gives what n random graphs give one by one', () => {
    fc.assert(fc.property(randomGraph({ loops: 2 }), checkValues), { seed: 31, numRuns: 50 });
  });

  it('of n gives what n random loops give one by one', () => {
    fc.assert(fc.property(randomScanGraph({ loops: 2 }), checkValues), { seed: 32, numRuns: 40 });
  });

  it('of n gives what n graphs give one by one, also at kinks and poles', () => {
    fc.assert(fc.property(randomGraph({ wild: true }), checkValues), { seed: 35, numRuns: 30 });
  });

  it('of n has the gradients of n random graphs: stacked, or added up for what is shared', () => {
    fc.assert(fc.property(randomGraph(), checkGradients), { seed: 33, numRuns: 30 });
    fc.assert(fc.property(randomScanGraph(), checkGradients), { seed: 34, numRuns: 25 });
  });
});
