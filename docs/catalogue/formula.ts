import type { Dim, DimTerm } from '../../src/graph/dim.js';

/** A polynomial of sizes as people write it: `4H² + 4HI + 7H`. */
export function formula(dim: Dim): string {
  if (dim.terms.length === 0) return '0';
  return dim.terms.map(term).join(' + ').replaceAll('+ -', '− ');
}

const superscripts = ['', '', '²', '³', '⁴'];

function term({ coefficient, atoms }: DimTerm): string {
  const powers = new Map<string, number>();
  for (const atom of atoms) {
    const name = atom.kind === 'symbol' ? atom.name : `⌈${formula(atom.numerator)} / ${String(atom.divisor)}⌉`;
    powers.set(name, (powers.get(name) ?? 0) + 1);
  }
  const factors = [...powers].map(([name, power]) => `${name}${superscripts[power] ?? `^${String(power)}`}`).join('');
  if (factors === '') return String(coefficient);
  if (Math.abs(coefficient) === 1) return coefficient === 1 ? factors : `-${factors}`;
  return `${String(coefficient)}${factors}`;
}
