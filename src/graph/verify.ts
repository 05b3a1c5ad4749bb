import { hasCycle } from 'graphology-dag';
import { input } from '../ops/input.js';
import { result } from '../ops/result.js';
import { scan } from '../ops/scan.js';
import type { ScanAttributes } from '../ops/scan.js';
import { printShape, sameShape } from './dim.js';
import type { Graph } from './graph.js';
import { isNode } from './node.js';
import type { Node, ValueType } from './node.js';

/** A graph that breaks one of the rules that every pass relies on: a bug in the pass that made it. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError';
}

/**
 * Checks what `GraphBuilder` promises, on a graph that a pass has made and on the bodies of its loops:
 *
 * - each node's results are those that its op's shape rule gives for its operands;
 * - a node with several results is read through `result` nodes, which ask for a result that is there;
 * - operands come before their users, all of them belong to the graph's store, and its edges say the same;
 * - the inputs are `input` nodes under their own names, and no others are read; a loop brings each input of its body once;
 * - the store has no cycle.
 *
 * @throws VerificationError that names the node, and the loop around it
 */
export function verify(graph: Graph): void {
  verifyGraph(graph, new Set());
}

function verifyGraph(graph: Graph, done: Set<Graph>): void {
  if (done.has(graph)) return;
  done.add(graph);
  if (hasCycle(graph.store)) throw new VerificationError('the graph has a cycle');
  for (const [name, node] of graph.outputs) {
    if (!isMember(graph, node)) throw new VerificationError(`the output '${name}' (${describe(node)}) is not in the graph`);
    if (node.results.length !== 1) throw new VerificationError(`the output '${name}' is all results of ${describe(node)} at once`);
  }
  for (const [name, node] of graph.inputs) {
    if (!isMember(graph, node)) throw new VerificationError(`the input '${name}' (${describe(node)}) is not in the graph`);
    if (!isNode(node, input) || node.attributes.name !== name) {
      throw new VerificationError(`the input '${name}' is ${describe(node)}, not the input node of that name`);
    }
  }
  const nodes = new Set([...graph.inputs.values(), ...graph.nodes]);
  for (const node of nodes) {
    const stranger = node.operands.find((operand) => !isMember(graph, operand));
    if (stranger !== undefined) throw new VerificationError(`${describe(node)} reads ${describe(stranger)}, which is not in the graph`);
  }
  for (const node of nodes) {
    verifyNode(graph, node);
    if (!isNode(node, scan)) continue;
    verifyInputs(node);
    within(`the body of ${describe(node)}`, () => {
      verifyGraph(node.attributes.body, done);
    });
  }
}

function verifyNode(graph: Graph, node: Node): void {
  const fail = (why: string): never => {
    throw new VerificationError(`${describe(node)} ${why}`);
  };
  for (const [slot, operand] of node.operands.entries()) {
    if (operand.index >= node.index) fail(`precedes its operand ${describe(operand)}`);
    if (operand.results.length !== 1 && !isNode(node, result)) fail(`reads all results of ${describe(operand)} at once`);
    const edges = graph.store.edges(operand.id, node.id).map((edge) => graph.store.getEdgeAttribute(edge, 'slot'));
    if (!edges.includes(slot)) fail(`reads ${describe(operand)} in slot ${slot}, but no edge says so`);
  }
  if (graph.store.inDegree(node.id) !== node.operands.length) {
    fail(`has ${node.operands.length} operands, but ${graph.store.inDegree(node.id)} edges lead to it`);
  }
  if (isNode(node, input) && graph.inputs.get(node.attributes.name) !== node) fail(`('${node.attributes.name}') is not declared`);
  if (isNode(node, result)) verifyResult(node, fail);
  if (node.type !== node.results[0]) fail('has a type that is not that of its first result');
  const expected = shapeRule(node, fail);
  const same = expected.length === node.results.length && expected.every((type, k) => sameType(type, node.results[k]));
  if (!same) fail(`holds ${printTypes(node.results)}, but its shape rule gives ${printTypes(expected)}`);
}

/** Each input of a body is brought by one carry, sequence or invariant, or is the step index. */
function verifyInputs(node: Node<ScanAttributes>): void {
  const { body, carries, sequences, invariants, step } = node.attributes;
  const given = [...carries.map(({ input: name }) => name), ...sequences, ...invariants, ...(step === undefined ? [] : [step])];
  const wrong = [
    ...given.filter((name, k) => given.indexOf(name) !== k).map((name) => `brings the input '${name}' of its body twice`),
    ...[...body.inputs.keys()].filter((name) => !given.includes(name)).map((name) => `does not bring the input '${name}' of its body`),
  ];
  if (wrong.length > 0) throw new VerificationError(`${describe(node)} ${wrong.join(' and ')}`);
}

function verifyResult(node: Node<{ index: number }>, fail: (why: string) => never): void {
  const [read] = node.operands;
  const { index } = node.attributes;
  if (read === undefined || node.operands.length !== 1) return fail('must read one node');
  if (read.results[index] === undefined) fail(`reads result ${index} of ${describe(read)}, which has ${read.results.length}`);
}

function shapeRule(node: Node, fail: (why: string) => never): readonly ValueType[] {
  try {
    return node.op.resultTypes(node.operands.map((operand) => operand.type), node.attributes, node.operands);
  } catch (error) {
    return fail(`breaks its shape rule: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function within(where: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    throw new VerificationError(`in ${where}: ${error.message}`);
  }
}

function isMember(graph: Graph, node: Node): boolean {
  return graph.store.hasNode(node.id) && graph.store.getNodeAttribute(node.id, 'node') === node;
}

function describe(node: Node): string {
  return `${node.id} (${node.op.name})`;
}

function sameType(a: ValueType, b: ValueType | undefined): boolean {
  return b !== undefined && a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

function printTypes(types: readonly ValueType[]): string {
  return types.map(({ dtype, shape }) => `${dtype} ${printShape(shape)}`).join(', ');
}
