import { evaluate } from '../interpret/evaluate.js';
import type { Tensor } from '../ops/op.js';
import { elementName, noError, relativeError, worse } from './compare.js';
import type { WorstError } from './compare.js';
import { tensorNamed, weightedSum } from './graph-at-point.js';
import type { GraphAtPoint, Tensors } from './graph-at-point.js';
import type { RandomNumbers } from './random-numbers.js';

/** In falling order: a kink between the points of a difference falsifies it, and falls outside of smaller steps. */
const steps = [1e-3, 1e-4, 1e-5];

/** An estimate that is as good as this needs no smaller step. */
const goodEnough = 1e-8;

/**
 * Compares gradients of `Σ ⟨weights, outputs⟩` with central differences in single elements: all of them where they are
 * not more than `limit`, else that many at random, shared out among the tensors.
 */
export function compareGradients(at: GraphAtPoint, weights: Tensors, gradients: Tensors, limit: number, random: RandomNumbers): WorstError {
  const elements = [...gradients].flatMap(([name, { data }]) => {
    const own = Array.from(data, (gradient, k) => ({ name, k, gradient }));
    return random.shuffled(own).map((element, turn) => ({ ...element, turn }));
  });
  const chosen = elements.sort((a, b) => a.turn - b.turn).slice(0, limit);
  let worst = noError;
  for (const { name, k, gradient } of chosen) {
    const { shape, data } = tensorNamed(at.inputs, name);
    const unit = { shape, data: data.map((_, j) => (j === k ? 1 : 0)) };
    let error = Infinity;
    for (const slopes of slopesAlong(at, new Map([[name, unit]]))) {
      error = Math.min(error, relativeError(gradient, weightedSum(slopes, weights)));
      if (error <= goodEnough) break;
    }
    worst = worse(worst, { error, at: elementName(name, shape, k) });
  }
  return worst;
}

/** Compares derivatives of outputs along a direction, by output name, with central differences. */
export function compareDerivatives(at: GraphAtPoint, direction: Tensors, derivatives: Tensors): WorstError {
  const errors = new Map([...derivatives].map(([name, { data }]) => [name, new Float64Array(data.length).fill(Infinity)]));
  for (const slopes of slopesAlong(at, direction)) {
    for (const [name, least] of errors) {
      const [derivative, slope] = [tensorNamed(derivatives, name), tensorNamed(slopes, name)];
      least.forEach((error, k) => {
        least[k] = Math.min(error, relativeError(derivative.data[k] ?? NaN, slope.data[k] ?? NaN));
      });
    }
    if ([...errors.values()].every((least) => least.every((error) => error <= goodEnough))) break;
  }
  let worst = noError;
  for (const [name, least] of errors) {
    least.forEach((error, k) => {
      worst = worse(worst, { error, at: elementName(name, tensorNamed(derivatives, name).shape, k) });
    });
  }
  return worst;
}

/** Estimates of the derivatives of all outputs along a direction, one per step: central differences, extrapolated once. */
function* slopesAlong(at: GraphAtPoint, direction: Tensors): Generator<Tensors> {
  for (const step of steps) {
    const [coarse, fine] = [quotients(at, direction, step), quotients(at, direction, step / 2)];
    yield combined(fine, 4 / 3, coarse, -1 / 3);
  }
}

function quotients({ graph, inputs, sizes }: GraphAtPoint, direction: Tensors, step: number): Tensors {
  const moved = (distance: number): Tensors => {
    const shifted = [...direction].map(([name, along]) => [name, sum(tensorNamed(inputs, name), 1, along, distance)] as const);
    return evaluate(graph, new Map([...inputs, ...shifted]), sizes);
  };
  return combined(moved(step), 1 / (2 * step), moved(-step), -1 / (2 * step));
}

function combined(a: Tensors, ofA: number, b: Tensors, ofB: number): Tensors {
  return new Map([...a].map(([name, value]) => [name, sum(value, ofA, tensorNamed(b, name), ofB)]));
}

function sum(a: Tensor, ofA: number, b: Tensor, ofB: number): Tensor {
  return { shape: a.shape, data: a.data.map((value, k) => ofA * value + ofB * (b.data[k] ?? NaN)) };
}
