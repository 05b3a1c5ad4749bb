import { expect } from 'vitest';
import type { Sizes } from '../../src/graph/dim.js';
import type { Graph } from '../../src/graph/graph.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import type { Tensor } from '../../src/ops/op.js';
import { elementCount } from '../../src/ops/strides.js';
import { Random } from '../support/random.js';
import { shapeOf } from '../support/tensors.js';
import { levels } from './loops.js';

/** A size for each symbol that occurs in the shapes, small and not all the same. */
export function sizesOf(graph: Graph): Sizes {
  const nodes = levels(graph).flatMap((level) => [...level.inputs.values(), ...level.nodes]);
  const shapes = nodes.flatMap((node) => node.results.flatMap((type) => type.shape));
  const symbols = new Set(shapes.flatMap((dim) => dim.symbols()));
  return { T: 3, B: 2, ...Object.fromEntries([...symbols].sort().map((name, k) => [name, 2 + (k % 3)])) };
}

export type Draw = (dtype: 'real' | 'index' | 'bool') => number;

/** Moderate reals, indices 0 and 1, both truth values. */
export function uniform(seed: number): Draw {
  const random = new Random(seed);
  return (dtype) => (dtype === 'real' ? random.uniform(-2, 2) : random.integer(0, 1));
}

/** Reals that rules of arithmetic stumble over. */
export function special(seed: number): Draw {
  const random = new Random(seed);
  const values = [0, -0, 1, -1, 0.5, 3, Infinity, -Infinity, NaN];
  return (dtype) => (dtype === 'real' ? random.pick(values) : random.integer(0, 1));
}

export function drawInputs(graph: Graph, sizes: Sizes, draw: Draw): Map<string, Tensor> {
  return new Map(
    [...graph.inputs].map(([name, { type }]) => {
      const shape = shapeOf(type, sizes);
      return [name, { shape, data: Float64Array.from({ length: elementCount(shape) }, () => draw(type.dtype)) }];
    }),
  );
}

export interface EquivalenceOptions {
  readonly sizes?: Sizes;
  readonly draw?: Draw;
  /** Drawn unless given. */
  readonly inputs?: ReadonlyMap<string, Tensor>;
  /** Relative to the largest element. */
  readonly tolerance?: number;
  /** Whether infinities and NaN must be the same, or only be where the others are. */
  readonly nonFinite?: 'equal' | 'alike';
}

/** Both graphs have the same inputs and outputs, of the same values. The sign of a zero does not count. */
export function expectEquivalent(changed: Graph, graph: Graph, options: EquivalenceOptions = {}): void {
  equivalentTo(graph, options)(changed);
}

/** The same check for several changed graphs, for which the given one is evaluated once. */
export function equivalentTo(graph: Graph, options: EquivalenceOptions = {}): (changed: Graph) => void {
  const { sizes = sizesOf(graph), draw = uniform(1), tolerance = 1e-13, nonFinite = 'equal' } = options;
  const { inputs = drawInputs(graph, sizes, draw) } = options;
  const wanted = evaluate(graph, inputs, sizes);
  return (changed) => {
    const got = evaluate(changed, inputs, sizes);
    expect([...got.keys()], 'outputs').toEqual([...wanted.keys()]);
    expect([...changed.inputs.keys()], 'inputs').toEqual([...graph.inputs.keys()]);
    for (const [name, { shape, data }] of wanted) {
      const own = got.get(name);
      expect(own?.shape, name).toEqual(shape);
      const scale = Math.max(1, ...[...data].filter(Number.isFinite).map(Math.abs));
      const same = (a: number, b: number): boolean =>
        Object.is(a, b) ||
        Math.abs(a - b) <= tolerance * scale ||
        (nonFinite === 'alike' && !Number.isFinite(a) && !Number.isFinite(b));
      const differing = [...data].flatMap((value, k) => {
        const other = own?.data[k] ?? NaN;
        return same(value, other) ? [] : [`[${String(k)}] ${String(other)} instead of ${String(value)}`];
      });
      expect(differing, name).toEqual([]);
    }
  };
}
