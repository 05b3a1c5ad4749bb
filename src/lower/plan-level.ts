import { Dim, sameShape } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { result } from '../ops/result.js';
import { route, viewOf } from './access.js';
import { permutedBuffer } from './buffers.js';
import type { BufferFactory } from './buffers.js';
import { analysisIndex, classify, plannedView } from './classify.js';
import type { Classification } from './classify.js';
import type { View } from './kernel-program.js';
import { matrixView, productFits, productLayout } from './product-kernel.js';
import type { ProductShape } from '../optimize/product-sum.js';
import { placeTargets } from './targets.js';
import type { Placement } from './targets.js';
import { biasSource, contractionSpace, copiesOf, isMapTask } from './task.js';
import type { CopyTask, MapTask, OperandSource, Target, Task } from './task.js';
import { permutedView, wholeView } from './view.js';

export interface LevelRequest {
  readonly graph: Graph;
  /** Where the inputs lie, by name. */
  readonly inputs: ReadonlyMap<string, View>;
  /** Inputs that are numbers known as expressions: the step index of a loop. */
  readonly indices: ReadonlyMap<string, Dim>;
  /** Where outputs have to lie, by name; others lie where it suits. */
  readonly targets: ReadonlyMap<string, readonly Target[]>;
  /** Which part of the program computes a node; parts run in this order. */
  entryOf(node: Node): number;
}

/** One read of a task: which stored value, and whether element by element in the task's own order. */
export interface TaskRead {
  readonly node: Node;
  readonly identity: boolean;
}

/**
 * What is to be scheduled for one graph (the whole, or the body of a loop), and where its values lie. Tasks of one level
 * and one space that read each other element by element are fused into one map.
 */
export class LevelPlan {
  readonly tasks: Task[] = [];
  readonly #classes: Classification;
  readonly #placement: Placement;
  readonly #writers = new Map<Node, Task[]>();
  readonly storage: Map<Node, View>;

