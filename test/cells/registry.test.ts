import { describe, expect, it } from 'vitest';
import * as library from '../../src/cells/index.js';
import { cellRegistry, createCell } from '../../src/cells/registry.js';
import type { CellName } from '../../src/cells/registry.js';

const names = Object.keys(cellRegistry) as CellName[];
const exportedCells = Object.entries(library).flatMap(([name, value]) =>
  typeof value === 'object' && 'kind' in value ? [{ exported: name, definition: value.name }] : [],
);

describe('the library of cells', () => {
  it('exports each cell under the name of its definition', () => {
    for (const { exported, definition } of exportedCells) expect(definition).toBe(exported);
  });

  it('registers each exported cell, once', () => {
    const registered = names.map((name) => createCell(name).name);
    expect(registered.sort()).toEqual(exportedCells.map(({ exported }) => exported).sort());
  });

  it('takes constants by the names of reference files', () => {
    const constants = [...createCell('layernorm-lstm', { eps: 0.125 }).step.nodes].map(({ attributes }) => attributes);
    expect(constants).toContainEqual({ dtype: 'real', value: 0.125 });
  });

  it('refuses a constant that is no number', () => {
    expect(() => createCell('janet', { beta: '1' })).toThrow(`the attribute 'beta' must be a number, not "1"`);
  });
});
