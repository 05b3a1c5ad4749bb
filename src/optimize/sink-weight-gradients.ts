import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import { freshName } from '../graph/fresh-name.js';
import { Dim } from '../graph/dim.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { rebuild, Rebuilder, resultsOf } from '../graph/rebuild.js';
import { add } from '../ops/add.js';
import { total } from '../ops/construct.js';
import { einsum, unusedLetter } from '../ops/einsum.js';
import type { EinsumAttributes } from '../ops/einsum.js';
import { input } from '../ops/input.js';
import { addScan, scan, scanParts } from '../ops/scan.js';
import type { ScanParts, ScanResults } from '../ops/scan.js';
import { slice } from '../ops/slice.js';
import { productShape } from './product-sum.js';

/**
 * Moves products behind the loop whose results the loop itself never reads:
 *
 *     Σ_t einsum(δ_t, x_t)   becomes   einsum(δ, x) over all steps at once,
 *     dx_t = einsum(δ_t, W)  becomes   dx = einsum(δ, W), and so do sums of them.
 *
 * Why here: after differentiation, which makes these products, and before saving and cutting, which look at what the
 * loop then has to keep. One large product runs several times faster than T small ones. The test is dependence on
 * carries: what a carry needs stays.
 */
export function sinkWeightGradients(graph: Graph): Graph {
  return rebuild(graph, (node, operands, builder) => {
    const copy = builder.copy(node, operands);
    if (isNode(node, input)) return builder.declareInput(node.attributes.name, copy);
    if (!isNode(copy, scan)) return copy.results.length === 1 ? copy : copies(builder, copy);
    const parts = scanParts(copy, copy.attributes);
    return sinkFrom(builder, parts) ?? copies(builder, copy);
  });
}

function copies(builder: GraphBuilder, node: Node): readonly Node[] {
  return resultsOf(builder, node);
}

/** A product that leaves the loop, and the operands that it will read over all steps. */
interface Sunk {
  readonly left: Node;
  readonly right: Node;
  readonly letters: EinsumAttributes;
}

/** What leaves a loop and what stays. */
interface Division {
  /** For each stacked output the products whose sum it is; none where it stays. */
  readonly outputs: readonly (readonly Sunk[])[];
  /** For each sum the terms that leave and those that stay. */
  readonly sums: readonly { readonly sunk: readonly Sunk[]; readonly rest: readonly Node[] }[];
  readonly keptOutputs: readonly string[];
  readonly keptSums: readonly string[];
}

function sinkFrom(builder: GraphBuilder, parts: ScanParts): readonly Node[] | undefined {
  const varying = varyingNodes(parts);
  const division = divide(parts, varying);
  if (division === undefined) return undefined;
  const { outputs, sums, keptOutputs, keptSums } = division;
  const stacked = valuesToStack(parts, varying, division);
  const loop = addScan(builder, {
    ...parts,
    body: remainingBody(parts, division, stacked),
    outputs: [...keptOutputs, ...stacked.values()],
    sums: keptSums,
  });
  const overSteps = stackedValues(builder, parts, loop, (node) => {
    const name = stacked.get(node);
    return name === undefined ? undefined : loop.output(keptOutputs.length + [...stacked.values()].indexOf(name));
  });
  const product = (sunk: Sunk, summed: boolean): Node => productOverSteps(builder, sunk, varying, overSteps, summed);
  return [
    ...parts.carries.map((_, k) => loop.final(k)),
    ...parts.carries.map((_, k) => loop.history(k)),
    ...parts.outputs.map((name, k) => {
      const products = (outputs[k] ?? []).map((sunk) => product(sunk, false));
      return products.length === 0 ? loop.output(keptOutputs.indexOf(name)) : products.reduce((a, b) => total(builder, a, b));
    }),
    ...parts.sums.map((name, k) => {
      const terms = (sums[k]?.sunk ?? []).map((sunk) => product(sunk, true));
      if (keptSums.includes(name)) terms.push(loop.sum(keptSums.indexOf(name)));
      return terms.reduce((a, b) => total(builder, a, b));
    }),
  ];
}

/** Finds the products that no carry needs; undefined where there are none. */
function divide(parts: ScanParts, varying: ReadonlySet<Node>): Division | undefined {
  const { body } = parts;
  const neededByCarries = new Set(body.reachable(parts.carries.map(({ output }) => body.output(output))));
  const canSink = (node: Node, operandsPerStep: 1 | 2): Sunk | undefined => {
    const [left, right] = node.operands;
    if (!isNode(node, einsum) || left === undefined || right === undefined || productShape(node) === undefined) return undefined;
    if (neededByCarries.has(node)) return undefined;
    const perStep = [left, right].filter((operand) => varying.has(operand)).length;
    if (![left, right].every((operand) => varying.has(operand) || isNode(operand, input))) return undefined;
    return perStep === operandsPerStep ? { left, right, letters: node.attributes } : undefined;
  };
  const sums = parts.sums.map((name) => takeTerms(body.output(name), (node) => canSink(node, 2)));
  // An output leaves whole: what is left of it would be stacked besides.
  const outputs = parts.outputs.map((name) => {
    const { sunk, rest } = takeTerms(body.output(name), (node) => canSink(node, 1));
    return rest.length === 0 ? sunk : [];
  });
  if ([...sums.map(({ sunk }) => sunk), ...outputs].every((sunk) => sunk.length === 0)) return undefined;
  return {
    outputs,
    sums,
    keptOutputs: parts.outputs.filter((_, k) => outputs[k]?.length === 0),
    keptSums: parts.sums.filter((_, k) => (sums[k]?.rest.length ?? 0) > 0),
  };
}

