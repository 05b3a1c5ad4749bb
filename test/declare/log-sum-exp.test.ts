import { describe, expect, it } from 'vitest';
import { defineModel } from '../../src/declare/model.js';
import { logSumExp } from '../../src/declare/reductions.js';
import { jvp } from '../../src/differentiate/forward.js';
import { vjp } from '../../src/differentiate/reverse.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import { checkDerivatives, gradientOf } from '../support/derivatives.js';
import { Random } from '../support/random.js';
import { randomTensor, tensor } from '../support/tensors.js';

const { graph } = defineModel('terms', { dims: ['N'], inputs: { x: ['T', 'N'] } }, ({ x }) => ({ outputs: { y: logSumExp<readonly ['T']>(x, 1) } }));
const gradient = vjp(graph, { wrt: ['x'], cotangents: new Map([['out.y', 'dy']]), gradientName: () => 'dx' });
const product = jvp(gradient, { tangents: new Map([['x', 'v']]), tangentName: (name) => `${name}.v` });

/** Value, gradient, and Hessian times a vector of ones, for one row. */
function at(row: readonly number[]) {
  const n = row.length;
  const inputs = new Map([['x', tensor([1, n], row)], ['dy', tensor([1], [1])], ['v', tensor([1, n], row.map(() => 1))]]);
  const values = evaluate(product, inputs, { T: 1, N: n });
  const [y, dx, second] = ['out.y', 'dx', 'dx.v'].map((name) => [...(values.get(name)?.data ?? [])]);
  return { y: y?.[0], dx, second };
}

describe('logSumExp', () => {
  it('of terms that are all -∞ is -∞, with a gradient and second derivatives of zero', () => {
    expect(at([-Infinity, -Infinity, -Infinity])).toEqual({ y: -Infinity, dx: [0, 0, 0], second: [0, 0, 0] });
  });

  it('leaves out single terms that are -∞', () => {
    const { y, dx, second } = at([-Infinity, 0.5, 0.5]);
    expect(y).toBeCloseTo(0.5 + Math.LN2, 14);
    expect(dx).toEqual([0, 0.5, 0.5]);
    second?.forEach((value) => { expect(value).toBeCloseTo(0, 14); });
  });

  it.each([900, -900])('neither overflows nor underflows around %d', (offset) => {
    const { y, dx } = at([offset, offset + 1]);
    expect(y).toBeCloseTo(offset + Math.log(1 + Math.E), 12);
    expect(dx?.[0]).toBeCloseTo(1 / (1 + Math.E), 14);
    expect(dx?.[1]).toBeCloseTo(Math.E / (1 + Math.E), 14);
  });

  it('has derivatives that agree with central differences at orders 1 and 2', () => {
    const f = { graph, sizes: { T: 2, N: 3 }, inputs: new Map([['x', randomTensor(new Random(1), [2, 3])]]), wrt: ['x'] };
    checkDerivatives(f, 1, 'order 1');
    checkDerivatives(gradientOf(f, new Random(2)), 2, 'order 2');
  });
});
