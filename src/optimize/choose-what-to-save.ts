import { freshName } from '../graph/fresh-name.js';
import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { copyNode, rebuild, Rebuilder, resultsOf } from '../graph/rebuild.js';
import { input } from '../ops/input.js';
import { addScan, resultLayout, scan, scanParts } from '../ops/scan.js';
import type { ScanAttributes, ScanParts, ScanResults } from '../ops/scan.js';
import { cheapestChoice } from './saving/choice.js';
import type { Choice } from './saving/choice.js';
import { priceOfComputing, priceOfHandingOver, priceOfLoading, priceOfStoring } from './saving/cost.js';
import { giveValue, StepValues } from './saving/step-values.js';
import type { Given } from './saving/step-values.js';
import { throughBodies } from './through-bodies.js';

/**
 * Decides what a loop saves for those that run later, as a backward loop does after a forward loop. What is an input or a state is
 * read from where it lies; what is cheap to compute from what is at hand is computed again: `1 - u` beside a saved gate `u`, the
 * outer product `v kᵀ` of a matrix memory; the rest is saved. So the forward loop stores less and the backward loop loads less.
 *
 * The choice that costs least is a minimum cut (`saving/choice.ts`), at prices that are measured (`saving/cost.ts`). Products and
 * reductions are never computed again. A value that several later loops read counts as one read.
 *
 * Why here: behind sinking, which decides what is saved for work behind the loops anyway, and behind hoisting, so that what is
 * the same in each step is no matter of saving. The loops go on reading what they read; an input that nobody needs any more, and
 * its place in memory, goes with the next trimming.
 */
export function chooseWhatToSave(graph: Graph): Graph {
  let current = rebuild(graph, throughBodies(chooseWhatToSave));
  // Each round is for one loop, and what it leaves is the best for that one.
  for (let round = current.nodes.filter((node) => isNode(node, scan)).length; round > 0; round--) {
    const plan = firstPlan(current);
    if (plan === undefined) break;
    current = apply(current, plan);
  }
  return current;
}

interface Plan {
  readonly values: StepValues;
  readonly later: readonly Node<ScanAttributes>[];
  readonly choice: Choice;
}

function firstPlan(graph: Graph): Plan | undefined {
  for (const node of graph.nodes) {
    const plan = isNode(node, scan) ? planFor(new StepValues(graph, node)) : undefined;
    if (plan !== undefined) return plan;
  }
  return undefined;
}

/** Undefined where the loop is best left as it is. */
function planFor(values: StepValues): Plan | undefined {
  const later = values.laterLoops();
  if (later.length === 0) return undefined;
  const reads = later.flatMap((loop) => [...values.readBy(loop)].flatMap(([name, value]) => (isRead(loop, name) ? [{ loop, name, value }] : [])));
  const readAlready = new Set(reads.map(({ value }) => value));
  const wanted = new Set([...readAlready].filter((value) => values.isOutput(value)));
  const reading = (value: Node): number => {
    const isFree = isNode(value, input) && value.attributes.name === values.parts.step;
    if (isFree || (readAlready.has(value) && !wanted.has(value))) return 0;
    const isView = !isNode(value, input) && (value.results.length > 1 || priceOfComputing(value) === 0);
    if (isView && !wanted.has(value)) return Infinity;
    return priceOfLoading(value) + (values.isStored(value, later) ? 0 : priceOfStoring(value, values.parts.body));
  };
  const computing = (value: Node): number =>
    reads.reduce(
      (price, { loop: { attributes: { body } }, name, value: own }) => price + (own === value && wanted.has(value) ? priceOfHandingOver(body.input(name), body) : 0),
      priceOfComputing(value),
    );
  const choice = cheapestChoice(values.parts.body, wanted, { reading, computing });
  return choice.again.size === 0 ? undefined : { values, later, choice };
}

/** Whether anything in the loop reads one of its inputs. */
function isRead({ attributes: { body } }: Node<ScanAttributes>, name: string): boolean {
  return body.nodes.includes(body.input(name));
}

