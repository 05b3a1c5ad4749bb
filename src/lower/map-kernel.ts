import { Dim } from '../graph/dim.js';
import { freshName } from '../graph/fresh-name.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { input } from '../ops/input.js';
import type { ScalarCode } from '../ops/op.js';
import { windowPosition } from '../ops/windows.js';
import { route } from './access.js';
import type { Address, Axis, Guard, MapKernel, Scalar, Statement, View } from './kernel-program.js';
import type { LevelPlan } from './plan-level.js';
import { contractionSpace } from './task.js';
import type { CopyTask, MapTask, Target } from './task.js';
import { addressOf, rowMajor } from './view.js';

/** A term of a contraction: the contraction as a whole is an op, its terms are not. */
const productCode: ScalarCode = {
  typescript: ([a, b]) => `${String(a)} * ${String(b)}`,
  wasm: ([a = '', b = ''], code) => code.binary('mul', a, b),
};

/** Builds one fused map from the tasks that share a space. Stores come last, so that no load sees them. */
export class MapBuilder {
  readonly #statements: Statement[] = [];
  readonly #stores: Statement[] = [];
  readonly #values = new Map<Node, Scalar>();
  readonly #loads = new Map<string, Scalar>();
  readonly #inMap: ReadonlySet<Node>;
  readonly #axes: readonly Axis[];
  readonly #index: readonly Dim[];
  readonly #taken: Set<string>;
  #count = 0;

  constructor(
    private readonly plan: LevelPlan,
    private readonly tasks: readonly MapTask[],
    /** Names that loop indices and values must not take: buffers, sizes, the indices of outer loops. */
    reserved: Iterable<string>,
  ) {
    this.#taken = new Set(reserved);
    this.#inMap = new Set(tasks.flatMap((task) => (task.kind === 'scalar' ? [task.node] : [])));
    const [first] = tasks;
    this.#axes = (first?.space ?? []).map((size) => ({ index: freshName(this.#taken, indexName(size)), size }));
    this.#index = this.#axes.map(({ index }) => Dim.symbol(index));
  }

