import { expect, it } from 'vitest';
import { selectCases } from '../../bench/cases.js';
import { shapeName } from '../../bench/shape.js';

const selected = (...words: string[]): string[] =>
  selectCases(words).map(({ cell, shape, passes }) => `${cell} ${shapeName(shape)} ${passes.join('+')}`);

it('words of one kind add up, kinds narrow each other', () => {
  expect(selected('gruV1', 'layernorm-lstm', '100x1x4x16', '1x1x16x64')).toEqual([
    'gru-v1 100x1x4x16 forward+train',
    'layernorm-lstm 100x1x4x16 forward+train',
    'gru-v1 1x1x16x64 step+train',
    'layernorm-lstm 1x1x16x64 step+train',
  ]);
});

it('a pass leaves out the cases that do not have it', () => {
  expect(selected('step', 'np-lstm')).toEqual(['np-lstm 1x1x16x64 step']);
});

it('no words are all cases, and a word that names nothing is a mistake', () => {
  expect(selected()).toContain('character-model 50x50x65x128 forward+train');
  expect(selected('trainStep')).toEqual(['character-trainer 50x50x65x128 trainStep']);
  expect(selected()).toHaveLength(8 * 6 + 2);
  expect(() => selected('gru-v2')).toThrow(RangeError);
});
