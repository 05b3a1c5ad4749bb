import { describe, expect, it } from 'vitest';
import { cellRegistry, createCell, isCellName } from '../../src/cells/registry.js';
import type { CellDefinition } from '../../src/declare/index.js';
import { listReferences, readReference } from '../oracle/format.js';
import { checkDerivatives, valuesOf } from '../support/derivatives.js';
import { tensorNamed } from '../support/tensors.js';
import { plainLstms } from './plain-lstms.js';
import { expectPlain, pointOf } from './plain-loop.js';
import { plainPapers } from './plain-papers.js';
import { plainUnits } from './plain-units.js';
import { referenceFolder } from './reference-folder.js';

const plainSteps = { ...plainLstms, ...plainUnits, ...plainPapers };

const attributes: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'clip-zoneout-lstm': { clip: 0.125, zoneoutC: 0.3, zoneoutY: 0.2 },
  'clip-lstm': { clip: 0.125, zoneoutC: 0, zoneoutY: 0 },
  'zoneout-lstm': { clip: null, zoneoutC: 0.3, zoneoutY: 0.2 },
};

function cellNamed(name: string): CellDefinition {
  if (!isCellName(name)) throw new Error(`no cell '${name}'`);
  return createCell(name, attributes[name]);
}

describe('cells against a plain loop over their equations', () => {
  it.each(Object.keys(plainSteps))('%s', (name) => {
    const step = plainSteps[name];
    if (step === undefined) throw new Error('unreachable');
    expectPlain(step, cellNamed(name), 41);
  });

  it.each(Object.keys(plainSteps))('%s has the derivatives of its values', (name) => {
    checkDerivatives(pointOf(cellNamed(name), 43), 44, name);
  });

  it('clips in the test of the clipped cells', () => {
    const final = tensorNamed(valuesOf(pointOf(cellNamed('clip-lstm'), 41)), 'final.c');
    expect(final.data.some((value) => Math.abs(value) === 0.125)).toBe(true);
    expect(final.data.some((value) => Math.abs(value) < 0.125)).toBe(true);
  });
});

it('a file or a plain loop checks every cell of the library', () => {
  const inFiles = listReferences(referenceFolder).map((file) => readReference(file).cell);
  const unchecked = Object.keys(cellRegistry).filter((name) => !inFiles.includes(name) && !(name in plainSteps));
  expect(unchecked).toEqual([]);
});
