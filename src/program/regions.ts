import { Dim } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import { input } from '../ops/input.js';
import type { Buffer, View } from '../lower/kernel-program.js';
import { rowMajor } from '../lower/view.js';
import type { ParameterDeclaration } from '../declare/declaration.js';

/** A parameter and where it lies in the flat arrays of parameters, gradients and optimizer slots. */
export interface PlacedParameter extends ParameterDeclaration {
  readonly offset: Dim;
}

/**
 * The order of the parameters in the flat array. Those that the graph joins along their first axis lie one behind the
 * other, so that the joined weights are there already and their gradients fall into place. What is joined comes in the order
 * of declaration, not in that of the work: it must not depend on how a module is scheduled, since optimizer slots are saved
 * as flat arrays.
 */
export function placeParameters(parameters: Iterable<ParameterDeclaration>, graph: Graph): PlacedParameter[] {
  const declared = new Map([...parameters].map((parameter) => [parameter.name, parameter]));
  const place = new Map([...declared.keys()].map((name, k) => [name, k]));
  const joins = graph.nodes.flatMap((node) => {
    const { lowering } = node.op;
    if (lowering.kind !== 'concat' || lowering.axis(node.attributes) !== 0) return [];
    const names = node.operands.flatMap((operand) => (isNode(operand, input) ? [operand.attributes.name] : []));
    const isWhole = names.length === node.operands.length && new Set(names).size === names.length;
    return isWhole && names.every((name) => declared.has(name)) ? [names] : [];
  });
  const first = (names: readonly string[]): number => Math.min(...names.map((name) => place.get(name) ?? 0));
  const order: string[] = [];
  for (const names of joins.sort((a, b) => first(a) - first(b))) {
    if (!names.some((name) => order.includes(name))) order.push(...names);
  }
  for (const name of declared.keys()) if (!order.includes(name)) order.push(name);
  let offset = Dim.zero;
  return order.flatMap((name) => {
    const parameter = declared.get(name);
    if (parameter === undefined) return [];
    const placed = { ...parameter, offset };
    offset = offset.plus(Dim.product(parameter.shape));
    return [placed];
  });
}

export function flatSize(parameters: readonly PlacedParameter[]): Dim {
  return Dim.sum(parameters.map(({ shape }) => Dim.product(shape)));
}

/** A parameter's part of a flat array. */
export function partOf(flat: Buffer, { offset, shape }: PlacedParameter): View {
  return { buffer: flat, offset, strides: rowMajor(shape) };
}
