import type { Initializer } from '../declare/initializer.js';
import type { ModelDefinition } from '../declare/model.js';
import type { Sizes } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { gather } from '../ops/gather.js';
import type { Tensor } from '../ops/op.js';
import { scan, scanParts } from '../ops/scan.js';
import { elementCount } from '../ops/strides.js';
import type { RandomNumbers } from './random-numbers.js';

/** Small sizes, all different, for the dims of a model and for T and B; those given stay. */
export function randomSizes(dims: readonly string[], given: Sizes, random: RandomNumbers): Sizes {
  const taken = Object.values(given);
  const open = ['B', ...dims].filter((name) => given[name] === undefined);
  // Odd, since kernels work on 2, 4 or 8 elements at once.
  const odd = Array.from({ length: open.length + taken.length }, (_, k) => 3 + 2 * k).filter((size) => !taken.includes(size));
  const chosen = random.shuffled(odd.slice(0, open.length));
  return { T: taken.includes(4) ? 6 : 4, ...Object.fromEntries(open.map((name, k) => [name, chosen[k] ?? 3])), ...given };
}

/**
 * A value for each input of a model's batched graph: parameters where their initializers start, off zero; real values off
 * zero; indices within the tables that they look up.
 */
export function randomInputs(model: ModelDefinition, graph: Graph, sizes: Sizes, random: RandomNumbers): Map<string, Tensor> {
  return new Map([...graph.inputs].map(([name, node]) => [name, randomTensor(node, sizes, drawing(name, node))]));

  function drawing(name: string, { type }: Node): () => number {
    const parameter = model.parameters.get(name);
    if (parameter !== undefined) return () => nearStart(parameter.initializer, random);
    // A state may be a normalizer, which must be positive.
    if (model.states.has(name)) return () => random.uniform(0.1, 1);
    switch (type.dtype) {
      case 'real':
        return () => random.apartFromZero();
      case 'bool':
        return () => random.below(2);
      case 'index': {
        const values = valuesOfIndex(model, name, sizes);
        return () => random.below(values);
      }
    }
  }
}

/** A value apart from zero for each node that is real. */
export function randomWeights(nodes: ReadonlyMap<string, Node>, sizes: Sizes, random: RandomNumbers): Map<string, Tensor> {
  const real = [...nodes].filter(([, { type }]) => type.dtype === 'real');
  return new Map(real.map(([name, node]) => [name, randomTensor(node, sizes, () => random.apartFromZero())]));
}

function randomTensor({ type }: Pick<Node, 'type'>, sizes: Sizes, draw: () => number): Tensor {
  const shape = type.shape.map((dim) => dim.evaluate(sizes));
  return { shape, data: Float64Array.from({ length: elementCount(shape) }, draw) };
}

/** A parameter may have to be positive, or large: where it starts out it makes sense. */
function nearStart(initializer: Initializer, random: RandomNumbers): number {
  switch (initializer.kind) {
    case 'uniform':
      return random.uniform(initializer.low, initializer.high);
    case 'constant':
      return initializer.value === 0 ? random.apartFromZero() : initializer.value * (1 + 0.3 * random.apartFromZero());
    case 'normal':
    case 'glorotUniform':
    case 'heUniform':
    case 'orthogonal':
    case 'identity':
    case 'chrono':
    case 'negated':
      return random.apartFromZero();
  }
}

/** How many values an index may take: the rows of the smallest table that it selects from. Two where it selects from none. */
function valuesOfIndex(model: ModelDefinition, name: string, sizes: Sizes): number {
  const rows = smallestTable(model.graph, new Set([model.graph.input(name)]), sizes);
  return rows === Infinity ? 2 : rows;
}

function smallestTable(graph: Graph, from: ReadonlySet<Node>, sizes: Sizes): number {
  const derived = new Set(from);
  let rows = Infinity;
  for (const node of graph.nodes) {
    const [table, indices] = node.operands;
    if (isNode(node, gather) && indices !== undefined && derived.has(indices)) {
      rows = Math.min(rows, table?.type.shape[0]?.evaluate(sizes) ?? Infinity);
    } else if (isNode(node, scan)) {
      const { body, sequences, invariants } = scanParts(node, node.attributes);
      const inner = [...sequences, ...invariants].flatMap(({ input, value }) => (derived.has(value) ? [body.input(input)] : []));
      if (inner.length > 0) rows = Math.min(rows, smallestTable(body, new Set(inner), sizes));
    } else if (node.type.dtype === 'index' && node.operands.some((operand) => derived.has(operand))) {
      derived.add(node);
    }
  }
  return rows;
}
