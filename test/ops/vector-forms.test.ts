import { describe, expect, it } from 'vitest';
import type { VectorMath } from '../../src/emit/wasm/vector-code.js';
import type { ElementwiseOp } from '../../src/ops/elementwise.js';
import { registry } from '../../src/ops/registry.js';
import { Random } from '../support/random.js';
import { functionKernel } from '../ulp/function-kernel.js';

const elementwiseOps = Object.values<object>(registry).filter((op): op is ElementwiseOp => 'scalar' in op && 'operandTypes' in op);

/** An op's vector form between numbers in memory, where a truth value is 0 or 1. */
function stored(op: ElementwiseOp): VectorMath {
  return (code, operands) => {
    const { lowering } = op;
    if (lowering.kind !== 'scalar') throw new Error(`${op.name} is no scalar expression`);
    const values = operands.map((operand, slot) => (op.operandTypes[slot] === 'bool' ? code.compare('ne', operand, code.constant(0)) : operand));
    const result = lowering.code.wasm(values, code);
    const { dtype } = op.resultTypes(op.operandTypes.map((type) => ({ dtype: type, shape: [] })), {}, [])[0] ?? { dtype: 'real' };
    return dtype === 'bool' ? code.logic('and', result, code.constant(1)) : result;
  };
}

const special = [0, -0, 1, -1, 0.5, -2.5, 3, Infinity, -Infinity, NaN];

/** All combinations of what each operand may be. */
function combinations(choices: readonly (readonly number[])[]): number[][] {
  return choices.reduce<number[][]>((rows, values) => rows.flatMap((row) => values.map((value) => [...row, value])), [[]]);
}

describe.each(elementwiseOps)('$name on vectors', (op) => {
  it('means what it means on numbers', async () => {
    const random = new Random(11);
    const choices = op.operandTypes.map((type) => ({ bool: [0, 1], index: [0, 1, 2, 9], real: special })[type]);
    const drawn = Array.from({ length: 40 }, () =>
      op.domain.map(([low, high], slot) => (op.operandTypes[slot] === 'real' ? random.uniform(low, high) : random.integer(low, high))),
    );
    const rows = [...combinations(choices), ...drawn];
    const length = 2 * Math.ceil(rows.length / 2);
    const kernel = await functionKernel(stored(op), { lane: 'f64', length, operands: op.operandTypes.length });
    for (const [slot, input] of kernel.inputs.entries()) input.set(rows.map((row) => row[slot] ?? NaN));
    kernel.run(length);
    for (const [k, row] of rows.entries()) {
      const expected = op.scalar(...row);
      const got = kernel.output[k] ?? NaN;
      const place = `${op.name}(${row.map((each) => (Object.is(each, -0) ? '-0' : String(each))).join(', ')})`;
      // A sine may lose the sign of a zero.
      const near = (Number.isFinite(expected) && expected !== 0) || (op.name === 'sin' && expected === 0);
      if (near) expect(Math.abs(got - expected), place).toBeLessThanOrEqual(4 * Number.EPSILON * Math.abs(expected));
      else expect(got, place).toBe(expected);
    }
  });
});
