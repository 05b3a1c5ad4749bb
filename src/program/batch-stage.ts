import { Dim } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import { GraphBuilder } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node, ValueType } from '../graph/node.js';
import { Rebuilder } from '../graph/rebuild.js';
import { batchDim, timeDim } from '../graph/stage-dims.js';
import { substituteDims } from '../graph/substitute.js';
import { DeclarationError } from '../declare/declaration-error.js';
import { lossNames } from '../declare/model.js';
import type { ModelDefinition } from '../declare/model.js';
import { insertBatch } from '../ops/elementwise.js';
import { meanOf, product, quotient, scalarConstant, total as plus } from '../ops/construct.js';
import { constant } from '../ops/constant.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { moveAxis } from '../ops/transpose.js';
import { batchGraph } from '../optimize/batch.js';
import { onOneExample, runPasses } from '../optimize/pipeline.js';
import type { PassObserver } from '../optimize/pipeline.js';

/** Where the batch axis stands in a value from outside: behind time, or first. */
export function batchAxis(type: Pick<ValueType, 'shape'>): number {
  return type.shape[0]?.equals(timeDim) === true ? 1 : 0;
}

export interface BatchStageOptions {
  /** Sizes fixed when the module is built. */
  readonly sizes?: Readonly<Record<string, number>>;
  /**
   * Adds an input `lengths`, indices `[B]` from 0 to T: how many steps each example has. What lies behind them is not read, outputs
   * are zero there, states stay as they are at the end, and the loss counts the steps before it.
   */
  readonly lengths?: boolean;
  readonly observer?: PassObserver;
}

/**
 * From one example to the batch: `[T, …]` becomes `[T, B, …]`, other values `[B, …]`, parameters stay. Losses are averaged
 * here, `Σ_examples total / Σ_examples count` each, and added up. Outputs: `out.*`, `final.*`, `loss`.
 *
 * @throws DeclarationError where sequences of different lengths are asked for and the model can't have them, see `mask`
 */
export function batchStage(model: ModelDefinition, { sizes = {}, lengths = false, observer }: BatchStageOptions = {}): Graph {
  const replacements = new Map(Object.entries(sizes).map(([name, size]) => [name, Dim.constant(size)]));
  const example = substituteDims(model.graph, replacements);
  const sequence = lengths ? masked(model, example, observer) : example;
  const axes = new Map<string, number>();
  for (const [name, node] of sequence.inputs) {
    if (!model.parameters.has(name)) axes.set(name, batchAxis(node.type));
  }
  const batched = batchGraph(sequence, axes, batchDim);
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(batched.graph, builder);
  for (const node of batched.graph.inputs.values()) rebuilder.map(node);
  const outputs = new Map<string, Node>();
  const batchedOutput = (name: string): Node => {
    const node = rebuilder.map(batched.graph.output(name));
    const axis = batched.axes.get(name);
    const wanted = batchAxis(sequence.output(name).type);
    return axis === undefined ? insertBatch(builder, node, batchDim, wanted) : moveAxis(builder, node, axis, wanted);
  };
  for (const name of sequence.outputs.keys()) {
    if (!name.startsWith('loss.')) outputs.set(name, batchedOutput(name));
  }
  const losses: Node[] = [];
  for (let k = 0; batched.graph.outputs.has(lossNames(k).total); k++) losses.push(lossOver(lossNames(k)));
  if (losses.length > 0) outputs.set('loss', builder.name(losses.reduce((sum, loss) => plus(builder, sum, loss)), 'loss'));
  return builder.finish(outputs);

  function lossOver({ total, count }: ReturnType<typeof lossNames>): Node {
    if (!batched.graph.outputs.has(count)) return overExamples(total);
    const counted = batched.graph.output(count);
    // One that depends on the examples may be zero, or one like T-2.
    const isPositive = isNode(counted, constant) && counted.attributes.value instanceof Dim && counted.attributes.value.isPositive;
    const mean = isPositive ? quotient : meanOf;
    return mean(builder, overExamples(total), overExamples(count));
  }

  function overExamples(name: string): Node {
    const node = rebuilder.map(batched.graph.output(name));
    if (batched.axes.get(name) === undefined) return product(builder, node, scalarConstant(builder, batchDim));
    return builder.node(reduceSum, [node], { axes: [0] });
  }
}

/** A mistake that a pass finds is one of the definition that the graph comes from. */
function masked({ name }: ModelDefinition, example: Graph, observer: PassObserver | undefined): Graph {
  try {
    return runPasses(example, onOneExample, observer);
  } catch (error) {
    throw error instanceof DeclarationError ? new DeclarationError(error.reason, error.location, `'${name}'`) : error;
  }
}
