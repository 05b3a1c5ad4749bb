import { DeclarationError } from '../declare/declaration-error.js';
import { Dim } from '../graph/dim.js';
import { freshName } from '../graph/fresh-name.js';
import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Dtype, Node, ValueType } from '../graph/node.js';
import { copyNode, Rebuilder, resultsOf } from '../graph/rebuild.js';
import type { Replacement } from '../graph/rebuild.js';
import { symbolsOf } from '../graph/symbols.js';
import { timeDim } from '../graph/stage-dims.js';
import { constant } from '../ops/constant.js';
import { isGreater, meanOf, zero } from '../ops/construct.js';
import { div } from '../ops/div.js';
import { input } from '../ops/input.js';
import { addScan, resultLayout, scan, scanParts } from '../ops/scan.js';
import type { ScanAttributes } from '../ops/scan.js';
import { choose, countsSteps, nothing, ValidSteps } from './valid-steps.js';

/** The input that `mask` adds: how many steps the example has, an index from 0 to T. */
export const lengthsInput = 'lengths';

/**
 * Lets an example have fewer steps than there is room for: the graph gets an input `lengths`, and computes for what lies before
 * the end what the graph without it computes where T is that length. What lies past the end may hold anything, NaN too, and
 * nothing depends on it; outputs are zero there, and so is every derivative by it, exactly.
 *
 * One invariant does this: along an axis of size `d(T)` the first `d(length)` places hold the values of the short example, and
 * the others hold values that nobody looks at. Elementwise ops keep it by themselves. Besides:
 *
 * - Inputs are zero past the end before anything reads them, since 0 · NaN is NaN in a derivative too.
 * - What adds up, multiplies or compares across such an axis sees zeros past the end, a maximum -∞.
 * - A loop over the steps reads `valid_t = t < length`, computed once for all loops; its carries become `select(valid, next,
 *   previous)`, and what it stacks or adds up is zero where `valid` is not. So a loop that runs backwards stays at its initial state
 *   until the sequence's own end: nothing is gathered, and batches need no order.
 * - The number T itself is the length, so that a loss counts valid steps; a mean of no steps is 0.
 *
 * Runs on one example: batching then gives each its own length.
 *
 * @throws DeclarationError where an op puts what follows the end of a sequence at a fixed place (a slice from `T-1`, a join
 *   behind a sequence), and where the graph has an input of that name
 */
export function mask(graph: Graph): Graph {
  const builder = new GraphBuilder();
  if (graph.inputs.has(lengthsInput)) {
    throw new DeclarationError(`the name '${lengthsInput}' is taken by the lengths of the sequences; call the value something else`, undefined);
  }
  copyInputs(graph, builder);
  const steps = new ValidSteps(builder, declareScalar(builder, lengthsInput, 'index'));
  const rebuilder = maskingRebuilder(graph, steps, (copy) => steps.cleared(copy));
  for (const node of graph.inputs.values()) rebuilder.map(node);
  return builder.finish(new Map([...graph.outputs].map(([name, node]) => [name, steps.cleared(rebuilder.map(node))])));
}

/** Inputs keep their order: what is added comes behind them. */
function copyInputs(graph: Graph, builder: GraphBuilder): void {
  for (const node of graph.inputs.values()) copyNode(node, [], builder);
}

function declareScalar(builder: GraphBuilder, name: string, dtype: Dtype): Node {
  return builder.declareInput(name, builder.node(input, [], { name, type: { dtype, shape: [] } }));
}

/** Makes each node keep the invariant; `enter` says what inputs become. */
function maskingRebuilder(graph: Graph, steps: ValidSteps, enter: (copy: Node) => Node): Rebuilder {
  const { builder } = steps;
  return new Rebuilder(graph, builder, (node, operands) => {
    const copyOf = (given: readonly Node[]): Replacement => copyNode(node, given, builder);
    const allCleared = (): Replacement => copyOf(operands.map((operand) => steps.cleared(operand)));
    const [first] = operands;
    const refuse = (why: string): never => {
      throw new DeclarationError(`sequences of different lengths: ${why}`, graph.locations.get(node)?.());
    };
    const { lowering } = node.op;
    switch (lowering.kind) {
      case 'input':
        return enter(asNode(copyOf(operands)));
      case 'constant':
        return isNode(node, constant) && node.attributes.value instanceof Dim && countsSteps(node.attributes.value)
          ? node.attributes.dtype === 'real' ? steps.count(node.attributes.value) : refuse('the number of steps is no index')
          : copyOf(operands);
      case 'scalar': {
        const [dividend, divisor] = operands;
        const isMean = isNode(node, div) && dividend !== undefined && divisor !== undefined && steps.isCount(divisor);
        return isMean ? meanOf(builder, dividend, divisor) : copyOf(operands);
      }
      case 'read': {
        const type = node.operands[0]?.type;
        if (first === undefined || type === undefined) return copyOf(operands);
        const { index, guards } = lowering.read(node.type.shape.map((_, axis) => Dim.symbol(`@${String(axis)}`)), node.attributes, type, node.type);
        if ([...index, ...guards.map((guard) => guard.index)].some(countsSteps)) refuse(`'${node.op.name}' counts from the last step, which lies elsewhere in shorter ones`);
        const copy = asNode(copyOf(guards.some(({ size }) => countsSteps(size)) ? [steps.cleared(first)] : operands));
        if (steps.isCount(first)) steps.noteCount(copy);
        return copy;
      }
      case 'split':
        if (lowering.starts(node.attributes).starts.some(countsSteps)) refuse(`'${node.op.name}' has a part behind the last step, which lies elsewhere in shorter ones`);
        return copyOf(operands);
      case 'concat': {
        const axis = lowering.axis(node.attributes);
        const moved = operands.slice(0, -1).some(({ type }) => type.shape.slice(axis, axis + 1).some(countsSteps));
        if (moved) refuse(`'${node.op.name}' joins something behind the last step, which lies elsewhere in shorter ones`);
        return copyOf(operands);
      }
      case 'reshape':
        if (first !== undefined && !keepsPlaces(first.type, node.type)) refuse(`'${node.op.name}' moves steps to places that depend on how many there are`);
        return copyOf(operands);
      case 'reduce': {
        if (first === undefined || lowering.combine === 'sum') return allCleared();
        const axes = lowering.axes(node.attributes);
        const copy = asNode(copyOf([steps.lowered(first, axes)]));
        return axes.reduce((found, axis) => {
          const dim = first.type.shape[axis];
          if (dim === undefined || !countsSteps(dim)) return found;
          const count = steps.count(dim);
          const some = isGreater(builder, count, zero(builder, count));
          return choose(builder, some, found, nothing(builder, found));
        }, copy);
      }
      case 'contract':
      case 'fold':
      case 'scatterAdd':
        return allCleared();
      case 'gather':
        return copyOf(operands.map((operand, slot) => (slot === 0 ? operand : steps.cleared(operand))));
      case 'scan':
        return isNode(node, scan) ? maskScan(steps, node, operands) : copyOf(operands);
      case 'iota':
      case 'result':
        return copyOf(operands);
    }
  });
}

