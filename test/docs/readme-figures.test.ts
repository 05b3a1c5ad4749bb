import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { times as timesText } from '../../bench/markdown.js';
import type { Results } from '../../bench/stored-results.js';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

// Who measures anew with `npm run bench -- --markdown bench/RESULTS.md` brings the README up to date.
it('the speeds in the README are those of the last benchmark', () => {
  const { rows } = JSON.parse(read('bench/results/node20.json')) as Results;
  const row = (cell: string, target: string) => {
    const found = rows.find((each) => each.cell === cell && each.target === target && each.pass === 'train' && each.T === 50 && each.B === 16 && each.I === 32 && each.H === 64);
    if (found === undefined) throw new Error(`${cell} by ${target} was not measured`);
    return found;
  };
  const fraction = (cell: string): string => row(cell, 'wasm').fractionOfPeak.toFixed(2);
  const times = (peer: string): string => {
    const { timesOurs } = row('vanilla-lstm', peer);
    if (timesOurs === undefined) throw new Error(`${peer} was not timed beside ours`);
    return `${timesText(timesOurs)} times`;
  };
  const readme = read('README.md').replace(/\s+/g, ' ');
  expect(readme).toContain(`the vanilla LSTM reaches ${fraction('vanilla-lstm')} of what the machine's vector units`);
  expect(readme).toContain(`a cell that exists nowhere else ${fraction('two-tempo')}.`);
  expect(readme).toContain(`PyTorch takes ${times('pytorch-peephole')} as long (its built-in one without peepholes ${times('pytorch')}), jax-js ${times('jax-js')}`);
  expect(readme).toContain(`TensorFlow.js, without peepholes, ${times('tfjs-wasm')}.`);
});
