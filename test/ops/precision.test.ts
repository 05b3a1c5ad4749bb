import { describe, expect, it } from 'vitest';
import { expm1 } from '../../src/ops/expm1.js';
import { log1p } from '../../src/ops/log1p.js';
import { none } from '../../src/ops/op.js';
import { sigmoid } from '../../src/ops/sigmoid.js';
import { softplus } from '../../src/ops/softplus.js';
import { tanh } from '../../src/ops/tanh.js';
import { curvaturesAt, slopesAt, valueAt } from '../support/scalar-derivatives.js';
import type { ScalarExpression } from '../support/scalar-derivatives.js';

const applied = (op: typeof tanh): ScalarExpression => (builder, ...operands) => builder.node(op, operands, none);
const ulp = Number.EPSILON;

describe('tanh', () => {
  it.each([5, 8, 12, 17, -5, -12, -17])('has a slope at %f no further off than the rounding of its value explains', (a) => {
    const exact = 4 * Math.exp(-2 * Math.abs(a)) / (1 + Math.exp(-2 * Math.abs(a))) ** 2;
    // The value lies within half an ulp below 1, that is ulp/4; the slope is twice as sensitive.
    const [slope = NaN] = slopesAt(applied(tanh), [a]);
    expect(Math.abs(slope - exact)).toBeLessThanOrEqual(ulp / 2 + 4 * ulp * exact);
    expect(slope).toBeGreaterThan(0);
  });

  it('has slope zero, not a negative one, where it saturates', () => {
    expect(slopesAt(applied(tanh), [40])).toEqual([0]);
    expect(slopesAt(applied(tanh), [-Infinity])).toEqual([0]);
  });
});

describe('softplus', () => {
  it.each([
    [800, 800, 1],
    [-800, 0, 0],
    [0, Math.LN2, 0.5],
    [-40, Math.exp(-40), Math.exp(-40)],
    [40, 40, 1],
  ])('at %f is %f with slope %f', (a, value, slope) => {
    expect(Math.abs(valueAt(applied(softplus), [a]) - value)).toBeLessThanOrEqual(4 * ulp * value);
    expect(Math.abs((slopesAt(applied(softplus), [a])[0] ?? NaN) - slope)).toBeLessThanOrEqual(4 * ulp * slope);
  });

  it.each([800, -800])('has second derivative zero at %f', (a) => {
    expect(curvaturesAt(applied(softplus), [a])).toEqual({ reverse: [0], forward: [0] });
  });
});

describe('sigmoid', () => {
  it.each([[-800, 0], [800, 1], [-30, Math.exp(-30)]])('at %f is %f', (a, value) => {
    expect(Math.abs(valueAt(applied(sigmoid), [a]) - value)).toBeLessThanOrEqual(1e-12 * value);
    expect(slopesAt(applied(sigmoid), [a])[0]).toBeGreaterThanOrEqual(0);
  });
});

describe('near 0', () => {
  it.each([1e-20, -1e-20, 1e-12, -1e-9, 1e-6])('log1p and expm1 keep all digits at %f', (a) => {
    // The first four terms of each series leave less than an ulp here.
    const log = a - a ** 2 / 2 + a ** 3 / 3 - a ** 4 / 4;
    const exponential = a + a ** 2 / 2 + a ** 3 / 6 + a ** 4 / 24;
    expect(Math.abs(valueAt(applied(log1p), [a]) - log)).toBeLessThanOrEqual(2 * ulp * Math.abs(a));
    expect(Math.abs(valueAt(applied(expm1), [a]) - exponential)).toBeLessThanOrEqual(2 * ulp * Math.abs(a));
    expect(slopesAt(applied(log1p), [a])[0]).toBeCloseTo(1 - a + a ** 2, 12);
    expect(slopesAt(applied(expm1), [a])[0]).toBeCloseTo(1 + a + a ** 2 / 2, 12);
  });
});
