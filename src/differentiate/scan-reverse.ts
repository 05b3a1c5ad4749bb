import { Dim } from '../graph/dim.js';
import { freshName } from '../graph/fresh-name.js';
import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { copyNode, Rebuilder } from '../graph/rebuild.js';
import { fill, total } from '../ops/construct.js';
import { input } from '../ops/input.js';
import type { VjpContext } from '../ops/op.js';
import { reshape } from '../ops/reshape.js';
import { addScan, resultLayout, scanParts } from '../ops/scan.js';
import type { ScanAttributes, ScanParts, ScanResults } from '../ops/scan.js';
import { slice } from '../ops/slice.js';
import { hasGuardedProducts } from './branches.js';
import { cotangentInput, differentiateBody } from './scan-body.js';
import type { BodyAdjoint } from './scan-body.js';
import { extractAdjoint } from './scan-residuals.js';
import type { AdjointBody } from './scan-residuals.js';
import { singularInputs } from './singularities.js';

/**
 * The derivative of a loop is a loop that runs the other way. For `s_{t+1} = F(s_t, x_t, p)`, `o_t = G(s_t, x_t, p)`:
 *
 *     ds_t = (∂F/∂s)ᵀ ds_{t+1} + (∂G/∂s)ᵀ do_t     an adjoint carry
 *     dx_t = (∂F/∂x)ᵀ ds_{t+1} + (∂G/∂x)ᵀ do_t     a stacked output
 *     dp   = Σ_t (∂F/∂p)ᵀ ds_{t+1} + (∂G/∂p)ᵀ do_t  a sum
 *
 * The step is differentiated, never unrolled. The primal loop is emitted again with the body values that the derivative
 * reads as further stacked outputs; states are read from the histories.
 */
export function scanVjp(context: VjpContext, attributes: ScanAttributes): readonly (Node | undefined)[] {
  const { builder, node, cotangents, wants, isSingular, isUnread, fromBranch } = context;
  const layout = resultLayout(attributes);
  const parts = scanParts(node, attributes);
  const given = {
    finals: parts.carries.map((_, k) => cotangents[layout.final(k)]),
    histories: parts.carries.map((_, k) => cotangents[layout.history(k)]),
    outputs: parts.outputs.map((_, k) => cotangents[layout.output(k)]),
    sums: parts.sums.map((_, k) => cotangents[layout.sum(k)]),
  };
  const wantedInputs = [
    ...parts.sequences.filter((_, k) => wants(parts.carries.length + k)).map(({ input: name }) => name),
    ...parts.invariants.filter((_, k) => wants(parts.carries.length + parts.sequences.length + k)).map(({ input: name }) => name),
  ];
  const body = differentiateBody(attributes, {
    carries: parts.carries.flatMap(({ input: name }, k) => (given.finals[k] ?? given.histories[k] ? [name] : [])),
    outputs: parts.outputs.filter((_, k) => given.outputs[k]),
    sums: parts.sums.filter((_, k) => given.sums[k]),
    wantedInputs,
    singularInputs: singularInputs(attributes, node.operands.map(isSingular)),
    // The adjoint of a carry is that of another step.
    unread: hasGuardedProducts(attributes.body.nodes) || cotangents.some((each) => each && isUnread(each)),
    fromBranch,
  });
  // What is wanted may feed no result that has a cotangent.
  if (body.activeCarries.length === 0 && body.gradients.size === 0) return [];
  const adjoint = extractAdjoint(body, attributes);
  const primal = addScan(builder, { ...parts, body: adjoint.primal, outputs: [...parts.outputs, ...adjoint.saved] });
  context.replace([
    ...parts.carries.map((_, k) => primal.final(k)),
    ...parts.carries.map((_, k) => primal.history(k)),
    ...parts.outputs.map((_, k) => primal.output(k)),
    ...parts.sums.map((_, k) => primal.sum(k)),
  ]);
  return runBackward(builder, parts, given, body, adjoint, primal);
}

interface GivenCotangents {
  readonly finals: readonly (Node | undefined)[];
  readonly histories: readonly (Node | undefined)[];
  readonly outputs: readonly (Node | undefined)[];
  readonly sums: readonly (Node | undefined)[];
}

