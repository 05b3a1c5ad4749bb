import { gather, normal, parameter } from '../declare/index.js';
import type { Expression, Shape } from '../declare/index.js';
import type { Initializer } from '../declare/initializer.js';

export interface EmbeddingOptions<Rows extends string | number, Width extends string | number> {
  /** How many different tokens there are. */
  readonly vocabulary: Rows;
  /** Elements per token. */
  readonly width: Width;
  /** Standard normal unless stated. */
  readonly weights?: Initializer;
}

/**
 * A trained row for each token: parameter `<name>.E` `[vocabulary, width]`. Tokens `[…]` of dtype index give
 * `[…, width]`. Bengio et al. 2003, "A Neural Probabilistic Language Model", section 2.
 *
 * @throws DeclarationError where the tokens are no indices
 */
export function embedding<const Rows extends string | number, const Width extends string | number, Leading extends Shape>(
  name: string,
  tokens: Expression<Leading>,
  { vocabulary, width, weights = normal(1) }: EmbeddingOptions<Rows, Width>,
): Expression<readonly [...Leading, Width]> {
  return gather(parameter(`${name}.E`, [vocabulary, width], weights), tokens);
}