function maskScan(steps: ValidSteps, node: Node<ScanAttributes>, operands: readonly Node[]): Replacement {
  const { builder } = steps;
  const { body, length } = node.attributes;
  const overSteps = countsSteps(length);
  const lengthInside = symbolsOf(body).includes(timeDim.key);
  if (!overSteps && !lengthInside) return copyNode(node, operands, builder);
  const parts = scanParts({ ...node, operands }, node.attributes);
  const inner = new GraphBuilder();
  copyInputs(body, inner);
  const taken = new Set(body.inputs.keys());
  const validName = overSteps ? freshName(taken, 'valid') : undefined;
  const lengthName = lengthInside ? freshName(taken, lengthsInput) : undefined;
  const valid = validName === undefined ? undefined : declareScalar(inner, validName, 'bool');
  const within = lengthName === undefined ? undefined : new ValidSteps(inner, declareScalar(inner, lengthName, 'index'));
  const rebuilder = within === undefined ? new Rebuilder(body, inner) : maskingRebuilder(body, within, (copy) => copy);
  for (const own of body.inputs.values()) rebuilder.map(own);

  // A body may use one output in several roles, which differ now.
  const results = new Map<string, Node>();
  const names = new Set<string>();
  const give = (name: string, otherwise: (value: Node) => Node): string => {
    const own = freshName(names, name);
    const value = rebuilder.map(body.output(name));
    results.set(own, valid === undefined ? value : choose(inner, valid, value, otherwise(value)));
    return own;
  };
  const carries = parts.carries.map((carry) => ({ ...carry, output: give(carry.output, () => rebuilder.map(body.input(carry.input))) }));
  const outputs = parts.outputs.map((name) => give(name, (value) => nothing(inner, value)));
  const sums = parts.sums.map((name) => give(name, (value) => nothing(inner, value)));
  const { node: masked } = addScan(builder, {
    ...parts,
    body: inner.finish(results),
    carries,
    sequences:
      validName === undefined
        ? parts.sequences
        : [...parts.sequences.map(({ input: name, value }) => ({ input: name, value: steps.cleared(value) })), { input: validName, value: steps.valid(length) }],
    invariants: lengthName === undefined ? parts.invariants : [...parts.invariants, { input: lengthName, value: steps.length }],
    outputs,
    sums,
  });
  const all = resultsOf(builder, masked);
  for (const [index, { kind }] of resultLayout(node.attributes).roles.entries()) {
    const result = all[index];
    if (overSteps && result !== undefined && kind === 'output' && !result.type.shape.slice(1).some(countsSteps)) steps.noteCleared(result);
  }
  return all;
}

/** Whether the places of a value that are valid are those of its reshaped form: no axis in front of one of steps changes. */
function keepsPlaces({ shape: from }: ValueType, { shape: to }: ValueType): boolean {
  const same = (at: number): boolean => from.at(at)?.equals(to.at(at) ?? Dim.zero) === true;
  let front = 0;
  while (front < Math.min(from.length, to.length) && same(front)) front++;
  let back = 0;
  while (back < Math.min(from.length, to.length) - front && same(-1 - back)) back++;
  const between = (shape: readonly Dim[]): readonly Dim[] => shape.slice(front, shape.length - back);
  // In what changes, only an outermost axis may count steps.
  return [from, to].every((shape) => !between(shape).slice(1).some(countsSteps));
}

function asNode(replacement: Replacement): Node {
  if ('op' in replacement) return replacement;
  const [first] = replacement;
  if (first === undefined) throw new Error('a node has no result');
  return first;
}
