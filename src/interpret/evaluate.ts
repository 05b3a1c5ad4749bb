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
 * @param inputs a row-major value for each input of the graph, by name; only the length is compared with the shape
 * @param sizes of all dims that occur: `{ T: 5, B: 2, I: 3, H: 8 }`
 * @throws Error for an input that is missing, RangeError for one whose length does not match its shape, or a dim without size
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
    return shapes.map((shape, k) => {
      const values = data[k];
      if (values === undefined) throw new Error(`'${node.op.name}' gave no value for its result ${String(k)}`);
      return { shape, data: values };
    });
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
