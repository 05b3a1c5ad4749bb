import type { Dim } from '../graph/dim.js';
import type { Node } from '../graph/node.js';
import type { EinsumLetters } from '../ops/op.js';
import type { View } from './kernel-program.js';
import type { ProductSum } from '../optimize/product-sum.js';

/** Where an output has to lie, and whether it is added to what lies there. */
export interface Target {
  readonly view: View;
  readonly mode: 'store' | 'accumulate';
}

interface TaskBase {
  readonly node: Node;
  readonly entry: number;
  /** Tasks of one level do not depend on each other, except within one fused map. */
  level: number;
}

/** Stores a value that exists elsewhere, with its axes in some order. */
export interface CopyTask extends TaskBase {
  readonly kind: 'copy';
  readonly space: readonly Dim[];
  readonly order: readonly number[];
  readonly target: Target;
}

/** Something to be scheduled: a node that becomes a statement of a map, or a kernel of its own. */
export type Task =
  | (TaskBase & { readonly kind: 'scalar' | 'reduce' | 'contract' | 'fold' | 'scatterAdd'; readonly space: readonly Dim[] })
  | CopyTask
  | (TaskBase & { readonly kind: 'product'; readonly sum: ProductSum; readonly operands: readonly ProductOperands[] })
  | (TaskBase & { readonly kind: 'scan'; readonly sources: readonly OperandSource[] });

/** Tasks that are statements of maps. */
export type MapTask = Extract<Task, { readonly space: readonly Dim[] }>;

/** Where an operand is read as a whole: its own view, or that of a copy made for it. */
export interface OperandSource {
  readonly node: Node;
  readonly copy: CopyTask | undefined;
}

export interface ProductOperands {
  readonly plain: OperandSource;
  readonly packed: OperandSource;
}

export function isMapTask(task: Task): task is MapTask {
  return 'space' in task;
}

/**
 * The letters of a contraction's space: the order of the operand that has them all, so that it is read as it lies and its map can
 * be one with others of its shape; otherwise those of the result, then those summed over.
 */
export function contractionSpace({ left, right, out }: EinsumLetters): string {
  const letters = out + Array.from(left).filter((letter) => !out.includes(letter)).join('');
  return [left, right].find((own) => own.length === letters.length) ?? letters;
}

/** Copies that have to run before a task. */
export function copiesOf(task: Task): CopyTask[] {
  const sources =
    task.kind === 'product' ? task.operands.flatMap(({ plain, packed }) => [plain, packed]) : task.kind === 'scan' ? task.sources : [];
  return sources.flatMap(({ copy }) => copy ?? []);
}

export function biasSource({ bias }: ProductSum): OperandSource[] {
  return bias === undefined ? [] : [{ node: bias, copy: undefined }];
}
