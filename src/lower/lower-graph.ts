import { Dim } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { scan } from '../ops/scan.js';
import type { BufferFactory } from './buffers.js';
import { collapseAxes } from './collapse-axes.js';
import { nodeName } from '../graph/node-name.js';
import type { Kernel, PackKernel, ProductTerm, View } from './kernel-program.js';
import { MapBuilder } from './map-kernel.js';
import { LevelPlan } from './plan-level.js';
import type { LevelRequest } from './plan-level.js';
import { lettersSize, matrixView, PanelCache, productKernel } from './product-kernel.js';
import { prepareScan } from './scan-loop.js';
import type { ScanLoop } from './scan-loop.js';
import { isMapTask } from './task.js';
import type { MapTask, OperandSource, Task } from './task.js';
import { rowMajor } from './view.js';

/** The kernels of one entry, in order. */
export interface LoweredLevel {
  readonly entries: readonly (readonly Kernel[])[];
  /** Packs of values that do not change within the level: placed before the loop that the level is the body of. */
  readonly hoistedPacks: readonly PackKernel[];
  view(name: string): View | undefined;
}

export interface LoweringContext {
  readonly buffers: BufferFactory;
  readonly panels: PanelCache;
  /** Names that stand for sizes in the emitted code. */
  readonly reserved: readonly string[];
  readonly entryCount: number;
  /** Told of each pack of a parameter, with the entry that first needs it. */
  packParameter(kernel: PackKernel, entry: number): void;
}

/** Lowers one graph: plans it, then turns fused tasks into kernels and orders them. */
export function lowerGraph(
  request: LevelRequest,
  context: LoweringContext,
  /** Indices of the loops around, and what is constant within the innermost. */
  loop: { readonly indices: readonly string[]; isConstant(view: View): boolean } | undefined,
): LoweredLevel {
  const plan = new LevelPlan(request, context.buffers);
  const loops = new Map<Task, ScanLoop>();
  for (const task of plan.tasks) {
    if (task.kind !== 'scan' || !isNode(task.node, scan)) continue;
    const prepared = prepareScan(task.node, plan, context);
    loops.set(task, prepared);
  }
  const hoistedPacks: PackKernel[] = [];
  const groups = groupTasks(plan.tasks);
  const entries: Kernel[][] = Array.from({ length: context.entryCount }, () => []);
  for (const group of groups) {
    const kernels = entries[group.entry] ?? entries[0];
    kernels?.push(...lowerGroup(group.tasks));
  }
  return {
    entries,
    hoistedPacks,
    view: (name) => plan.view(request.graph.output(name)),
  };

  function lowerGroup(tasks: readonly Task[]): Kernel[] {
    const [first] = tasks;
    if (first === undefined) return [];
    if (first.kind === 'product') return lowerProduct(first);
    if (first.kind === 'scan') {
      const prepared = loops.get(first);
      if (prepared === undefined) throw new Error('a loop was not prepared');
      return prepared.lower(loop?.indices ?? [], sourceView, first);
    }
    const maps = tasks.filter(isMapTask);
    return [...initialFills(maps), collapseAxes(new MapBuilder(plan, maps, [...context.reserved, ...(loop?.indices ?? [])]).build())];
  }

  function sourceView({ node, copy }: OperandSource): View {
    const view = copy === undefined ? plan.view(node) : copy.target.view;
    if (view === undefined) throw new Error(`node ${node.id} (${node.op.name}) has no view`);
    if (copy === undefined) return view;
    const strides = node.type.shape.map((_, axis) => view.strides[axis] ?? Dim.zero);
    return { ...view, strides };
  }

  function lowerProduct(task: Extract<Task, { kind: 'product' }>): Kernel[] {
    const { sum, node } = task;
    const packs: Kernel[] = [];
    const terms = sum.terms.map((shape, k): ProductTerm => {
      const sources = task.operands[k];
      if (sources === undefined) throw new Error('a product lacks operands');
      const plain = matrixView(sourceView(sources.plain), shape.plain.type.shape, shape.plainLetters, shape.rows, shape.depth);
      const packed = matrixView(sourceView(sources.packed), shape.packed.type.shape, shape.packedLetters, shape.depth, shape.columns);
      if (plain === undefined || packed === undefined) throw new Error(`node ${node.id}: an operand is no matrix`);
      const depth = lettersSize(shape, shape.depth);
      const columns = lettersSize(shape, shape.columns);
      const name = nodeName(request.graph, sources.packed.node);
      const constantPanel = packed.view.buffer.role === 'parameter' || loop?.isConstant(packed.view) === true;
      const cache = constantPanel ? context.panels : new PanelCache();
      const { kernel, isNew } = cache.panel(context.buffers, name, packed, depth, columns);
      if (packed.view.buffer.role === 'parameter') context.packParameter(kernel, task.entry);
      else if (isNew && constantPanel) hoistedPacks.push(kernel);
      else if (!constantPanel) packs.push(kernel);
      return {
        operand: { buffer: plain.view.buffer, offset: plain.view.offset, rowStride: plain.outerStride, depthStride: plain.innerStride },
        depth,
        panel: kernel.panel,
        weights: packed.view.buffer,
      };
    });
    const view = plan.storage.get(node);
    if (view === undefined) throw new Error(`the product ${node.id} has no storage`);
    const bias = sum.bias === undefined ? undefined : plan.view(sum.bias);
    return [...packs, productKernel(sum, { view, accumulate: plan.accumulated.has(node) }, bias, terms)];
  }

  /** What is accumulated starts from zero (or from -∞ for a maximum), unless it is added to what is there. */
  function initialFills(tasks: readonly MapTask[]): Kernel[] {
    return tasks.flatMap((task) => {
      if (task.kind === 'scalar' || task.kind === 'copy' || plan.accumulated.has(task.node)) return [];
      const { node } = task;
      const { lowering } = node.op;
      if (task.kind === 'contract' && task.space.length === node.type.shape.length) return [];
      const view = plan.storage.get(node);
      if (view === undefined) throw new Error(`node ${node.id} has no storage`);
      const value = lowering.kind === 'reduce' && lowering.combine === 'max' ? -Infinity : 0;
      return [fillView(view, node.type.shape, value, [...context.reserved, ...(loop?.indices ?? [])])];
    });
  }
}