function apply(graph: Graph, plan: Plan): Graph {
  const { values, later, choice } = plan;
  let give: ((value: Node) => Given) | undefined;
  return rebuild(graph, (node, operands, builder) => {
    if (!isNode(node, scan)) return copyNode(node, operands, builder);
    const parts = scanParts({ ...node, operands }, node.attributes);
    if (node === values.loop) {
      const saving = withSaved(parts, choice.read);
      const results = addScan(builder, saving);
      give = (value) => giveValue(builder, saving, results, value);
      return resultLayout(node.attributes).roles.map(({ kind, index }) => resultOfKind(results, kind, index));
    }
    if (give === undefined || !later.includes(node)) return copyNode(node, operands, builder);
    return resultsOf(builder, addScan(builder, computeAgain(parts, values.parts.body, values.readBy(node), choice, give)).node);
  });
}

function resultOfKind(results: ScanResults, kind: 'final' | 'history' | 'output' | 'sum', index: number): Node {
  return results[kind](index);
}

/** The loop with further stacked outputs: the values that are read from now on and were not to be had. */
function withSaved(parts: ScanParts, read: ReadonlySet<Node>): ScanParts {
  const { body, outputs } = parts;
  const taken = new Set([...body.inputs.keys(), ...body.outputs.keys()]);
  const stacked = new Set([...outputs, ...parts.carries.map(({ output }) => output)].map((name) => body.output(name)));
  const added = [...read].filter((node) => !isNode(node, input) && !stacked.has(node)).map((node) => [freshName(taken, body.nameOf(node) ?? 'saved'), node] as const);
  return { ...parts, body: body.withOutputs(new Map([...body.outputs, ...added])), outputs: [...outputs, ...added.map(([name]) => name)] };
}

/**
 * A later loop that computes values again instead of reading them. `reads` tells what its inputs are in the step of the earlier
 * loop, `give` where what it needs besides is found.
 */
function computeAgain(parts: ScanParts, earlier: Graph, reads: ReadonlyMap<string, Node>, { read, again }: Choice, give: (value: Node) => Given): ScanParts {
  const builder = new GraphBuilder();
  const own = new Rebuilder(parts.body, builder);
  const repeated = new Rebuilder(earlier, builder);
  const dropped = new Map<string, Node>();
  const known = new Set<Node>();
  for (const [name, node] of parts.body.inputs) {
    const value = reads.get(name);
    if (value !== undefined && again.has(value)) dropped.set(name, value);
    else {
      const copy = own.map(node);
      if (value === undefined || known.has(value)) continue;
      known.add(value);
      repeated.replace(value, copy);
    }
  }
  const taken = new Set([...parts.body.inputs.keys(), ...parts.body.outputs.keys()]);
  const added: { readonly name: string; readonly given: Given }[] = [];
  for (const value of earlier.reachable(dropped.values(), (node) => read.has(node))) {
    if (!read.has(value) || known.has(value)) continue;
    const name = freshName(taken, isNode(value, input) ? value.attributes.name : (earlier.nameOf(value) ?? 'saved'));
    repeated.replace(value, builder.declareInput(name, builder.node(input, [], { name, type: value.type })));
    added.push({ name, given: give(value) });
  }
  for (const [name, value] of dropped) own.replace(parts.body.input(name), repeated.map(value));
  const further = (wanted: 'sequence' | 'invariant') =>
    added.flatMap(({ name, given }) => (given.kind === wanted ? [{ input: name, value: given.value }] : []));
  return {
    ...parts,
    body: builder.finish(new Map([...parts.body.outputs].map(([name, node]) => [name, own.map(node)]))),
    sequences: [...parts.sequences.filter(({ input: name }) => !dropped.has(name)), ...further('sequence')],
    invariants: [...parts.invariants, ...further('invariant')],
    step: added.find(({ given }) => given.kind === 'step')?.name ?? parts.step,
  };
}
