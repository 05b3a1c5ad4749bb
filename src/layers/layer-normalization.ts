import { broadcast, layerNorm, ones, parameter, zeros } from '../declare/index.js';
import type { Expression, Shape } from '../declare/index.js';

export interface LayerNormalizationOptions {
  /** Added to the variance under the root; 1e-5 unless stated. */
  readonly epsilon?: number;
}

/**
 * Layer norm over the last axis with a trained gain and bias: `layerNorm` with parameters `<name>.g` (ones at first) and
 * `<name>.b` (zeros). Ba, Kiros & Hinton 2016, "Layer Normalization", eq. 4.
 *
 * @throws DeclarationError for a value without axes
 */
export function layerNormalization<S extends Shape>(name: string, value: Expression<S>, { epsilon = 1e-5 }: LayerNormalizationOptions = {}): Expression<S> {
  const shape = value.node.type.shape.map((dim) => dim.key);
  const width = shape.at(-1);
  if (width === undefined) throw value.declaration.error(`layerNormalization('${name}') needs a value with at least one axis`);
  const [gain, bias] = ([['g', ones], ['b', zeros]] as const).map(([own, initializer]) => broadcast(parameter(`${name}.${own}`, [width], initializer), shape));
  return layerNorm<Shape>(value, { gain: gain ?? 1, bias: bias ?? 0, epsilon }) as Expression<S>;
}
