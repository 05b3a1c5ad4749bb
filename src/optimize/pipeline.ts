import type { Graph } from '../graph/graph.js';
import { chooseWhatToSave } from './choose-what-to-save.js';
import { dropGradientMarkers } from './drop-gradient-markers.js';
import { expandOuterProducts } from './expand-outer-products.js';
import { hoistInvariants } from './hoist-invariants.js';
import { inlineSingleStep } from './inline-single-step.js';
import { mask } from './mask.js';
import { moveSequenceWork } from './move-sequence-work.js';
import { packProducts } from './pack-products.js';
import { rulesFor } from './rules/index.js';
import { simplify } from './simplify.js';
import { sinkWeightGradients } from './sink-weight-gradients.js';
import { trim } from './trim.js';

export interface Pass {
  readonly name: string;
  /** Why it stands where it stands. */
  readonly reason: string;
  readonly run: (graph: Graph) => Graph;
}

/** On one example, where sequences of different lengths are asked for; nothing else changes what a graph computes. */
export const onOneExample: readonly Pass[] = [
  { name: 'mask', reason: 'batching then gives each example a length of its own, and all later passes see ordinary choices', run: mask },
];

/** Before differentiation: what is packed and hoisted now has packed and hoisted derivatives. */
export const beforeDifferentiation: readonly Pass[] = [
  { name: 'inline-single-step', reason: 'a streaming step is a loop of length one: no loop', run: inlineSingleStep },
  { name: 'simplify', reason: 'fewer and canonical nodes for all that follows', run: (graph) => simplify(graph) },
  { name: 'pack-products', reason: 'operands are compared as batching left them', run: packProducts },
  { name: 'hoist-invariants', reason: 'packing joins weights inside the loop; joined once outside, their gradients stay joined', run: hoistInvariants },
  { name: 'simplify-packed', reason: 'joined parts that are split again cancel', run: (graph) => simplify(graph) },
  { name: 'move-sequence-work', reason: 'whole products are left; what leaves now has its derivative behind the backward loop by itself', run: (graph) => moveSequenceWork(graph) },
];

/** Behind differentiation, where fast maths is asked for: what is infinite or NaN need not stay so. */
export const withFastMaths: readonly Pass[] = [
  { name: 'simplify-fast', reason: 'derivatives too multiply by zero and divide by constants', run: (graph) => simplify(graph, { rules: rulesFor('fast') }) },
];

/** After differentiation, as often as it was asked for. */
export const afterDifferentiation: readonly Pass[] = [
  { name: 'drop-gradient-markers', reason: 'stopGradient and clipCotangent have done their work', run: dropGradientMarkers },
  { name: 'simplify', reason: 'derivative rules leave ones, zeros and splits of joins', run: (graph) => simplify(graph) },
  { name: 'trim', reason: 'backward loops read little of what forward loops could save', run: trim },
  { name: 'sink-weight-gradients', reason: 'only now is it known which products no carry needs', run: sinkWeightGradients },
  { name: 'hoist-invariants', reason: 'derivatives of parameter expressions leave the loop', run: hoistInvariants },
  { name: 'simplify-again', reason: 'sinking leaves slices and sums of its own', run: (graph) => simplify(graph) },
  { name: 'trim-again', reason: 'what sinking no longer needs', run: trim },
  { name: 'expand-outer-products', reason: 'nothing is differentiated or rewritten any more; from here on they count, and fuse, as elementwise maths', run: expandOuterProducts },
  { name: 'choose-what-to-save', reason: 'loops are as small as they get, and all that reads their values is known', run: chooseWhatToSave },
  { name: 'trim-saved', reason: 'what is computed again need not be saved', run: trim },
];

export type PassObserver = (pass: string, graph: Graph, milliseconds: number) => void;

/** Runs passes in order; those named in `disabled` are left out, and the result must not change. */
export function runPasses(graph: Graph, passes: readonly Pass[], observer?: PassObserver, disabled: ReadonlySet<string> = new Set()): Graph {
  let current = graph;
  for (const { name, run } of passes) {
    if (disabled.has(name)) continue;
    const start = performance.now();
    current = run(current);
    observer?.(name, current, performance.now() - start);
  }
  return current;
}