  constructor(
    readonly request: LevelRequest,
    private readonly buffers: BufferFactory,
  ) {
    const { graph } = request;
    const inputs = new Map<Node, View>();
    for (const [name, node] of graph.inputs) {
      const view = request.inputs.get(name);
      if (view !== undefined) inputs.set(node, view);
    }
    this.#classes = classify(graph, inputs);
    this.#placement = placeTargets(graph, this.#classes, request.targets, inputs, buffers);
    this.storage = this.#placement.storage;
    for (const node of graph.nodes) {
      if (!isNode(node, result)) this.#addTask(node);
      if (this.#classes.forced.has(node)) this.#addForced(node);
    }
    for (const { node, target, concat } of this.#placement.copies) {
      const entry = concat === undefined ? this.#entryOfTarget(node, target) : request.entryOf(concat);
      const copy = this.#copy(node, entry, target, node.type.shape.map((_, axis) => axis));
      if (concat !== undefined) this.#write(concat, copy);
    }
    this.#setLevels();
    this.#delayScalars();
    this.#assignStorage();
  }

  get accumulated(): ReadonlySet<Node> {
    return this.#placement.accumulated;
  }

  isLeaf(node: Node): boolean {
    return this.#classes.isLeaf(node);
  }

  /** Whether a task reads a value where it is stored; the copy that stores it computes it instead. */
  isLeafFor(task: Task, node: Node): boolean {
    const stores = task.kind === 'copy' && task.node === node && this.storage.get(node) === task.target.view;
    return this.isLeaf(node) && !(stores && this.#classes.forced.has(node));
  }

  /** The view of a value that is stored, or that is another view of one. */
  view(node: Node): View | undefined {
    return viewOf(node, (each) => this.storage.get(each));
  }

  /** What a task reads. */
  reads(task: Task): TaskRead[] {
    if (isMapTask(task)) return this.#mapReads(task);
    const nodes =
      task.kind === 'product'
        ? [...task.operands.flatMap(({ plain, packed }) => [plain, packed]), ...biasSource(task.sum)]
        : task.sources;
    return nodes.flatMap((source) => (source.copy === undefined ? this.#leaves(source.node, undefined) : []));
  }

  #mapReads(task: MapTask): TaskRead[] {
    const index = analysisIndex(task.space);
    return this.readPoints(task, index).flatMap(({ node, at }) => this.#leaves(node, at, task));
  }

  /** Which values a map task reads at which index, for one point of its space. */
  readPoints(task: MapTask, index: readonly Dim[]): { node: Node; at: readonly Dim[] }[] {
    const { node } = task;
    const [first, second] = node.operands;
    switch (task.kind) {
      case 'copy': {
        const at = task.order.map((_, axis) => index[task.order.indexOf(axis)] ?? Dim.zero);
        return [{ node, at }];
      }
      case 'scalar':
      case 'reduce':
      case 'fold':
        return node.operands.map((operand) => ({ node: operand, at: index }));
      case 'scatterAdd':
        if (first === undefined || second === undefined) return [];
        return [
          { node: first, at: index },
          { node: second, at: index.slice(0, second.type.shape.length) },
        ];
      case 'contract': {
        const { lowering } = node.op;
        if (lowering.kind !== 'contract' || first === undefined || second === undefined) return [];
        const letters = lowering.letters(node.attributes);
        const space = contractionSpace(letters);
        const at = (own: string): Dim[] => Array.from(own).map((letter) => index[space.indexOf(letter)] ?? Dim.zero);
        return [
          { node: first, at: at(letters.left) },
          { node: second, at: at(letters.right) },
        ];
      }
    }
  }

  #addTask(node: Node): void {
    const { request } = this;
    const kind = this.#classes.kinds.get(node);
    const entry = request.entryOf(node);
    switch (kind) {
      case 'scalar':
        this.#write(node, { kind, node, entry, level: 0, space: node.type.shape });
        return;
      case 'reduce':
      case 'fold':
      case 'scatterAdd':
        this.#write(node, { kind, node, entry, level: 0, space: node.operands[0]?.type.shape ?? [] });
        return;
      case 'contract': {
        const { lowering } = node.op;
        if (lowering.kind !== 'contract') return;
        const letters = lowering.letters(node.attributes);
        const [left, right] = node.operands;
        const space = Array.from(contractionSpace(letters)).map(
          (letter) => left?.type.shape[letters.left.indexOf(letter)] ?? right?.type.shape[letters.right.indexOf(letter)] ?? Dim.one,
        );
        this.#write(node, { kind, node, entry, level: 0, space });
        return;
      }
      case 'product': {
        const sum = this.#classes.sums.get(node);
        if (sum === undefined) return;
        const operands = sum.terms.map((shape) => ({
          plain: this.#matrixSource(shape, shape.plain, shape.plainLetters, shape.rows, shape.depth, entry),
          packed: this.#matrixSource(shape, shape.packed, shape.packedLetters, shape.depth, shape.columns, entry),
        }));
        this.#write(node, { kind, node, entry, level: 0, sum, operands });
        return;
      }
      case 'scan': {
        const sources = node.operands.map((operand) => this.#viewSource(operand, entry));
        this.#write(node, { kind, node, entry, level: 0, sources });
        return;
      }
      case 'concat':
        // Written by its parts: those computed in place, and copies, which are added behind.
        for (const operand of node.operands) {
          for (const task of this.writers(operand)) if (this.#isPartOf(operand, node)) this.#addWriter(node, task);
        }
        return;
      case 'inline':
      case 'absorbed':
      case undefined:
        return;
    }
  }

  #isPartOf(operand: Node, concat: Node): boolean {
    return this.#placement.storage.has(operand) && !this.#placement.copies.some((copy) => copy.concat === concat && copy.node === operand);
  }

  #addForced(node: Node): void {
    const view = wholeView(this.buffers.make(this.request.graph.nameOf(node) ?? 'run', 'scratch', node.type.shape));
    const copy = this.#copy(node, this.request.entryOf(node), { view, mode: 'store' }, node.type.shape.map((_, axis) => axis));
    this.storage.set(node, view);
    this.#addWriter(node, copy);
  }

  /** An operand that has to be one matrix; copied where it is none as it lies. */
  #matrixSource(shape: ProductShape, node: Node, letters: string, outer: string, inner: string, entry: number): OperandSource {
    const view = this.#plannedView(node);
    if (view !== undefined && matrixView(view, node.type.shape, letters, outer, inner) !== undefined) return { node, copy: undefined };
    const order = Array.from(outer + inner).map((letter) => letters.indexOf(letter));
    const target = permutedBuffer(this.buffers, this.request.graph.nameOf(node) ?? 'operand', node.type.shape, order);
    return { node, copy: this.#copy(node, entry, { view: target, mode: 'store' }, order) };
  }

  /** An operand that has to be a view. */
  #viewSource(node: Node, entry: number): OperandSource {
    if (this.#plannedView(node) !== undefined) return { node, copy: undefined };
    const view = wholeView(this.buffers.make(this.request.graph.nameOf(node) ?? 'operand', 'scratch', node.type.shape));
    return { node, copy: this.#copy(node, entry, { view, mode: 'store' }, node.type.shape.map((_, axis) => axis)) };
  }

  /** The view of a value as far as it can be told before everything has its place. */
  #plannedView(node: Node): View | undefined {
    return viewOf(node, (each) => {
      const known = this.storage.get(each);
      if (known !== undefined || !this.isLeaf(each) || this.request.indices.size > 0 && each.op.name === 'input') return known;
      const sum = this.#classes.sums.get(each);
      return sum === undefined ? plannedView(each) : permutedView(plannedView(each), each.type.shape, productLayout(sum));
    });
  }

  #copy(node: Node, entry: number, target: Target, order: readonly number[]): CopyTask {
    const space = order.map((axis) => node.type.shape[axis] ?? Dim.one);
    const copy: CopyTask = { kind: 'copy', node, entry, level: 0, space, order, target };
    this.tasks.push(copy);
    return copy;
  }

  #write(node: Node, task: Task): void {
    if (!this.tasks.includes(task)) this.tasks.push(task);
    this.#addWriter(node, task);
  }

  #addWriter(node: Node, task: Task): void {
    this.#writers.set(node, [...(this.#writers.get(node) ?? []), task]);
  }

