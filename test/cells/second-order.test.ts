import { describe, it } from 'vitest';
import { cellRegistry, createCell } from '../../src/cells/registry.js';
import type { CellName } from '../../src/cells/registry.js';
import { checkDerivatives, gradientOf } from '../support/derivatives.js';
import { Random } from '../support/random.js';
import { pointOf } from './plain-loop.js';

describe('the gradients of a cell have the derivatives of their values, forwards and backwards', () => {
  it.each(Object.keys(cellRegistry) as CellName[])('%s', (name) => {
    checkDerivatives(gradientOf(pointOf(createCell(name), 45), new Random(46)), 47, name);
  });
});
