import { describe, expect, it } from 'vitest';
import { formula } from '../../docs/catalogue/formula.js';
import { createCell } from '../../src/cells/registry.js';
import type { CellName } from '../../src/cells/registry.js';
import { Dim } from '../../src/graph/dim.js';
import { parameterCount, productFlops } from '../../src/report/cost.js';

describe('what a step costs', () => {
  it.each<[CellName, string, string]>([
    ['vanilla-lstm', '4H² + 4HI + 7H', '8H² + 8HI'],
    ['gru-v3', '3H² + 3HI + 4H', '6H² + 6HI'],
    ['lstmp', '4HI + 5HP + 4H', '8HI + 10HP'],
    ['indrnn', 'HI + 2H', '2HI'],
    // Four gates, each with a kernel by input and by state, at every position.
    ['convlstm1d', '4H²K + 4HIK + 3HN + 4H', '8H²KN + 8HIKN'],
    // Writing the memory is an outer product, reading it another 2H², and n · q 2H.
    ['mlstm', '4HI + 4H + 2I + 2', '4H² + 8HI + 2H + 4I'],
  ])('%s', (name, parameters, flops) => {
    const cell = createCell(name);
    expect(formula(parameterCount(cell.parameters))).toBe(parameters);
    expect(formula(productFlops(cell.step))).toBe(flops);
  });

  it('is written with superscripts, and with a minus where it is one', () => {
    expect(formula(Dim.from('2H*H*H - H + 1'))).toBe('2H³ − H + 1');
    expect(formula(Dim.zero)).toBe('0');
  });
});
