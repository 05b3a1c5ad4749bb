import { Dim } from '../../src/graph/dim.js';
import { GraphBuilder } from '../../src/graph/graph.js';
import type { Node } from '../../src/graph/node.js';
import { fill, total } from '../../src/ops/construct.js';
import { addScan } from '../../src/ops/scan.js';
import type { ScanParts, ScanResults } from '../../src/ops/scan.js';
import { tanh } from '../../src/ops/tanh.js';
import { declare, dtypeOf, sameDims, Scope } from './random-scope.js';
import type { Entry, Role } from './random-scope.js';

const carryBound = 1.5;

/** The body of a loop: what it takes from outside becomes a sequence or an invariant. */
class BodyScope extends Scope {
  readonly sequences: { input: string; value: Node }[] = [];
  readonly invariants: { input: string; value: Node }[] = [];

  constructor(
    private readonly outside: Scope,
    private readonly length: Dim,
  ) {
    super(new GraphBuilder(), { ...outside.settings, loops: outside.settings.loops - 1 }, outside.dims.filter((dim) => !dim.equals(length)));
  }

  fresh(role: Role, shape: readonly Dim[]): Node {
    const stacked = [this.length, ...shape];
    const asSequence = this.random.chance(0.6) && this.outside.fits(stacked);
    const name = `${asSequence ? 'x' : 'p'}${this.builder.finish({}).inputs.size}`;
    const own = asSequence ? stacked : shape;
    const value = role.kind === 'real' && this.random.chance(0.5) ? this.outside.tamed(this.outside.ofShape(own), 1).node : this.outside.fresh(role, own);
    (asSequence ? this.sequences : this.invariants).push({ input: name, value });
    return declare(this.builder, name, dtypeOf(role), shape);
  }
}

export interface RandomScan {
  readonly parts: ScanParts;
  readonly results: ScanResults;
  /** What the loop gives, with bounds. */
  readonly entries: readonly Entry[];
}

/**
 * Adds a loop of 1 to 3 carries of ranks 0 to 2. Carries may stay as they are, be replaced by one another, or forget
 * themselves; names of inputs, outputs and sums overlap at times, since they are different things.
 */
export function randomScan(scope: Scope, grow: (body: Scope) => void): RandomScan {
  const { random, settings } = scope;
  const length = Dim.symbol('TSR'[settings.loops - 1] ?? 'T');
  const body = new BodyScope(scope, length);
  const carries = Array.from({ length: random.integer(1, 3) }, (_, k) => {
    const shape = body.randomShape(0, 2);
    const name = `s${k}`;
    const node = declare(body.builder, name, 'real', shape);
    body.pool.push({ node, bound: carryBound });
    return { input: name, output: random.chance(0.3) ? name : `${name}.next`, node, initial: scope.tamed(scope.ofShape(shape), carryBound).node };
  });
  const [firstCarry, secondCarry] = carries;
  if (firstCarry && secondCarry && sameDims(firstCarry.node.type.shape, secondCarry.node.type.shape) && random.chance(0.3)) {
    secondCarry.output = firstCarry.output;
  }
  for (let k = random.integer(0, 2); k > 0; k--) body.freshReal(body.randomShape(0, 2));
  const step = settings.steps && random.chance(0.3) ? 't' : undefined;
  if (step !== undefined) body.add(body.scaled(declare(body.builder, step, 'index', []), 0.2), 1);
  for (let k = random.integer(2, 7); k > 0; k--) grow(body);

  const outputs = new Map<string, Node>();
  for (const { node, output } of carries) outputs.set(output, nextValue(body, node, carries.map((carry) => carry.node)));
  const choose = (prefix: string): string[] =>
    Array.from({ length: random.integer(0, 2) }, (_, k) => {
      if (random.chance(0.3)) return random.pick([...outputs.keys()]);
      const name = random.chance(0.3) ? `s${k}` : `${prefix}${k}`;
      if (!outputs.has(name)) outputs.set(name, body.any().node);
      return name;
    }).filter((name, k, all) => all.indexOf(name) === k);
  const [stackedNames, sums] = [choose('out'), choose('sum')];
  const parts: ScanParts = {
    body: body.builder.finish(outputs),
    length,
    reverse: random.chance(0.5),
    carries: carries.map(({ input, output, initial }) => ({ input, output, initial })),
    sequences: body.sequences,
    invariants: body.invariants,
    outputs: stackedNames,
    sums,
    step,
  };
  const results = addScan(scope.builder, parts);
  const steps = length.evaluate(settings.sizes);
  const entries = [
    ...carries.map((_, k) => ({ node: results.final(k), bound: carryBound })),
    ...carries.map((_, k) => ({ node: results.history(k), bound: carryBound })),
    ...stackedNames.map((_, k) => ({ node: results.output(k), bound: 4 })),
    ...sums.map((_, k) => ({ node: results.sum(k), bound: 4 * steps })),
  ];
  return { parts, results, entries };
}

function nextValue(body: Scope, carry: Node, carries: readonly Node[]): Node {
  const { random, builder } = body;
  const { shape } = carry.type;
  const likewise = carries.filter((other) => sameDims(other.type.shape, shape));
  const candidate = body.brought(body.any(), shape);
  const roll = random.unit();
  if (roll < 0.06) return carry;
  if (roll < 0.12) return fill(builder, 0.5, shape);
  if (roll < 0.22) return random.pick(likewise);
  if (roll < 0.4) return body.tamed(candidate, carryBound).node;
  return body.apply(tanh, total(builder, body.scaled(carry, random.uniform(0.3, 0.9)), body.tamed(candidate, 1).node));
}