/**
 * What the products that leave read of a step becomes a stacked output, unless the loop has it as a sequence or state already.
 * By node, the name of that output.
 */
function valuesToStack({ body, carries }: ScanParts, varying: ReadonlySet<Node>, { sums, outputs }: Division): Map<Node, string> {
  const taken = new Set([...body.inputs.keys(), ...body.outputs.keys()]);
  const names = new Map<Node, string>();
  for (const { left, right } of [...sums.flatMap(({ sunk }) => sunk), ...outputs.flat()]) {
    for (const node of [left, right]) {
      const isComputed = varying.has(node) && !isNode(node, input);
      const isNextState = carries.some(({ output }) => body.output(output) === node);
      if (isComputed && !isNextState && !names.has(node)) names.set(node, freshName(taken, body.nameOf(node) ?? 'stacked'));
    }
  }
  return names;
}

/** The step without what leaves, and with the further outputs. */
function remainingBody({ body, carries, outputs, sums }: ScanParts, division: Division, stacked: ReadonlyMap<Node, string>): Graph {
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(body, builder);
  for (const node of body.inputs.values()) rebuilder.map(node);
  const results = new Map<string, Node>();
  for (const name of [...carries.map(({ output }) => output), ...outputs]) {
    if (!outputs.includes(name) || division.keptOutputs.includes(name)) results.set(name, rebuilder.map(body.output(name)));
  }
  for (const [node, name] of stacked) results.set(name, rebuilder.map(node));
  for (const name of division.keptSums) {
    const rest = division.sums[sums.indexOf(name)]?.rest ?? [];
    results.set(name, rest.map((node) => rebuilder.map(node)).reduce((a, b) => total(builder, a, b)));
  }
  return builder.finish(results);
}

/** A product that has left its loop: a letter for the steps is summed over, or is one more axis of the result. */
function productOverSteps(
  builder: GraphBuilder,
  { left, right, letters }: Sunk,
  varying: ReadonlySet<Node>,
  overSteps: (node: Node) => Node,
  summed: boolean,
): Node {
  const step = unusedLetter('tsuvwxyz', letters.left + letters.right + letters.out);
  const mark = (node: Node, own: string): string => (varying.has(node) ? step + own : own);
  return builder.node(einsum, [overSteps(left), overSteps(right)], {
    left: mark(left, letters.left),
    right: mark(right, letters.right),
    out: summed ? letters.out : step + letters.out,
  });
}

/** The terms of a sum that can leave the loop, and those that stay. */
function takeTerms(node: Node, canSink: (node: Node) => Sunk | undefined): { sunk: Sunk[]; rest: Node[] } {
  const own = canSink(node);
  if (own !== undefined) return { sunk: [own], rest: [] };
  if (!isNode(node, add)) return { sunk: [], rest: [node] };
  const parts = node.operands.map((operand) => takeTerms(operand, canSink));
  return parts.every(({ sunk }) => sunk.length === 0)
    ? { sunk: [], rest: [node] }
    : { sunk: parts.flatMap(({ sunk }) => sunk), rest: parts.flatMap(({ rest }) => rest) };
}

/** The body values that differ from step to step. */
function varyingNodes({ body, carries, sequences, step }: ScanParts): Set<Node> {
  const found = new Set<Node>([...carries, ...sequences].map(({ input: name }) => body.input(name)));
  if (step !== undefined) found.add(body.input(step));
  for (const node of body.nodes) if (node.operands.some((operand) => found.has(operand))) found.add(node);
  return found;
}

/** Gives the value of a body node at all steps, `[T, …]`, or itself where it is the same at all of them. */
function stackedValues(
  builder: GraphBuilder,
  parts: ScanParts,
  loop: ScanResults,
  extra: (node: Node) => Node | undefined,
): (node: Node) => Node {
  const { body, carries, sequences, invariants, length, reverse } = parts;
  const rows = (history: Node, start: Dim): Node => builder.node(slice, [history], { axis: 0, start, length });
  return (node) => {
    const own = extra(node);
    if (own !== undefined) return own;
    for (const [k, carry] of carries.entries()) {
      if (body.input(carry.input) === node) return rows(loop.history(k), reverse ? Dim.one : Dim.zero);
      if (body.output(carry.output) === node) return rows(loop.history(k), reverse ? Dim.zero : Dim.one);
    }
    const given = [...sequences, ...invariants].find(({ input: name }) => body.input(name) === node);
    if (given === undefined) throw new Error(`the value ${node.id} of a loop is not to be had outside`);
    return given.value;
  };
}
