import fc from 'fast-check';
import { Dim } from '../../src/graph/dim.js';
import type { Sizes } from '../../src/graph/dim.js';
import { GraphBuilder } from '../../src/graph/graph.js';
import type { Graph } from '../../src/graph/graph.js';
import type { Node } from '../../src/graph/node.js';
import { printGraph } from '../../src/graph/print.js';
import type { ScanParts } from '../../src/ops/scan.js';
import { elementCount } from '../../src/ops/strides.js';
import type { Differentiable } from './derivatives.js';
import { arrayGrowers } from './random-arrays.js';
import { elementwiseGrowers } from './random-nodes.js';
import { declare, dtypeOf, Scope } from './random-scope.js';
import type { Role } from './random-scope.js';
import { randomScan } from './random-scan.js';
import { Random } from './random.js';
import { shapeOf, tensor } from './tensors.js';
import type { Tensors } from './tensors.js';

export interface RandomGraphOptions {
  /** How many values are made, at most; loops have bodies of their own. */
  readonly nodes?: number;
  /** How deep loops are nested: 0 for none; default 1. */
  readonly loops?: 0 | 1 | 2;
  /** Lets the bodies of loops read the step index; default true. */
  readonly steps?: boolean;
  /**
   * Lets ops meet their kinks and poles, so that values may be NaN, and includes ops whose derivative is not that of
   * their value. Otherwise central differences are reliable and values stay below about 4. Default false.
   */
  readonly wild?: boolean;
}

/** A graph at a point. The same seed and options give the same graph and the same values. */
export class RandomGraph implements Differentiable {
  readonly inputs: Tensors;
  /** The inputs to differentiate by. */
  readonly wrt: readonly string[];

  constructor(
    readonly seed: number,
    readonly graph: Graph,
    readonly sizes: Sizes,
    readonly roles: ReadonlyMap<string, Role>,
  ) {
    this.inputs = this.draw(seed);
    this.wrt = [...roles].flatMap(([name, role]) => (role.kind === 'real' ? [name] : []));
  }

  /** Values for all inputs. */
  draw(seed: number, sizes = this.sizes): Map<string, ReturnType<typeof tensor>> {
    const random = new Random(seed);
    return new Map([...this.roles].map(([name, role]) => {
      const shape = shapeOf(this.graph.input(name).type, sizes);
      return [name, tensor(shape, drawValues(random, role, elementCount(shape), sizes))];
    }));
  }

  [fc.toStringMethod](): string {
    return `seed ${this.seed}, ${JSON.stringify(this.sizes)}\n${printGraph(this.graph)}`;
  }
}

/** Random graphs with their sizes and inputs, for properties; they shrink to fewer nodes. */
export function randomGraph(options: RandomGraphOptions = {}): fc.Arbitrary<RandomGraph> {
  const most = options.nodes ?? 12;
  return fc
    .tuple(fc.noShrink(fc.integer({ min: 0, max: 2 ** 31 - 1 })), fc.integer({ min: 1, max: most }))
    .map(([seed, nodes]) => randomGraphOf(seed, { ...options, nodes }));
}

/** The random graph of a seed. */
export function randomGraphOf(seed: number, options: RandomGraphOptions = {}): RandomGraph {
  const scope = new TopScope(seed, options);
  for (let k = scope.random.integer(1, 3); k > 0; k--) scope.freshReal(scope.randomShape(0, 3));
  for (let k = options.nodes ?? 12; k > 0; k--) grow(scope);
  return scope.finish(outputsOf(scope));
}

/** A random loop, and what little makes its operands from inputs: outputs `final.k`, `history.k`, `output.k` and `sum.k`. */
export function randomScanOf(seed: number, options: RandomGraphOptions = {}): RandomGraph & { readonly parts: ScanParts } {
  const scope = new TopScope(seed, { ...options, loops: options.loops ?? 1 });
  const { parts, results } = randomScan(scope, grow);
  const graph = scope.finish(new Map([
    ...parts.carries.map((_, k) => [`final.${k}`, results.final(k)] as const),
    ...parts.carries.map((_, k) => [`history.${k}`, results.history(k)] as const),
    ...parts.outputs.map((_, k) => [`output.${k}`, results.output(k)] as const),
    ...parts.sums.map((_, k) => [`sum.${k}`, results.sum(k)] as const),
  ]));
  return Object.assign(graph, { parts });
}

export function randomScanGraph(options: RandomGraphOptions = {}): fc.Arbitrary<ReturnType<typeof randomScanOf>> {
  return fc.noShrink(fc.integer({ min: 0, max: 2 ** 31 - 1 })).map((seed) => randomScanOf(seed, options));
}

class TopScope extends Scope {
  readonly #roles = new Map<string, Role>();

  constructor(
    private readonly seed: number,
    { loops = 1, wild = false, steps = true }: RandomGraphOptions,
  ) {
    const random = new Random(seed);
    const sizes = { H: random.integer(1, 4), I: random.integer(1, 3), K: random.integer(1, 3), T: random.integer(1, 4), S: random.integer(1, 3) };
    const dims = ['H', 'I', 'K', 'H+1', '2I', '2', ...(loops > 0 ? ['T'] : [])].map((source) => Dim.from(source));
    super(new GraphBuilder(), { random, sizes, wild, loops, steps }, dims);
  }

  fresh(role: Role, shape: readonly Dim[]): Node {
    const name = `in${this.#roles.size}`;
    this.#roles.set(name, role);
    return declare(this.builder, name, dtypeOf(role), shape);
  }

  finish(outputs: ReadonlyMap<string, Node>): RandomGraph {
    return new RandomGraph(this.seed, this.builder.finish(outputs), this.settings.sizes, this.#roles);
  }
}

function grow(scope: Scope): void {
  const { random, settings } = scope;
  if (settings.loops > 0 && random.chance(0.2)) {
    for (const { node, bound } of random.shuffle(randomScan(scope, grow).entries)) scope.add(node, bound);
  } else {
    random.pick(random.chance(0.55) ? elementwiseGrowers : arrayGrowers)(scope);
  }
}

/** The last value, and up to three others of those that nothing reads. */
function outputsOf(scope: TopScope): Map<string, Node> {
  const values = [...new Set(scope.pool.map(({ node }) => node))];
  const live = scope.builder.finish(new Map(values.map((node, k) => [String(k), node])));
  const unread = values.filter((node) => live.users.get(node)?.length === 0);
  const chosen = [...unread.slice(-1), ...scope.random.shuffle(unread.slice(0, -1)).slice(0, 3)];
  return new Map(chosen.map((node, k) => [`out${k}`, node]));
}

function drawValues(random: Random, role: Role, count: number, sizes: Sizes): number[] {
  const each = (value: () => number): number[] => Array.from({ length: count }, value);
  switch (role.kind) {
    case 'real': return each(() => random.uniform(-1, 1));
    case 'side': return each(() => random.pick([-2, 2]));
    case 'zone': return each(() => random.pick([-2, 0, 2]));
    case 'levels': return random.shuffle(Array.from({ length: count }, (_, k) => k));
    case 'index': {
      const rows = role.rows.evaluate(sizes);
      return each(() => random.integer(0, rows - 1));
    }
  }
}
