import * as arithmetic from './arithmetic.js';
import * as constants from './constants.js';
import * as einsum from './einsum.js';
import * as pieces from './pieces.js';
import * as reductions from './reductions.js';
import type { RewriteRule } from './rule.js';
import * as select from './select.js';
import * as signs from './signs.js';
import * as structural from './structural.js';

export type { RewriteRule } from './rule.js';

/** All rules, in the order in which they are tried: what is known at build comes before what only moves work. */
export const rules = {
  ...constants,
  ...arithmetic,
  ...signs,
  ...select,
  ...structural,
  ...pieces,
  ...reductions,
  ...einsum,
} satisfies Record<string, RewriteRule>;

export type RuleName = keyof typeof rules;

/** The rules that change rounding at most, or those that assume finite inputs too. */
export function rulesFor(flag: RewriteRule['flag']): readonly RewriteRule[] {
  return Object.values<RewriteRule>(rules).filter((rule) => flag === 'fast' || rule.flag === 'exact');
}
