import { freshName } from '../graph/fresh-name.js';
import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { Rebuilder } from '../graph/rebuild.js';
import { input } from '../ops/input.js';
import type { ScanAttributes } from '../ops/scan.js';
import { ReplacementLog } from './replacement-log.js';
import { pullback } from './reverse.js';

/** One step and its adjoint in one graph. */
export interface BodyAdjoint {
  /** The outputs of the step under their names, the gradients under those that `gradients` gives. */
  readonly joint: Graph;
  /** For each carry, sequence and invariant with a gradient, the name of the output that is its gradient. */
  readonly gradients: ReadonlyMap<string, string>;
  /** The carries through which a cotangent flows. */
  readonly activeCarries: readonly string[];
  /** The input that brings the cotangent of an output or of the next value of a carry. */
  cotangentOf(name: string): string;
}

/**
 * Differentiates the body of a loop. Which carries have an adjoint is a fixpoint: one does as soon as another that has
 * one depends on it.
 */
export function differentiateBody(
  { body, carries }: ScanAttributes,
  given: { readonly carries: readonly string[]; readonly outputs: readonly string[]; readonly wantedInputs: readonly string[] },
): BodyAdjoint {
  const real = carries.filter(({ input: name }) => body.input(name).type.dtype === 'real');
  let active = new Set(given.carries);
  for (;;) {
    const adjoint = attempt(body, real, active, given.outputs, given.wantedInputs);
    const next = real.map((carry) => carry.input).filter((name) => active.has(name) || adjoint.gradients.has(name));
    if (next.length === active.size) return adjoint;
    active = new Set(next);
  }
}

function attempt(
  body: Graph,
  carries: ScanAttributes['carries'],
  active: ReadonlySet<string>,
  outputs: readonly string[],
  wantedInputs: readonly string[],
): BodyAdjoint {
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(body, builder);
  for (const node of body.inputs.values()) rebuilder.map(node);
  const primal = new Map([...body.outputs].map(([name, node]) => [name, rebuilder.map(node)]));
  const taken = new Set([...body.inputs.keys(), ...body.outputs.keys()]);
  const cotangentNames = new Map<string, string>();
  const seed = (name: string, output: string): { node: Node; cotangent: Node } => {
    const node = rebuilder.map(body.output(output));
    const own = freshName(taken, `d${name}`);
    cotangentNames.set(name, own);
    return { node, cotangent: builder.declareInput(own, builder.node(input, [], { name: own, type: node.type })) };
  };
  const activeCarries = carries.filter((carry) => active.has(carry.input));
  const seeds = [
    ...activeCarries.map((carry) => seed(carry.input, carry.output)),
    ...outputs.map((output) => seed(output, output)),
  ];
  const wanted = [...carries.map((carry) => carry.input), ...wantedInputs];
  const log = new ReplacementLog();
  const found = pullback(builder, seeds, wanted.map((name) => rebuilder.map(body.input(name))), log);
  const gradients = new Map<string, string>();
  const results = new Map(primal);
  for (const name of wanted) {
    const gradient = found.get(rebuilder.map(body.input(name)));
    if (gradient === undefined) continue;
    const own = freshName(taken, `gradient.${name}`);
    gradients.set(name, own);
    results.set(own, gradient);
  }
  return {
    joint: log.apply(builder.finish(results)),
    gradients,
    activeCarries: activeCarries.map((carry) => carry.input),
    cotangentOf(name) {
      const own = cotangentNames.get(name);
      if (own === undefined) throw new Error(`'${name}' has no cotangent`);
      return own;
    },
  };
}