function runBackward(
  builder: GraphBuilder,
  parts: ScanParts,
  given: GivenCotangents,
  body: BodyAdjoint,
  adjoint: AdjointBody,
  primal: ScanResults,
): readonly (Node | undefined)[] {
  const { length, reverse } = parts;
  const rows = (history: Node, start: DimStart): Node =>
    builder.node(slice, [history], { axis: 0, start: start === 'first' ? Dim.zero : Dim.one, length });
  const previous = reverse ? 'second' : 'first';
  const next = reverse ? 'first' : 'second';
  const carryIndex = (name: string): number => parts.carries.findIndex((carry) => carry.input === name);

  // A cotangent of a history reaches each state after a step inside the loop, and the initial state behind it.
  const withHistories = body.activeCarries
    .filter((name) => given.histories[carryIndex(name)])
    .map((carry) => ({ carry, cotangent: cotangentInput(body, 'carry', carry) }));
  const withHistory = addHistories(adjoint.graph, withHistories);
  const carries = body.activeCarries.map((name) => {
    const k = carryIndex(name);
    const type = parts.carries[k]?.initial.type;
    if (type === undefined) throw new Error(`no carry '${name}'`);
    return { input: cotangentInput(body, 'carry', name), output: adjoint.carryOutput(name), initial: given.finals[k] ?? fill(builder, 0, type.shape) };
  });
  const primalValue = (name: string): Node | undefined =>
    [...parts.sequences, ...parts.invariants].find((value) => value.input === name)?.value;
  const present = (node: Node | undefined): Node => {
    if (node === undefined) throw new Error('the adjoint of a scan reads a value that is not there');
    return node;
  };
  const sequences = [
    ...parts.outputs.flatMap((name, k) => (given.outputs[k] ? [{ input: cotangentInput(body, 'output', name), value: given.outputs[k] }] : [])),
    ...withHistory.rows.map(({ carry, input: name }) => ({ input: name, value: rows(present(given.histories[carryIndex(carry)]), next) })),
    ...adjoint.previousStates.map(({ carry, input: name }) => ({ input: name, value: rows(primal.history(carryIndex(carry)), previous) })),
    ...adjoint.nextStates.map(({ carry, input: name }) => ({ input: name, value: rows(primal.history(carryIndex(carry)), next) })),
    ...adjoint.sequences.map((name) => ({ input: name, value: present(primalValue(name)) })),
    ...adjoint.saved.map((name, k) => ({ input: name, value: primal.output(parts.outputs.length + k) })),
  ];
  const invariants = [
    ...parts.sums.flatMap((name, k) => (given.sums[k] ? [{ input: cotangentInput(body, 'sum', name), value: given.sums[k] }] : [])),
    ...adjoint.invariants.map((name) => ({ input: name, value: present(primalValue(name)) })),
  ];
  const sequenceGradients = parts.sequences.filter(({ input: name }) => body.gradients.has(name));
  const invariantGradients = parts.invariants.filter(({ input: name }) => body.gradients.has(name));
  const backward = addScan(builder, {
    body: withHistory.graph,
    length,
    reverse: !reverse,
    carries,
    sequences,
    invariants,
    outputs: sequenceGradients.map(({ input: name }) => adjoint.gradientOutput(name)),
    sums: invariantGradients.map(({ input: name }) => adjoint.gradientOutput(name)),
    step: adjoint.readsStep ? parts.step : undefined,
  });

  const initialGradients = parts.carries.map(({ input: name }, k) => {
    const active = body.activeCarries.indexOf(name);
    const history = given.histories[k];
    const own = active < 0 ? undefined : backward.final(active);
    if (history === undefined) return own;
    const row = builder.node(slice, [history], { axis: 0, start: reverse ? length : Dim.zero, length: Dim.one });
    const direct = builder.node(reshape, [row], { shape: row.type.shape.slice(1) });
    return own === undefined ? direct : total(builder, own, direct);
  });
  return [
    ...initialGradients,
    ...parts.sequences.map((sequence) => {
      const k = sequenceGradients.indexOf(sequence);
      return k < 0 ? undefined : backward.output(k);
    }),
    ...parts.invariants.map((invariant) => {
      const k = invariantGradients.indexOf(invariant);
      return k < 0 ? undefined : backward.sum(k);
    }),
  ];
}

type DimStart = 'first' | 'second';

/** Adds to the adjoint of some carries the row that a cotangent of their history has for the state after the step. */
function addHistories(
  graph: Graph,
  carries: readonly { readonly carry: string; readonly cotangent: string }[],
): { graph: Graph; rows: { carry: string; input: string }[] } {
  if (carries.length === 0) return { graph, rows: [] };
  const taken = new Set(graph.inputs.keys());
  const rows = carries.map(({ carry, cotangent }) => ({ carry, cotangent, input: freshName(taken, `${cotangent}.history`) }));
  const builder = new GraphBuilder();
  const rowOf = new Map(rows.map(({ cotangent, input: name }) => [cotangent, name]));
  const rebuilder = new Rebuilder(graph, builder, (node, operands) => {
    const copy = copyNode(node, operands, builder);
    const name = isNode(node, input) ? rowOf.get(node.attributes.name) : undefined;
    if (name === undefined || !('op' in copy)) return copy;
    const row = builder.declareInput(name, builder.node(input, [], { name, type: copy.type }));
    return total(builder, copy, row);
  });
  for (const node of graph.inputs.values()) rebuilder.map(node);
  const outputs = new Map([...graph.outputs].map(([name, node]) => [name, rebuilder.map(node)]));
  return { graph: builder.finish(outputs), rows };
}
