import { expect, it } from 'vitest';
import { affine, chrono, defineCell, negated, tanh } from '../../src/declare/index.js';
import type { Initializer } from '../../src/declare/index.js';
import { reasonAt } from './mistake.js';

const mistake = (label: string, declare: () => unknown): string => reasonAt(import.meta.url, label, declare);

const cell = (bias: Initializer) =>
  defineCell('negating', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => {
    const yNext = tanh(affine('i', 'H', { W: x, R: y }, { bias })); // mistake: bias
    return { next: { y: yNext }, outputs: { y: yNext } };
  });

it.each([
  ['b_f', "the parameter 'b_i' starts out as the negation of 'b_f', which is no parameter"],
  ['b_i', "the parameter 'b_i' starts out as the negation of 'b_i', which is a negation itself"],
  ['W_i', "the parameter 'b_i' starts out as the negation of 'W_i', which is [H, I], not [H]"],
])('refuses the negation of %s', (of, reason) => {
  expect(mistake('bias', () => cell(negated(of)))).toBe(`cell 'negating': ${reason}`);
});

it('refuses memories that are too short', () => {
  expect(() => chrono(2)).toThrow(new RangeError('chrono needs a number of steps greater than 2, not 2'));
});