  writers(node: Node): readonly Task[] {
    const [parent] = node.operands;
    return isNode(node, result) && parent !== undefined ? (this.#writers.get(parent) ?? []) : (this.#writers.get(node) ?? []);
  }

  #entryOfTarget(node: Node, target: Target): number {
    for (const [name, targets] of this.request.targets) {
      if (targets.includes(target)) return this.request.entryOf(this.request.graph.output(name));
    }
    return this.request.entryOf(node);
  }

  /** The stored values that a value is read from. */
  #leaves(node: Node, at: readonly Dim[] | undefined, task?: MapTask): TaskRead[] {
    const found: TaskRead[] = [];
    const space = task?.space;
    const isLeaf = (each: Node): boolean => (task === undefined ? this.isLeaf(each) : this.isLeafFor(task, each));
    const visit = (each: Node, index: readonly Dim[] | undefined): void => {
      if (this.#classes.kinds.get(each) === 'absorbed') throw new Error(`node ${each.id} is read but absorbed`);
      const step = route(each, index ?? analysisIndex(each.type.shape), isLeaf);
      switch (step.kind) {
        case 'leaf': {
          const same = space !== undefined && index !== undefined && sameShape(each.type.shape, space);
          found.push({ node: each, identity: same && index.every((dim, axis) => dim.key === `@${String(axis)}`) });
          return;
        }
        case 'read':
          visit(step.node, index === undefined ? undefined : step.index);
          return;
        case 'linear':
          visit(step.node, undefined);
          return;
        case 'lookup':
          visit(step.table, undefined);
          visit(step.indices, index === undefined ? undefined : step.at);
          return;
        case 'constant':
        case 'iota':
      }
    };
    if (node.op.lowering.kind === 'concat' && !this.isLeaf(node)) for (const operand of node.operands) visit(operand, undefined);
    else visit(node, at);
    return found;
  }

