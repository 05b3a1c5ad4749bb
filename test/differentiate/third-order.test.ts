import { describe, it } from 'vitest';
import { defineModel } from '../../src/declare/model.js';
import { sequence } from '../../src/declare/sequence.js';
import { vanillaLstm } from '../../src/cells/vanilla-lstm.js';
import { verify } from '../../src/graph/verify.js';
import { checkDerivatives, gradientOf, tangentOf } from '../support/derivatives.js';
import type { Differentiable } from '../support/derivatives.js';
import { randomScanOf } from '../support/random-graph.js';
import { Random } from '../support/random.js';
import { randomTensor, shapeOf } from '../support/tensors.js';

function lstm(reverse: boolean): Differentiable {
  const { graph } = defineModel('thirdOrder', { dims: ['I', 'H'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({
    outputs: { y: sequence(vanillaLstm, { x }, { reverse }).outputs.y },
  }));
  const sizes = { T: 3, I: 1, H: 2 };
  const random = new Random(5);
  const inputs = new Map([...graph.inputs].map(([name, { type }]) => [name, randomTensor(random, shapeOf(type, sizes))]));
  return { graph, sizes, inputs, wrt: [...graph.inputs.keys()] };
}

describe.each([['forward', false], ['reversed', true]] as const)('the third derivative of an LSTM over time, %s,', (_, reverse) => {
  const first = gradientOf(lstm(reverse), new Random(1));

  it('is jvp of jvp of vjp', () => {
    const second = tangentOf(first, new Random(2));
    verify(second.graph);
    checkDerivatives(second, 3, 'third order');
  });

  it('is vjp of vjp of vjp', () => {
    const second = gradientOf(first, new Random(2));
    verify(second.graph);
    checkDerivatives(second, 3, 'third order');
  });
});

describe('third derivatives of random loops', () => {
  // Two seeds of either direction, with histories, sums and step indices among them.
  it.each([0, 1, 4, 6, 9, 13])('agree with central differences of the second, seed %i', (seed) => {
    const first = gradientOf(randomScanOf(seed), new Random(seed));
    checkDerivatives(tangentOf(first, new Random(seed)), seed, 'jvp of jvp of vjp');
    checkDerivatives(gradientOf(first, new Random(seed)), seed, 'vjp of vjp of vjp');
  });
});
