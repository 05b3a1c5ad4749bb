import { describe, expect, it } from 'vitest';
import { batchOf, halved, stepPixels, steps } from '../../examples/odyssey/data.js';
import { plot } from '../../examples/odyssey/plot.js';
import { resultTable, verdict } from '../../examples/odyssey/report.js';
import { differenceOf, spreadOf } from '../../examples/odyssey/statistics.js';
import { variants } from '../../examples/odyssey/variants.js';

const nine = variants();

describe('the nine variants', () => {
  it('are counted right', () => {
    // Four gates by input and state, three peepholes, four biases; ten logits.
    const [vanilla] = nine;
    expect(vanilla).toMatchObject({ name: 'V', H: 32, parameters: 4 * 32 * (7 + 32) + 7 * 32 + 10 * 32 + 10 });
  });

  it('have equal numbers of parameters, to two in a hundred', () => {
    const [vanilla] = nine;
    expect(nine).toHaveLength(9);
    for (const { name, parameters } of nine) expect(Math.abs(parameters / (vanilla?.parameters ?? NaN) - 1), name).toBeLessThan(0.02);
  });
});

it('pictures are halved by means of two by two, and laid out step by step', () => {
  const picture = halved(Float32Array.from({ length: 28 * 28 }, (_, k) => Math.floor(k / 28)));
  expect([...picture.subarray(0, 3), picture[14], picture.at(-1)]).toEqual([0.5, 0.5, 0.5, 2.5, 26.5]);
  const other = picture.map((value) => -value);
  const { x, digit } = batchOf([{ pixels: picture, digit: 3 }, { pixels: other, digit: 7 }]);
  expect([...digit]).toEqual([3, 7]);
  expect(x).toHaveLength(steps * 2 * stepPixels);
  // Step 2 is the left half of the second row.
  expect([x[2 * 2 * stepPixels], x[(2 * 2 + 1) * stepPixels]]).toEqual([2.5, -2.5]);
});

it('a difference is noise within its margin', () => {
  const a = spreadOf([1, 2, 3, 4, 5]);
  const b = spreadOf([2, 3, 4, 5, 6]);
  expect(a.mean).toBe(3);
  expect(a.deviation).toBeCloseTo(Math.sqrt(2.5), 12);
  // Eight degrees of freedom, and a standard error of 1.
  expect(differenceOf(b, a)).toEqual({ difference: 1, margin: expect.closeTo(2.306, 9) as number });
  const [own, other] = nine;
  if (own === undefined || other === undefined) throw new Error('there are nine variants');
  const near = [{ ...own, learningRate: 1, error: spreadOf([0.01, 0.02, 0.03]) }, { ...other, learningRate: 1, error: spreadOf([0.02, 0.02, 0.03]) }];
  expect(verdict(near)).toBe('worse than V: none; better: none; within noise: NIG');
  expect(resultTable(near)).toContain(', noise |');
  expect(plot(near)).not.toMatch(/NaN|undefined|Infinity/);
});
