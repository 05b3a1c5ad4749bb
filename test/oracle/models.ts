import { cellModel, concat, createCell, defineModel, dense, embedding, isCellName, meanSquaredError, npLstm, sequence, softmaxCrossEntropy } from 'cellwright';
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
  'stacked-lstm': (reference) => stacked(npLstm, layerNames(reference)),
  'bidirectional-lstm': () => bidirectional(npLstm),
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

type Steps = Expression<readonly ['T', ...(string | number)[]]>;

function run(cell: CellDefinition, x: Steps, options: { name?: string; reverse?: boolean } = {}): Steps {
  const [value] = Object.values(sequence(cell, { x }, options).outputs);
  if (value === undefined) throw new Error(`the cell '${cell.name}' has no output`);
  return value;
}

function layerNames({ params }: ReferenceCase): string[] {
  return [...new Set([...params.keys()].map((name) => name.split('.')[0] ?? ''))].sort();
}

function stacked(cell: CellDefinition, layers: readonly string[]): ModelDefinition {
  return defineModel('stacked', { dims: ['I', 'H'], inputs }, ({ x }) => {
    let value: Steps = x;
    for (const name of layers) value = run(cell, value, { name });
    return { outputs: { y: value } };
  });
}

function bidirectional(cell: CellDefinition): ModelDefinition {
  return defineModel('bidirectional', { dims: ['I', 'H'], inputs }, ({ x }) => ({
    outputs: { y: concat([run(cell, x, { name: 'fwd' }), run(cell, x, { name: 'bwd', reverse: true })], -1) },
  }));
}

function regression(cell: CellDefinition): ModelDefinition {
  return defineModel('regression', { dims, inputs, targets: { target: ['T', 'O'] } }, ({ x, target }) => {
    const prediction = dense('dense', 'O', run(cell, x) as Expression<readonly ['T', 'H']>);
    return { outputs: { prediction }, loss: meanSquaredError(prediction, target) };
  });
}

function classifier(cell: CellDefinition): ModelDefinition {
  const targets = { target: { shape: ['T'], dtype: 'index' } } as const;
  return defineModel('classifier', { dims, inputs, targets }, ({ x, target }) => classify(run(cell, x), target));
}

function tokenClassifier(cell: CellDefinition): ModelDefinition {
  const steps = { shape: ['T'], dtype: 'index' } as const;
  return defineModel(
    'tokenClassifier',
    { dims: ['V', 'D', 'H', 'O'], inputs: { tokens: steps }, targets: { target: steps } },
    ({ tokens, target }) => classify(run(cell, embedding('embed', tokens, { vocabulary: 'V', width: 'D' })), target),
  );
}

function classify(hidden: Steps, target: Expression<readonly ['T']>): { outputs: { logits: Expression }; loss: Loss } {
  const logits = dense('dense', 'O', hidden as Expression<readonly ['T', 'H']>);
  return { outputs: { logits }, loss: softmaxCrossEntropy(logits, target) };
}
