import { Dim } from '../graph/dim.js';
import type { ModelDefinition } from '../declare/model.js';
import type { Graph } from '../graph/graph.js';
import { leastValue } from '../graph/least-value.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { timeDim } from '../graph/stage-dims.js';
import { pad } from '../ops/pad.js';
import { scan } from '../ops/scan.js';
import { slice } from '../ops/slice.js';

/** What the sizes of a single step follow from. */
export const oneStep: ReadonlyMap<string, Dim> = new Map([[timeDim.key, Dim.one]]);

/** A size that a graph needs, and that is negative for some positive sizes. */
export interface UncertainSize {
  /** `an axis of size T-2`, for a message. */
  readonly what: string;
  readonly size: Dim;
}

/** One of a model. */
export interface UncertainModelSize extends UncertainSize {
  /** Nothing but the loss needs it. */
  readonly ofLoss: boolean;
}

/**
 * What is left uncertain by the sizes that are fixed.
 *
 * @throws RangeError where these make one negative
 */
export function uncertainSizesOf({ name, graph }: ModelDefinition, fixed: ReadonlyMap<string, Dim>): UncertainModelSize[] {
  const withoutLoss = new Set(uncertainSizes(graph.withOutputs(new Map([...graph.outputs].filter(([output]) => !output.startsWith('loss.'))))).map(({ size }) => size.key));
  return uncertainSizes(graph).flatMap(({ what, size: declared }) => {
    const size = declared.substitute(fixed);
    if ((size.constantValue ?? 0) < 0) {
      const given = declared.symbols().map((symbol) => `${symbol} = ${String(fixed.get(symbol))}`);
      throw new RangeError(`'${name}': ${what} would be ${size.key} with ${given.join(', ')}`);
    }
    return leastValue(size) < 0 ? [{ what, size, ofLoss: !withoutLoss.has(declared.key) }] : [];
  });
}

/** Whether one step is too few whatever the other sizes are, the loss aside. */
export function needsMoreSteps(sizes: readonly UncertainModelSize[]): boolean {
  return sizes.some(({ size, ofLoss }) => !ofLoss && (size.substitute(oneStep).constantValue ?? 0) < 0);
}

/** Those of the inputs of a graph, of what its outputs need, and of the bodies of its loops, each once. */
export function uncertainSizes(graph: Graph): UncertainSize[] {
  const found = new Map<string, UncertainSize>();
  const add = (what: string, size: Dim): void => {
    if (leastValue(size) < 0 && !found.has(size.key)) found.set(size.key, { what: `${what} ${size.key}`, size });
  };
  const visit = (node: Node): void => {
    for (const size of node.results.flatMap(({ shape }) => shape)) add('an axis of size', size);
    if (isNode(node, slice)) {
      const { axis, start, length } = node.attributes;
      add('the start of a slice at', start);
      add('what a slice leaves of its axis,', (node.operands[0]?.type.shape[axis] ?? Dim.zero).minus(start).minus(length));
    } else if (isNode(node, pad)) {
      for (const size of [node.attributes.before, node.attributes.after]) add('padding of size', size);
    } else if (isNode(node, scan)) {
      add('a number of steps of', node.attributes.length);
      visitAll(node.attributes.body);
    }
  };
  const visitAll = ({ inputs, nodes }: Graph): void => {
    for (const node of new Set([...inputs.values(), ...nodes])) visit(node);
  };
  visitAll(graph);
  return [...found.values()];
}
