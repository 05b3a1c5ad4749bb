import { jvp } from '../../src/differentiate/forward.js';
import { vjp } from '../../src/differentiate/reverse.js';
import type { Sizes } from '../../src/graph/dim.js';
import type { Graph } from '../../src/graph/graph.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import type { Tensor } from '../../src/ops/op.js';
import { Random } from './random.js';
import { axpy, dot, expectNear, randomTensor, shapeOf, tensorNamed } from './tensors.js';
import type { Tensors } from './tensors.js';

/** A graph at a point, with the real inputs by which to differentiate it. */
export interface Differentiable {
  readonly graph: Graph;
  readonly sizes: Sizes;
  readonly inputs: Tensors;
  readonly wrt: readonly string[];
}

/** A derivative, again differentiable: also by the (co)tangents that it takes. */
export interface Derivative extends Differentiable {
  /** What the derivative of an output, or the gradient of an input, is called here. */
  readonly of: (name: string) => string;
  /** The input that brings the tangent of an input, or the cotangent of an output. */
  readonly seed: (name: string) => string;
}

/** The gradients of all real outputs. Those of inputs that no output depends on are absent. */
export function gradientOf(f: Differentiable, random: Random): Derivative {
  const of = freshPrefix(f.graph, 'gradient');
  const seed = freshPrefix(f.graph, 'cotangent');
  const outputs = realOutputs(f.graph);
  const graph = vjp(f.graph, { wrt: f.wrt, cotangents: new Map(outputs.map((name) => [name, seed(name)])), gradientName: of });
  const seeds = outputs.map((name) => [seed(name), randomTensor(random, shapeOf(f.graph.output(name).type, f.sizes))] as const);
  return { ...withSeeds(f, restrict(graph, f.wrt.map(of)), seeds), of, seed };
}

/** The directional derivatives of all real outputs. Those of outputs that depend on no input of `wrt` are absent. */
export function tangentOf(f: Differentiable, random: Random): Derivative {
  const of = freshPrefix(f.graph, 'derivative');
  const seed = freshPrefix(f.graph, 'tangent');
  const graph = jvp(f.graph, { tangents: new Map(f.wrt.map((name) => [name, seed(name)])), tangentName: of });
  const seeds = [...randomDirection(f, random)].map(([name, value]) => [seed(name), value] as const);
  return { ...withSeeds(f, restrict(graph, realOutputs(f.graph).map(of)), seeds), of, seed };
}

export function valuesOf(f: Differentiable, inputs: Tensors = f.inputs): Tensors {
  return evaluate(f.graph, inputs, f.sizes);
}

/** A random value for each input of `wrt`. */
export function randomDirection(f: Differentiable, random: Random): Map<string, Tensor> {
  return new Map(f.wrt.map((name) => [name, randomTensor(random, shapeOf(f.graph.input(name).type, f.sizes))]));
}

/** `Σ ⟨weight, value⟩` over the weights; an absent value counts as zero. */
export function weighted(values: Tensors, weights: Iterable<readonly [string, Tensor]>): number {
  let total = 0;
  for (const [name, weight] of weights) {
    const value = values.get(name);
    if (value !== undefined) total += dot(value, weight);
  }
  return total;
}

/**
 * `d/dh ⟨weights, f(x + h · direction)⟩` at 0, by Richardson extrapolation (Ridders 1982): the central differences for steps
 * that halve are the values of a polynomial in the square of the step, extrapolated to step 0. How far to go is told by how far
 * apart two estimates in a row are, since the error of any one step grows with derivatives that may be of any magnitude.
 */
export function centralDifference(f: Differentiable, direction: Tensors, weights: Tensors): number {
  const at = (h: number): number => {
    const inputs = [...f.inputs].map(([name, value]) => {
      const own = direction.get(name);
      return [name, own === undefined ? value : axpy(value, h, own)] as const;
    });
    return weighted(valuesOf(f, new Map(inputs)), weights);
  };
  let best = { estimate: NaN, apart: NaN };
  let above: number[] = [];
  for (let k = 0, step = 1e-3; k < 6; k++, step /= 2) {
    const row = [(at(step) - at(-step)) / (2 * step)];
    // Each column takes one more even power of the step out of the error.
    for (const [column, coarser] of above.entries()) {
      const finer = row[column] ?? NaN;
      row.push(finer + (finer - coarser) / (4 ** (column + 1) - 1));
    }
    const estimate = row.at(-1) ?? NaN;
    const apart = Math.abs(estimate - (above.at(-1) ?? NaN));
    if (!(apart > best.apart)) best = { estimate, apart };
    if (apart <= 1e-8 * Math.max(1, Math.abs(estimate))) break;
    above = row;
  }
  return best.estimate;
}

/** Checks `⟨u, jvp(v)⟩ ≡ ⟨v, vjp(u)⟩ ≡ d/dh ⟨u, f(x + h v)⟩` for a random direction v and random weights u. */
export function checkDerivatives(f: Differentiable, seed: number, what: string, tolerance = 1e-7): void {
  const random = new Random(seed);
  const direction = randomDirection(f, random);
  const gradient = gradientOf(f, random);
  const tangent = tangentOf(f, random);
  const weights = new Map(realOutputs(f.graph).map((name) => [name, tensorNamed(gradient.inputs, gradient.seed(name))]));
  const along = new Map([...tangent.inputs, ...[...direction].map(([name, value]) => [tangent.seed(name), value] as const)]);

  const reverse = weighted(valuesOf(gradient), [...direction].map(([name, value]) => [gradient.of(name), value]));
  const forward = weighted(valuesOf(tangent, along), [...weights].map(([name, weight]) => [tangent.of(name), weight]));
  expectNear(forward, reverse, 1e-9, `${what}: ⟨u, jvp(v)⟩ against ⟨v, vjp(u)⟩`);
  expectNear(reverse, centralDifference(f, direction, weights), tolerance, `${what}: ⟨v, vjp(u)⟩ against central differences`);
}

function realOutputs(graph: Graph): string[] {
  return [...graph.outputs].flatMap(([name, node]) => (node.type.dtype === 'real' ? [name] : []));
}

/** The outputs of these names, as far as there are such. */
function restrict(graph: Graph, names: readonly string[]): Graph {
  const found = names.filter((name) => graph.outputs.has(name));
  return graph.withOutputs(new Map(found.map((name) => [name, graph.output(name)])));
}

function withSeeds(f: Differentiable, graph: Graph, seeds: readonly (readonly [string, Tensor])[]): Differentiable {
  return { graph, sizes: f.sizes, inputs: new Map([...f.inputs, ...seeds]), wrt: [...f.wrt, ...seeds.map(([name]) => name)] };
}

/** Names with a prefix that is still free, so that the derivative of a derivative has its own. */
function freshPrefix(graph: Graph, wanted: string): (name: string) => string {
  const taken = [...graph.inputs.keys(), ...graph.outputs.keys()];
  let prefix = wanted;
  for (let n = 2; taken.some((name) => name.startsWith(`${prefix}.`)); n++) prefix = `${wanted}${n}`;
  return (name) => `${prefix}.${name}`;
}
