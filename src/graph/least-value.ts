import { Dim } from './dim.js';
import type { DimAtom } from './dim.js';

/**
 * A bound from below for all positive sizes: 0 for `T-1`, -1 for `T-2`; -∞ where there is none, as for `L-K+1`, or none that can be
 * told.
 */
export function leastValue(dim: Dim): number {
  // Each factor as its own least value and something that is not negative: a sum without subtractions is least where these are zero.
  const parts = new Map<DimAtom, Dim>();
  for (const atom of dim.terms.flatMap(({ atoms }) => atoms)) {
    const least = atom.kind === 'symbol' ? 1 : Math.ceil(leastValue(atom.numerator) / atom.divisor);
    if (!Number.isFinite(least)) return -Infinity;
    parts.set(atom, Dim.fromTerms([{ coefficient: 1, atoms: [atom] }]).plus(least));
  }
  const shifted = Dim.sum(dim.terms.map(({ coefficient, atoms }) => Dim.product(atoms.map((atom) => parts.get(atom) ?? Dim.one)).times(coefficient)));
  const varying = shifted.terms.filter(({ atoms }) => atoms.length > 0);
  return varying.some(({ coefficient }) => coefficient < 0) ? -Infinity : (shifted.terms.find(({ atoms }) => atoms.length === 0)?.coefficient ?? 0);
}