  build(): MapKernel {
    for (const task of this.tasks) this.#add(task);
    return { kind: 'map', axes: this.#axes, statements: [...this.#statements, ...this.#stores] };
  }

  #add(task: MapTask): void {
    const { node } = task;
    if (task.kind === 'copy') {
      const [point] = this.plan.readPoints(task, this.#index);
      if (point === undefined) return;
      const value = this.#read(point.node, point.at, task);
      this.#storeAt(task.target, point.at, value, node.type.dtype === 'bool');
      return;
    }
    if (task.kind === 'scalar') {
      const value = this.#scalar(node);
      const view = this.plan.storage.get(node);
      if (view !== undefined) this.#storeAt({ view, mode: 'store' }, this.#index, value, node.type.dtype === 'bool');
      return;
    }
    const view = this.plan.storage.get(node);
    if (view === undefined) throw new Error(`node ${node.id} has no storage`);
    const points = this.plan.readPoints(task, this.#index).map(({ node: operand, at }) => ({ operand, at }));
    const [first, second] = points;
    if (first === undefined) throw new Error(`node ${node.id} reads nothing`);
    const value = this.#read(first.operand, first.at);
    const { lowering } = node.op;
    switch (task.kind) {
      case 'reduce': {
        if (lowering.kind !== 'reduce') return;
        const axes = lowering.axes(node.attributes);
        const at = this.#index.filter((_, axis) => !axes.includes(axis));
        this.#accumulate(view, at, lowering.combine, value);
        return;
      }
      case 'contract': {
        if (second === undefined || lowering.kind !== 'contract') return;
        const product = this.#compute('mul', productCode, [value, this.#read(second.operand, second.at)]);
        const letters = lowering.letters(node.attributes);
        const space = contractionSpace(letters);
        const at = Array.from(letters.out).map((letter) => this.#index[space.indexOf(letter)] ?? Dim.zero);
        if (at.length === this.#index.length && !this.plan.accumulated.has(node)) this.#storeAt({ view, mode: 'store' }, at, product, false);
        else this.#accumulate(view, at, 'sum', product);
        return;
      }
      case 'fold': {
        if (lowering.kind !== 'fold') return;
        const attributes = lowering.windows(node.attributes);
        const { axis } = attributes;
        const position = windowPosition(this.#index[axis] ?? Dim.zero, this.#index[axis + 1] ?? Dim.zero, attributes);
        const at = [...this.#index.slice(0, axis), position, ...this.#index.slice(axis + 2)];
        this.#accumulate(view, at, 'sum', value, [{ index: position, size: attributes.length }]);
        return;
      }
      case 'scatterAdd': {
        if (second === undefined) return;
        const row = this.#bindIndex(this.#read(second.operand, second.at));
        this.#accumulate(view, [row, ...this.#index.slice(second.at.length)], 'sum', value);
      }
    }
  }

  /** The value of an elementwise node at this point, computed once. */
  #scalar(node: Node): Scalar {
    const known = this.#values.get(node);
    if (known !== undefined) return known;
    const { lowering } = node.op;
    if (lowering.kind !== 'scalar') throw new Error(`node ${node.id} is not elementwise`);
    const operands = node.operands.map((operand) => this.#read(operand, this.#index));
    const value = this.#compute(
      node.op.name,
      lowering.code,
      operands,
      this.plan.request.graph.nameOf(node),
      node.type.dtype === 'bool',
      node.operands.map((operand) => operand.type.dtype === 'bool'),
    );
    this.#values.set(node, value);
    return value;
  }

  #read(node: Node, at: readonly Dim[], copy?: CopyTask): Scalar {
    const own = at.length === this.#index.length && at.every((dim, axis) => dim.key === this.#index[axis]?.key);
    if (own && this.#inMap.has(node)) return this.#scalar(node);
    const index = isNode(node, input) ? this.plan.request.indices.get(node.attributes.name) : undefined;
    if (index !== undefined) return { kind: 'dim', dim: index };
    const step = route(node, at, (each) => (copy === undefined ? this.plan.isLeaf(each) : this.plan.isLeafFor(copy, each)));
    switch (step.kind) {
      case 'leaf': {
        const view = this.plan.storage.get(step.node);
        if (view === undefined) throw new Error(`node ${step.node.id} (${step.node.op.name}) has no storage`);
        return this.#load({ buffer: view.buffer, offset: addressOf(view, step.index) }, this.#nameOf(step.node));
      }
      case 'constant': {
        const { lowering } = step.node.op;
        if (lowering.kind !== 'constant') throw new Error(`node ${step.node.id} is no constant`);
        return lowering.scalar(step.node.attributes);
      }
      case 'iota':
        return { kind: 'dim', dim: step.index };
      case 'read':
        return this.#guarded(step.node, step.index, step.guards);
      case 'linear': {
        const view = this.plan.view(step.node);
        if (view === undefined) throw new Error(`node ${step.node.id} has to be stored for its reshape`);
        const strides = rowMajor(step.node.type.shape);
        if (!view.strides.every((stride, k) => step.node.type.shape[k]?.equals(Dim.one) === true || stride.equals(strides[k] ?? Dim.zero))) {
          throw new Error(`node ${step.node.id} is no run of elements`);
        }
        return this.#load({ buffer: view.buffer, offset: view.offset.plus(step.position) }, this.#nameOf(step.node));
      }
      case 'lookup': {
        const row = this.#bindIndex(this.#read(step.indices, step.at));
        return this.#read(step.table, [row, ...step.rest]);
      }
    }
  }

  /** Reads at an index that may lie outside: the load itself is guarded, so that nothing outside is touched. */
  #guarded(node: Node, at: readonly Dim[], guards: readonly Guard[]): Scalar {
    if (guards.length === 0) return this.#read(node, at);
    const before = this.#statements.length;
    const value = this.#read(node, at);
    const added = this.#statements.slice(before);
    const [only] = added;
    if (added.length === 1 && only?.kind === 'load' && value.kind === 'value' && value.id === only.id) {
      this.#loads.delete(loadKey(only.address));
      this.#statements[before] = { ...only, guards: [...only.guards, ...guards] };
      return value;
    }
    for (let k = before; k < this.#statements.length; k++) {
      const statement = this.#statements[k];
      if (statement?.kind !== 'load') continue;
      this.#loads.delete(loadKey(statement.address));
      this.#statements[k] = { ...statement, guards: [...statement.guards, ...guards] };
    }
    const id = this.#count++;
    this.#statements.push({ kind: 'guarded', id, value, guards });
    return { kind: 'value', id };
  }

  #load(address: Address, name: string | undefined): Scalar {
    const key = loadKey(address);
    const known = this.#loads.get(key);
    if (known !== undefined) return known;
    const id = this.#count++;
    this.#statements.push({ kind: 'load', id, name, address, guards: [] });
    const value: Scalar = { kind: 'value', id };
    this.#loads.set(key, value);
    return value;
  }

  #compute(
    op: string,
    code: Extract<Statement, { kind: 'compute' }>['code'],
    operands: readonly Scalar[],
    name?: string,
    truth = false,
    operandTruths: readonly boolean[] = operands.map(() => false),
  ): Scalar {
    const id = this.#count++;
    this.#statements.push({ kind: 'compute', id, name, op, code, operands, truth, operandTruths });
    return { kind: 'value', id };
  }

  #bindIndex(value: Scalar): Dim {
    if (value.kind === 'dim') return value.dim;
    const symbol = freshName(this.#taken, 'row');
    this.#statements.push({ kind: 'bindIndex', symbol, value });
    return Dim.symbol(symbol);
  }

  #storeAt({ view, mode }: Target, at: readonly Dim[], value: Scalar, truth: boolean): void {
    if (mode === 'accumulate') {
      this.#accumulate(view, at, 'sum', value);
      return;
    }
    this.#stores.push({ kind: 'store', address: { buffer: view.buffer, offset: addressOf(view, at) }, value, truth });
  }

  #accumulate(view: View, at: readonly Dim[], combine: 'sum' | 'max', value: Scalar, guards: readonly Guard[] = []): void {
    this.#stores.push({ kind: 'accumulate', address: { buffer: view.buffer, offset: addressOf(view, at) }, combine, value, guards });
  }

  #nameOf(node: Node): string | undefined {
    return this.plan.request.graph.nameOf(node);
  }
}

function loadKey(address: Address): string {
  return `${address.buffer.name}|${address.offset.key}`;
}

const conventionalIndices: Readonly<Record<string, string>> = { B: 'b', T: 't', H: 'h', I: 'n', O: 'k' };

/** A loop index is called after the size it runs over where that has one conventional letter. */
function indexName(size: Dim): string {
  return conventionalIndices[size.key] ?? 'j';
}
