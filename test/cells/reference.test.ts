import { describe, it } from 'vitest';
import { createCell, isCellName } from '../../src/cells/registry.js';
import { cellModel } from '../../src/declare/cell-model.js';
import { vjp } from '../../src/differentiate/reverse.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import type { Tensor } from '../../src/ops/op.js';
import { batchStage } from '../../src/program/batch-stage.js';
import { listReferences, readReference } from '../oracle/format.js';
import type { ReferenceCase } from '../oracle/format.js';
import { expectClose, tensorNamed } from '../support/tensors.js';
import { referenceFolder } from './reference-folder.js';

const cases = listReferences(referenceFolder)
  .map((file) => readReference(file))
  .filter((reference): reference is ReferenceCase => reference.kind === 'case' && isCellName(reference.cell));

/** Values, and gradients as `grads.<name>`, by the names of the file. */
function computed({ cell: name, attributes, params, inputs, lossWeights, sizes }: ReferenceCase): Map<string, Tensor> {
  if (!isCellName(name)) throw new Error(`no cell '${name}'`);
  const cell = createCell(name, attributes);
  const ownName = (given: string): string =>
    cell.states.has(given.replace(/0$/, '')) ? given.replace(/0$/, '') : given;
  const outputName = (path: string): string => (path === 'outputs' ? 'out.y' : path.replace('finalState.', 'final.'));
  const names = [...params.keys(), ...inputs.keys()];
  const gradients = vjp(batchStage(cellModel(cell)), {
    wrt: names.map(ownName),
    cotangents: new Map([...lossWeights.keys()].map((path) => [outputName(path), `weight.${path}`])),
    gradientName: (input) => `gradient.${input}`,
  });
  const given = [...params, ...inputs].map(([key, value]): [string, Tensor] => [ownName(key), value]);
  const weights = [...lossWeights].map(([path, value]): [string, Tensor] => [`weight.${path}`, value]);
  const values = evaluate(gradients, new Map([...given, ...weights]), sizes);
  return new Map([
    ...[...lossWeights.keys()].map((path): [string, Tensor] => [path, tensorNamed(values, outputName(path))]),
    ...names.map((key): [string, Tensor] => [`grads.${key}`, tensorNamed(values, `gradient.${ownName(key)}`)]),
  ]);
}

describe('cells against reference values', () => {
  it.each(cases)('$name', (reference) => {
    for (const [path, actual] of computed(reference))
      expectClose(actual, tensorNamed(reference.expected, path), 1e-12, path);
  });
});
