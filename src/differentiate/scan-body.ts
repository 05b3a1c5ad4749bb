import { freshName } from '../graph/fresh-name.js';
import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { Rebuilder } from '../graph/rebuild.js';
import { input } from '../ops/input.js';
import type { ScanAttributes } from '../ops/scan.js';
import { carriesReadByBranches } from './branches.js';
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
  /** The inputs that bring the cotangents: of the next values of carries, of outputs, and of sums. Their names may coincide. */
  readonly cotangents: Readonly<Record<CotangentRole, ReadonlyMap<string, string>>>;
}

export type CotangentRole = 'carry' | 'output' | 'sum';

export interface BodyRequest {
  /** The carries that have a cotangent from outside the loop, or need one for another reason. */
  readonly carries: readonly string[];
  /** The outputs, and the sums, that have a cotangent. */
  readonly outputs: readonly string[];
  readonly sums: readonly string[];
  /** The sequences and invariants whose gradient is wanted. */
  readonly wantedInputs: readonly string[];
  /** The inputs that may be infinite or NaN. */
  readonly singularInputs: ReadonlySet<string>;
  /** Whether the cotangents may be infinite or NaN though nobody reads them. */
  readonly unread: boolean;
  /** Whether they may be zeros that a branch outside of the loop has left. */
  readonly fromBranch: boolean;
}

/**
 * Differentiates the body of a loop. Which carries have an adjoint is a fixpoint: one does as soon as another that has
 * one depends on it.
 */
export function differentiateBody(attributes: ScanAttributes, request: BodyRequest): BodyAdjoint {
  const { body, carries } = attributes;
  const readLater = new Set(carriesReadByBranches(attributes).map(({ output }) => output));
  const real = carries.filter(({ input: name }) => body.input(name).type.dtype === 'real');
  let active: ReadonlySet<string> = new Set(request.carries);
  for (;;) {
    const adjoint = attempt(body, real, active, readLater, request);
    const next = real.map((carry) => carry.input).filter((name) => active.has(name) || adjoint.gradients.has(name));
    if (next.length === active.size) return adjoint;
    active = new Set(next);
  }
}

function attempt(
  body: Graph,
  carries: ScanAttributes['carries'],
  active: ReadonlySet<string>,
  readLater: ReadonlySet<string>,
  { outputs, sums, wantedInputs, singularInputs, unread, fromBranch }: BodyRequest,
): BodyAdjoint {
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(body, builder);
  for (const node of body.inputs.values()) rebuilder.map(node);
  const primal = new Map([...body.outputs].map(([name, node]) => [name, rebuilder.map(node)]));
  const taken = new Set([...body.inputs.keys(), ...body.outputs.keys()]);
  const cotangents = { carry: new Map<string, string>(), output: new Map<string, string>(), sum: new Map<string, string>() };
  const seed = (role: CotangentRole, name: string, output: string): { node: Node; cotangent: Node } => {
    const node = rebuilder.map(body.output(output));
    const own = freshName(taken, `d${name}`);
    cotangents[role].set(name, own);
    return { node, cotangent: builder.declareInput(own, builder.node(input, [], { name: own, type: node.type })) };
  };
  const activeCarries = carries.filter((carry) => active.has(carry.input));
  const seeds = [
    ...activeCarries.map((carry) => seed('carry', carry.input, carry.output)),
    ...outputs.map((output) => seed('output', output, output)),
    ...sums.map((output) => seed('sum', output, output)),
  ];
  const wanted = [...carries.map((carry) => carry.input), ...wantedInputs];
  const log = new ReplacementLog();
  const singular = [...singularInputs].map((name) => rebuilder.map(body.input(name)));
  const branched = [...readLater].map((output) => rebuilder.map(body.output(output)));
  const found = pullback(builder, seeds, wanted.map((name) => rebuilder.map(body.input(name))), log, {
    singular,
    unread,
    fromBranch: fromBranch ? seeds.map(({ node }) => node) : branched,
  });
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
    cotangents,
  };
}

/** The input that brings a cotangent. */
export function cotangentInput({ cotangents }: BodyAdjoint, role: CotangentRole, name: string): string {
  const own = cotangents[role].get(name);
  if (own === undefined) throw new Error(`the ${role} '${name}' has no cotangent`);
  return own;
}
