import type { Sizes } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { input } from '../ops/input.js';
import type { EvaluationContext, Tensor } from '../ops/op.js';
import { result } from '../ops/result.js';
import { elementCount } from '../ops/strides.js';

/**
 * The reference interpreter: the value of each output, in float64, by each op's own definition. Slow, and the measure
 * of everything else.
 *
 * Throws when an input is missing or its length does not match its shape.
 */
export function evaluate(graph: Graph, inputs: ReadonlyMap<string, Tensor>, sizes: Sizes): Map<string, Tensor> {
  const context: EvaluationContext = {
    sizes,
    evaluateGraph: (body, values) => evaluate(body, values, sizes),
  };
  const values = new Map<Node, readonly Tensor[]>();
  for (const node of graph.nodes) values.set(node, evaluateNode(node));
  return new Map([...graph.outputs].map(([name, node]) => [name, tensorOf(node)]));

  function tensorOf(node: Node): Tensor {
    const tensor = values.get(node)?.[0];
    if (tensor === undefined) throw new Error(`node ${node.id} has no value`);
    return tensor;
  }

  function evaluateNode(node: Node): readonly Tensor[] {
    const shapes = node.results.map((type) => type.shape.map((dim) => dim.evaluate(sizes)));
    if (isNode(node, input)) return [inputTensor(node.attributes.name, shapes[0] ?? [])];
    if (isNode(node, result)) {
      const [parent] = node.operands;
      const chosen = parent === undefined ? undefined : values.get(parent)?.[node.attributes.index];
      if (chosen === undefined) throw new Error(`node ${node.id} reads a result that is not there`);
      return [chosen];
    }
    const data = node.op.evaluate(node.operands.map(tensorOf), node.attributes, shapes, context);
    return shapes.map((shape, k) => ({ shape, data: data[k] ?? new Float64Array(0) }));
  }

  function inputTensor(name: string, shape: readonly number[]): Tensor {
    const tensor = inputs.get(name);
    if (tensor === undefined) throw new Error(`no value given for the input '${name}'`);
    if (tensor.data.length !== elementCount(shape)) {
      throw new RangeError(
        `the input '${name}' has ${String(tensor.data.length)} elements; its shape [${shape.join(', ')}] needs ${String(elementCount(shape))}`,
      );
    }
    return { shape, data: tensor.data };
  }
}
