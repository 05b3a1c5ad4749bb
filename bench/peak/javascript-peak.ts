import type { PeakVariant } from './vector-peak.js';

export const javaScriptFlops = ({ chains, rounds }: PeakVariant): number => 2 * chains * rounds;

/** The same loop as a JavaScript module, in float64 and without an array: `run(n)`. */
export function javaScriptPeakText({ chains, rounds }: PeakVariant): string {
  const names = Array.from({ length: chains }, (_, k) => `s${String(k)}`);
  const round = `    ${names.map((name) => `${name} = ${name} * m + a;`).join(' ')}`;
  return `export function run(n) {
  const m = 0.75, a = 0.25;
  let ${names.map((name, k) => `${name} = ${String(1 + (k + 0.5) / 16)}`).join(', ')};
  for (let turn = 0; turn < n; turn++) {
${Array.from({ length: rounds }, () => round).join('\n')}
  }
  return ${names.join(' + ')};
}
`;
}