/** Sets a view to one value: one run where it is one, a map otherwise. */
export function fillView(view: View, shape: readonly Dim[], value: number, reserved: readonly string[]): Kernel {
  const strides = rowMajor(shape);
  if (shape.every((dim, axis) => dim.equals(Dim.one) || view.strides[axis]?.equals(strides[axis] ?? Dim.zero) === true)) {
    return { kind: 'fill', target: { buffer: view.buffer, offset: view.offset }, size: Dim.product(shape), value };
  }
  const axes = shape.map((size, axis) => ({ index: `j${String(axis)}`, size })).map((axis) => (reserved.includes(axis.index) ? { ...axis, index: `${axis.index}_` } : axis));
  const offset = axes.reduce((total, { index }, axis) => total.plus(Dim.symbol(index).times(view.strides[axis] ?? Dim.zero)), view.offset);
  return collapseAxes({
    kind: 'map',
    axes,
    statements: [{ kind: 'store', address: { buffer: view.buffer, offset }, value: { kind: 'number', value }, truth: false }],
  });
}

interface TaskGroup {
  readonly entry: number;
  readonly level: number;
  readonly order: number;
  readonly tasks: Task[];
}

/** Map tasks of one level and space are one group; products and loops stand alone. */
function groupTasks(tasks: readonly Task[]): TaskGroup[] {
  const groups = new Map<string, TaskGroup>();
  for (const [order, task] of tasks.entries()) {
    const space = isMapTask(task) ? task.space.map((dim) => dim.key).join(',') : `#${String(order)}`;
    const key = `${String(task.entry)}|${String(task.level)}|${space}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { entry: task.entry, level: task.level, order, tasks: [task] });
    else group.tasks.push(task);
  }
  return [...groups.values()].sort((a, b) => a.entry - b.entry || a.level - b.level || a.order - b.order);
}

/** Nodes that the outputs of one entry need belong to it, unless an earlier one needs them too. */
export function entriesOf(graph: Graph, entryOfOutput: (name: string) => number): (node: Node) => number {
  const found = new Map<Node, number>();
  const outputs = [...graph.outputs].map(([name, node]) => ({ node, entry: entryOfOutput(name) }));
  for (const { node, entry } of outputs.sort((a, b) => a.entry - b.entry)) {
    for (const each of graph.reachable([node])) if (!found.has(each)) found.set(each, entry);
  }
  return (node) => found.get(node) ?? 0;
}
