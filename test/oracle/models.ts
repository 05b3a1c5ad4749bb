import { bidirectional, cellModel, createCell, defineModel, dense, embedding, isCellName, meanSquaredError, npLstm, sequence, softmaxCrossEntropy, stack } from 'cellwright';
import type { CellDefinition, Expression, Loss, ModelDefinition } from 'cellwright';
import type { ReferenceCase, ReferenceTrace } from './format.js';

/** The model that a reference file describes; undefined when its cell is not known. */
export function modelOf(reference: ReferenceCase | ReferenceTrace): ModelDefinition | undefined {
  if (reference.kind === 'trace') return traceModel(reference.cell);
  const compose = compositions[reference.cell];
  if (compose !== undefined) return compose(reference);
  return isCellName(reference.cell) ? cellModel(createCell(reference.cell, reference.attributes)) : undefined;
}

/** Models around the LSTM without peepholes, by name. */
const compositions: Readonly<Record<string, (reference: ReferenceCase) => ModelDefinition>> = {
  'masked-lstm': () => cellModel(npLstm),
  'stacked-lstm': (reference) => stacked(npLstm, layerCount(reference)),
  'bidirectional-lstm': () => inBothDirections(npLstm),
  'lstm-dense-mse': () => regression(npLstm),
  'lstm-dense-softmax-ce': () => classifier(npLstm),
  'embedding-lstm-dense-softmax-ce': () => tokenClassifier(npLstm),
};

/** Traces name their model as `np-lstm + dense + mse`. */
function traceModel(description: string): ModelDefinition | undefined {
  const [name = '', ...head] = description.split(/\s*\+\s*/);
  return isCellName(name) && head.join() === 'dense,mse' ? regression(createCell(name)) : undefined;
}

const dims = ['I', 'H', 'O'] as const;
const inputs = { x: ['T', 'I'] } as const;

/** The outputs of a cell that stands alone: its parameters and states have no path. */
function hidden<const X extends string>(cell: CellDefinition, x: Expression<readonly ['T', X]>): Expression<readonly ['T', 'H']> {
  const [value] = Object.values(sequence(cell, { x }).outputs);
  if (value === undefined) throw new Error(`the cell '${cell.name}' has no output`);
  return value as Expression<readonly ['T', 'H']>;
}

function layerCount({ params }: ReferenceCase): number {
  return new Set([...params.keys()].map((name) => name.split('.')[0])).size;
}

function stacked(cell: CellDefinition, layers: number): ModelDefinition {
  return defineModel('stacked', { dims: ['I', 'H'], inputs }, ({ x }) => ({ outputs: { y: stack(new Array<CellDefinition>(layers).fill(cell), x) } }));
}

function inBothDirections(cell: CellDefinition): ModelDefinition {
  return defineModel('bidirectional', { dims: ['I', 'H'], inputs }, ({ x }) => ({ outputs: { y: bidirectional(cell, x) } }));
}

function regression(cell: CellDefinition): ModelDefinition {
  return defineModel('regression', { dims, inputs, targets: { target: ['T', 'O'] } }, ({ x, target }) => {
    const prediction = dense('dense', 'O', hidden(cell, x));
    return { outputs: { prediction }, loss: meanSquaredError(prediction, target) };
  });
}

function classifier(cell: CellDefinition): ModelDefinition {
  const targets = { target: { shape: ['T'], dtype: 'index' } } as const;
  return defineModel('classifier', { dims, inputs, targets }, ({ x, target }) => classify(hidden(cell, x), target));
}

function tokenClassifier(cell: CellDefinition): ModelDefinition {
  const steps = { shape: ['T'], dtype: 'index' } as const;
  return defineModel(
    'tokenClassifier',
    { dims: ['V', 'D', 'H', 'O'], inputs: { tokens: steps }, targets: { target: steps } },
    ({ tokens, target }) => classify(hidden(cell, embedding('embed', tokens, { vocabulary: 'V', width: 'D' })), target),
  );
}

function classify(states: Expression<readonly ['T', 'H']>, target: Expression<readonly ['T']>): { outputs: { logits: Expression }; loss: Loss } {
  const logits = dense('dense', 'O', states);
  return { outputs: { logits }, loss: softmaxCrossEntropy(logits, target) };
}
