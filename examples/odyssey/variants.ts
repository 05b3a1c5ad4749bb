import { cifg, defineModel, dense, fgr, lastStep, nfg, niaf, nig, noaf, nog, npLstm, sequence, softmaxCrossEntropy, vanillaLstm } from 'cellwright';
import type { CellDefinition, Expression, ModelDefinition } from 'cellwright';
import { stepPixels } from './data.js';

/** One of the nine cells, as the paper calls it. */
export interface Variant {
  readonly name: string;
  readonly meaning: string;
  readonly model: ModelDefinition;
  /** Units. */
  readonly H: number;
  readonly parameters: number;
}

/** Units of the vanilla LSTM; the others have as many as bring them nearest to its number of parameters. */
const vanillaUnits = 32;
const classes = 10;

type DigitCell = CellDefinition<{ readonly x: readonly ['I'] }, Record<string, readonly ['H']>, { y: Expression<readonly ['H']> }>;

const cells: readonly (readonly [name: string, meaning: string, cell: DigitCell])[] = [
  ['V', 'vanilla: peepholes', vanillaLstm],
  ['NIG', 'no input gate', nig],
  ['NFG', 'no forget gate', nfg],
  ['NOG', 'no output gate', nog],
  ['NIAF', 'no input activation function', niaf],
  ['NOAF', 'no output activation function', noaf],
  ['CIFG', 'coupled input and forget gate', cifg],
  ['NP', 'no peepholes', npLstm],
  ['FGR', 'full gate recurrence', fgr],
];

/** A cell that reads a sequence, and a layer of `O` logits of what it says at the end. */
function classifier(name: string, cell: DigitCell): ModelDefinition {
  return defineModel(
    `digits${name}`,
    { dims: ['I', 'H', 'O'], inputs: { x: ['T', 'I'] }, targets: { digit: { shape: [], dtype: 'index' } } },
    ({ x, digit }) => {
      const { y } = sequence(cell, { x }).outputs; // [T, H]
      const logits = dense('dense', 'O', lastStep(y)); // [O]
      return { outputs: { logits }, loss: softmaxCrossEntropy(logits, digit) };
    },
  );
}

export const sizesOf = (H: number): { I: number; H: number; O: number } => ({ I: stepPixels, H, O: classes });

/** The numbers that a model trains, of the whole network. */
export function parameterCount(model: ModelDefinition, H: number): number {
  const count = (shape: readonly { evaluate(sizes: Record<string, number>): number }[]): number =>
    shape.reduce((product, dim) => product * dim.evaluate(sizesOf(H)), 1);
  return [...model.parameters.values()].reduce((sum, { shape }) => sum + count(shape), 0);
}

/** The nine, with equal numbers of parameters as near as whole units allow. */
export function variants(): Variant[] {
  const models = cells.map(([name, meaning, cell]) => ({ name, meaning, model: classifier(name, cell) }));
  const [vanilla] = models;
  if (vanilla === undefined) return [];
  const wanted = parameterCount(vanilla.model, vanillaUnits);
  return models.map(({ model, ...others }) => {
    const distance = (H: number): number => Math.abs(parameterCount(model, H) - wanted);
    const H = Array.from({ length: 2 * vanillaUnits }, (_, k) => k + 1).reduce((best, each) => (distance(each) < distance(best) ? each : best));
    return { ...others, model, H, parameters: parameterCount(model, H) };
  });
}