  #setLevels(): void {
    const state = new Map<Task, 'open' | 'done'>();
    const visit = (task: Task): number => {
      if (state.get(task) === 'done') return task.level;
      if (state.get(task) === 'open') throw new Error(`a cycle of tasks at node ${task.node.id}`);
      state.set(task, 'open');
      let level = 0;
      for (const copy of copiesOf(task)) level = Math.max(level, visit(copy) + 1);
      for (const read of this.reads(task)) {
        for (const writer of this.writers(read.node)) {
          if (writer === task) continue;
          const fused = this.fuses(writer, task, read);
          level = Math.max(level, visit(writer) + (fused ? 0 : 1));
        }
      }
      task.level = level;
      state.set(task, 'done');
      return level;
    };
    for (const task of this.tasks) visit(task);
  }

  /**
   * Computes a value in the map that reads it, where it is read in one later map only and nothing has to be stored for
   * it that would not be otherwise. Otherwise it would be computed as early as possible and stored until then.
   */
  #delayScalars(): void {
    const readers = new Map<Node, { task: Task; read: TaskRead }[]>();
    for (const task of this.tasks) {
      for (const read of this.reads(task)) readers.set(read.node, [...(readers.get(read.node) ?? []), { task, read }]);
    }
    const outputs = new Set(this.request.graph.outputs.values());
    for (const task of [...this.tasks].sort((a, b) => b.level - a.level)) {
      const own = readers.get(task.node) ?? [];
      if (task.kind !== 'scalar' || own.length === 0 || outputs.has(task.node) || this.storage.has(task.node)) continue;
      if (!own.every(({ task: reader, read }) => this.fuses(task, reader, read))) continue;
      const latest = Math.min(...own.map(({ task: reader }) => reader.level));
      const storesMore = this.reads(task).some(({ node, identity }) =>
        this.writers(node).some((writer) => {
          const fused = this.fuses(writer, task, { node, identity });
          return fused && writer.level < latest && !this.storage.has(node);
        }),
      );
      if (latest > task.level && !storesMore) task.level = latest;
    }
  }

  /** Whether a read can happen within the map that computes the value. */
  fuses(writer: Task, reader: Task, read: TaskRead): boolean {
    return (
      read.identity &&
      writer.kind === 'scalar' &&
      writer.node === read.node &&
      isMapTask(reader) &&
      writer.entry === reader.entry &&
      sameShape(writer.space, reader.space)
    );
  }

  /** Whether a value is computed in the same map as a task, so that it needs no storage for it. */
  sharesMap(writer: Task, reader: Task, read: TaskRead): boolean {
    return this.fuses(writer, reader, read) && writer.level === reader.level;
  }

  #assignStorage(): void {
    const needed = new Set<Node>();
    for (const task of this.tasks) {
      if (task.kind === 'scan') continue;
      if (task.kind !== 'scalar' && task.kind !== 'copy') needed.add(task.node);
      for (const read of this.reads(task)) {
        const fused = this.writers(read.node).some((writer) => this.sharesMap(writer, task, read));
        if (!fused) needed.add(read.node);
      }
    }
    for (const task of this.tasks) {
      if (task.kind === 'scan') for (const read of this.reads(task)) needed.add(read.node);
    }
    for (const [name, node] of this.request.graph.outputs) {
      if (this.request.targets.has(name)) continue;
      for (const { node: leaf } of this.#leaves(node, undefined)) needed.add(leaf);
    }
    for (const node of needed) {
      if (this.storage.has(node) || this.#classes.kinds.get(node) === 'scan' || node.op.lowering.kind === 'input') continue;
      const name = this.request.graph.nameOf(node) ?? defaultName(node);
      const sum = this.#classes.sums.get(node);
      const view =
        sum === undefined || productFits(sum, plannedView(node))
          ? wholeView(this.buffers.make(name, 'scratch', node.type.shape))
          : permutedBuffer(this.buffers, name, node.type.shape, productLayout(sum));
      this.storage.set(node, view);
    }
  }
}

function defaultName(node: Node): string {
  const { kind } = node.op.lowering;
  return kind === 'contract' ? 'product' : kind === 'reduce' ? 'reduced' : kind === 'scalar' ? node.op.name : kind;
}
