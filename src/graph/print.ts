import { Dim } from './dim.js';
import { Graph } from './graph.js';
import { isNode } from './node.js';
import type { Node, ValueType } from './node.js';
import { input } from '../ops/input.js';

/**
 * A graph as text, one `let` for each live node, equal for equal graphs:
 *
 *     let n0: real[H] = input() { name: "y" }
 *     let n1: real[H] = mul(n0, n0)            // declared names stand here
 *     out y2 = n1
 *
 * The body of a loop stands indented below the loop; its nodes are numbered on their own.
 */
export function printGraph(graph: Graph): string {
  return printLines(graph).join('\n');
}

function printLines(graph: Graph): string[] {
  const nodes = [...new Set([...graph.inputs.values(), ...graph.nodes])];
  return [
    ...nodes.flatMap((node) => printNode(graph, node)),
    ...[...graph.outputs].map(([name, node]) => `out ${name} = ${node.id}`),
  ];
}

function printNode(graph: Graph, node: Node): string[] {
  const bodies: string[] = [];
  const attributes = printAttributes(node.attributes, (name, body) => {
    bodies.push(`  ${name}:`, ...printLines(body).map((line) => `    ${line}`));
  });
  const types = node.results.map(printType);
  const type = types.length === 1 ? types.join() : `(${types.join(', ')})`;
  const operands = node.operands.map((operand) => operand.id).join(', ');
  const names = (graph.names.get(node) ?? []).filter((name) => !isNode(node, input) || name !== node.attributes.name);
  const comment = names.length === 0 ? '' : ` // ${names.join(', ')}`;
  return [`let ${node.id}: ${type} = ${node.op.name}(${operands})${attributes}${comment}`, ...bodies];
}

function printType({ dtype, shape }: ValueType): string {
  return shape.length === 0 ? dtype : `${dtype}[${shape.map((dim) => dim.key).join(', ')}]`;
}

function printAttributes(attributes: unknown, nested: (name: string, graph: Graph) => void): string {
  const entries = sortedEntries(attributes as Readonly<Record<string, unknown>>).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (!(value instanceof Graph)) return [`${name}: ${printValue(value)}`];
    nested(name, value);
    return [];
  });
  return entries.length === 0 ? '' : ` { ${entries.join(', ')} }`;
}

/** In the order of names: attributes are equal in whatever order they were written. */
function sortedEntries(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

function printValue(value: unknown): string {
  if (value instanceof Dim) return value.key;
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map(printValue).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    // Only a value's type has these two members; it reads better in short.
    if ('dtype' in value && 'shape' in value) return printType(value as ValueType);
    return `{ ${sortedEntries(value).map(([name, entry]) => `${name}: ${printValue(entry)}`).join(', ')} }`;
  }
  return JSON.stringify(value);
}
