import { vjp } from '../../src/differentiate/reverse.js';
import { jvp } from '../../src/differentiate/forward.js';
import { GraphBuilder } from '../../src/graph/graph.js';
import type { Node } from '../../src/graph/node.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import { input } from '../../src/ops/input.js';
import { tensor } from './tensors.js';

export type ScalarExpression = (builder: GraphBuilder, ...operands: readonly Node[]) => Node;

const name = (slot: number): string => `x${slot}`;

function scalarGraph(expression: ScalarExpression, count: number) {
  const builder = new GraphBuilder();
  const operands = Array.from({ length: count }, (_, slot) =>
    builder.declareInput(name(slot), builder.node(input, [], { name: name(slot), type: { dtype: 'real', shape: [] } })),
  );
  return builder.finish({ y: expression(builder, ...operands) });
}

function scalars(values: ReadonlyMap<string, number>) {
  return new Map([...values].map(([key, value]) => [key, tensor([], [value])]));
}

/** The value of an expression of real scalars. */
export function valueAt(expression: ScalarExpression, point: readonly number[]): number {
  const inputs = scalars(new Map(point.map((value, slot) => [name(slot), value])));
  return evaluate(scalarGraph(expression, point.length), inputs, {}).get('y')?.data[0] ?? NaN;
}

/** The slope by each operand in reverse mode; zero where the derivative is absent. */
export function slopesAt(expression: ScalarExpression, point: readonly number[], cotangent = 1): number[] {
  const graph = vjp(scalarGraph(expression, point.length), {
    wrt: point.map((_, slot) => name(slot)),
    cotangents: new Map([['y', 'dy']]),
    gradientName: (own) => `gradient.${own}`,
  });
  const inputs = scalars(new Map([...point.map((value, slot) => [name(slot), value] as const), ['dy', cotangent]]));
  const values = evaluate(graph, inputs, {});
  return point.map((_, slot) => values.get(`gradient.${name(slot)}`)?.data[0] ?? 0);
}

/** The same in forward mode, one operand varied at a time. */
export function tangentsAt(expression: ScalarExpression, point: readonly number[]): number[] {
  const graph = scalarGraph(expression, point.length);
  return point.map((_, varied) => {
    const derivative = jvp(graph, { tangents: new Map([[name(varied), 'dx']]), tangentName: () => 'dy' });
    const inputs = scalars(new Map([...point.map((value, slot) => [name(slot), value] as const), ['dx', 1]]));
    return evaluate(derivative, inputs, {}).get('dy')?.data[0] ?? 0;
  });
}

/**
 * The second derivatives, `[row by row]`, of the reverse derivative: once more in reverse, and once in forward mode.
 * They are given apart, so that a test sees both.
 */
export function curvaturesAt(expression: ScalarExpression, point: readonly number[]): { reverse: number[]; forward: number[] } {
  const names = point.map((_, slot) => name(slot));
  const first = vjp(scalarGraph(expression, point.length), {
    wrt: names,
    cotangents: new Map([['y', 'dy']]),
    gradientName: (own) => `gradient.${own}`,
  });
  const inputs = new Map([...point.map((value, slot) => [name(slot), value] as const), ['dy', 1] as const]);
  const reverse: number[] = [];
  const forward: number[] = [];
  for (const row of names) {
    const gradient = `gradient.${row}`;
    const again = first.outputs.has(gradient)
      ? vjp(first, { wrt: names, cotangents: new Map([[gradient, 'ddy']]), gradientName: (own) => `second.${own}` })
      : first;
    const values = evaluate(again, scalars(new Map([...inputs, ['ddy', 1]])), {});
    reverse.push(...names.map((own) => values.get(`second.${own}`)?.data[0] ?? 0));
    for (const column of names) {
      const along = jvp(first, { tangents: new Map([[column, 'dx']]), tangentName: (own) => `tangent.${own}` });
      forward.push(evaluate(along, scalars(new Map([...inputs, ['dx', 1]])), {}).get(`tangent.${gradient}`)?.data[0] ?? 0);
    }
  }
  return { reverse, forward };
}
