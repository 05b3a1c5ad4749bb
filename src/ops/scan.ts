import type { Dim } from '../graph/dim.js';
import { printShape, sameShape } from '../graph/dim.js';
import type { Graph, GraphBuilder } from '../graph/graph.js';
import type { Node, ValueType } from '../graph/node.js';
import { batchScan } from '../optimize/batch-scan.js';
import { scanJvp } from '../differentiate/scan-forward.js';
import { scanVjp } from '../differentiate/scan-reverse.js';
import { resultOf } from './construct.js';
import { Binding, ShapeError } from './op.js';
import type { EvaluationContext, Op, Tensor } from './op.js';
import { elementCount } from './strides.js';

export interface ScanAttributes {
  /** The graph of one step. Its inputs and outputs are named by the lists below. */
  readonly body: Graph;
  /** The number of steps T. */
  readonly length: Dim;
  /** Runs from step T-1 down to 0. */
  readonly reverse: boolean;
  /** Values handed from step to step: the input of a step, and the output that becomes the next step's input. */
  readonly carries: readonly { readonly input: string; readonly output: string }[];
  /** Inputs of which step t sees row t. */
  readonly sequences: readonly string[];
  /** Inputs of which every step sees the whole. */
  readonly invariants: readonly string[];
  /** Outputs that are stacked: row t is that of step t. */
  readonly outputs: readonly string[];
  /** Outputs that are added up over the steps. */
  readonly sums: readonly string[];
  /** The input that is the step index t, if the body reads it. */
  readonly step: string | undefined;
}

/**
 * A loop over time. Operands: initial carries, sequences `[T, …]`, invariants. Results: final carries; histories of the
 * carries `[T+1, …]`; stacked outputs `[T, …]`; sums.
 *
 * Row t of a history is the carry before step t, row t+1 the carry after it; in reverse, row t+1 is the carry before
 * step t and row t the carry after it. So the sequences of previous and of next states are two views of one history.
 */
export const scan: Op<ScanAttributes> = {
  name: 'scan',
  family: 'special',
  resultTypes(types, attributes) {
    const { body, length, carries, sequences, invariants, outputs, sums } = attributes;
    const expected = carries.length + sequences.length + invariants.length;
    if (types.length !== expected) throw new ShapeError(`'scan' takes ${String(expected)} operands, not ${String(types.length)}`);
    carries.forEach(({ input, output }, k) => {
      checkType(`the initial value of '${input}'`, types[k], body.input(input).type);
      checkType(`the next value of '${input}'`, body.output(output).type, body.input(input).type);
    });
    sequences.forEach((name, k) => {
      checkType(`the sequence '${name}'`, types[carries.length + k], stacked(body.input(name).type, length));
    });
    invariants.forEach((name, k) => {
      checkType(`the invariant '${name}'`, types[carries.length + sequences.length + k], body.input(name).type);
    });
    return [
      ...carries.map(({ input }) => body.input(input).type),
      ...carries.map(({ input }) => stacked(body.input(input).type, length.plus(1))),
      ...outputs.map((name) => stacked(body.output(name).type, length)),
      ...sums.map((name) => body.output(name).type),
    ];
  },
  evaluate: evaluateScan,
  vjp: (context, attributes) => scanVjp(context, attributes),
  jvp: (context, attributes) => scanJvp(context, attributes),
  batch: (context, operands, attributes) => batchScan(context, operands, attributes),
  lowering: { kind: 'scan' },
  text: (operands) => `scan(${operands.join(', ')})`,
  tex: (operands) => `\\operatorname{scan}(${operands.join(', ')})`,
  binding: Binding.atom,
};

function stacked(type: ValueType, length: Dim): ValueType {
  return { dtype: type.dtype, shape: [length, ...type.shape] };
}

function checkType(what: string, got: ValueType | undefined, wanted: ValueType): void {
  if (got === undefined || got.dtype !== wanted.dtype || !sameShape(got.shape, wanted.shape)) {
    throw new ShapeError(
      `${what} of a scan is ${got?.dtype ?? 'missing'} ${printShape(got?.shape ?? [])}, but must be ${wanted.dtype} ${printShape(wanted.shape)}`,
    );
  }
}

/** What a scan is made of, by name; the order of its operands and results follows. */
export interface ScanParts {
  readonly body: Graph;
  readonly length: Dim;
  readonly reverse: boolean;
  readonly carries: readonly { readonly input: string; readonly output: string; readonly initial: Node }[];
  readonly sequences: readonly { readonly input: string; readonly value: Node }[];
  readonly invariants: readonly { readonly input: string; readonly value: Node }[];
  readonly outputs: readonly string[];
  readonly sums: readonly string[];
  readonly step: string | undefined;
}

export interface ScanResults {
  readonly node: Node;
  final(carry: number): Node;
  /** `[T+1, …]`. */
  history(carry: number): Node;
  output(index: number): Node;
  sum(index: number): Node;
}

export function addScan(builder: GraphBuilder, parts: ScanParts): ScanResults {
  const { carries, sequences, invariants, ...rest } = parts;
  const node = builder.node(
    scan,
    [...carries.map((c) => c.initial), ...sequences.map((s) => s.value), ...invariants.map((i) => i.value)],
    {
      ...rest,
      carries: carries.map(({ input, output }) => ({ input, output })),
      sequences: sequences.map(({ input }) => input),
      invariants: invariants.map(({ input }) => input),
    },
  );
  const layout = resultLayout(node.attributes as ScanAttributes);
  return {
    node,
    final: (carry) => resultOf(builder, node, layout.final(carry)),
    history: (carry) => resultOf(builder, node, layout.history(carry)),
    output: (index) => resultOf(builder, node, layout.output(index)),
    sum: (index) => resultOf(builder, node, layout.sum(index)),
  };
}

/** The same parts, read back from a node. */
export function scanParts(node: Node, attributes: ScanAttributes): ScanParts {
  const operand = (slot: number): Node => {
    const value = node.operands[slot];
    if (value === undefined) throw new Error('a scan lacks an operand');
    return value;
  };
  const { carries, sequences, invariants, ...rest } = attributes;
  return {
    ...rest,
    carries: carries.map((carry, k) => ({ ...carry, initial: operand(k) })),
    sequences: sequences.map((input, k) => ({ input, value: operand(carries.length + k) })),
    invariants: invariants.map((input, k) => ({ input, value: operand(carries.length + sequences.length + k) })),
  };
}

export type ScanResultRole =
  | { readonly kind: 'final'; readonly index: number }
  | { readonly kind: 'history'; readonly index: number }
  | { readonly kind: 'output'; readonly index: number }
  | { readonly kind: 'sum'; readonly index: number };

/** Which result stands where. */
export function resultLayout({ carries, outputs, sums }: Pick<ScanAttributes, 'carries' | 'outputs' | 'sums'>) {
  const roles: ScanResultRole[] = [
    ...carries.map((_, index) => ({ kind: 'final' as const, index })),
    ...carries.map((_, index) => ({ kind: 'history' as const, index })),
    ...outputs.map((_, index) => ({ kind: 'output' as const, index })),
    ...sums.map((_, index) => ({ kind: 'sum' as const, index })),
  ];
  return {
    roles,
    final: (carry: number) => carry,
    history: (carry: number) => carries.length + carry,
    output: (index: number) => 2 * carries.length + index,
    sum: (index: number) => 2 * carries.length + outputs.length + index,
  };
}

function evaluateScan(
  operands: readonly Tensor[],
  attributes: ScanAttributes,
  shapes: readonly (readonly number[])[],
  context: EvaluationContext,
): readonly Float64Array[] {
  const { body, reverse, carries, sequences, invariants, outputs, sums, step } = attributes;
  const length = attributes.length.evaluate(context.sizes);
  const results = shapes.map((shape) => new Float64Array(elementCount(shape)));
  const layout = resultLayout(attributes);
  const tensor = (slot: number): Tensor => {
    const value = operands[slot];
    if (value === undefined) throw new Error('a scan lacks an operand');
    return value;
  };
  let state = carries.map((_, k) => tensor(k));
  const record = (row: number): void => {
    state.forEach(({ data }, k) => results[layout.history(k)]?.set(data, row * data.length));
  };
  record(reverse ? length : 0);
  for (let n = 0; n < length; n++) {
    const t = reverse ? length - 1 - n : n;
    const inputs = new Map<string, Tensor>();
    carries.forEach(({ input }, k) => inputs.set(input, state[k] ?? tensor(k)));
    sequences.forEach((name, k) => {
      const { shape, data } = tensor(carries.length + k);
      const row = elementCount(shape.slice(1));
      inputs.set(name, { shape: shape.slice(1), data: data.subarray(t * row, (t + 1) * row) });
    });
    invariants.forEach((name, k) => inputs.set(name, tensor(carries.length + sequences.length + k)));
    if (step !== undefined) inputs.set(step, { shape: [], data: Float64Array.of(t) });
    const values = context.evaluateGraph(body, inputs);
    const value = (name: string): Tensor => {
      const found = values.get(name);
      if (found === undefined) throw new Error(`the body of a scan lacks the output '${name}'`);
      return found;
    };
    state = carries.map(({ output }) => value(output));
    record(reverse ? t : t + 1);
    outputs.forEach((name, k) => results[layout.output(k)]?.set(value(name).data, t * value(name).data.length));
    sums.forEach((name, k) => {
      const total = results[layout.sum(k)];
      value(name).data.forEach((term, at) => {
        if (total !== undefined) total[at] = (total[at] ?? NaN) + term;
      });
    });
  }
  state.forEach(({ data }, k) => results[layout.final(k)]?.set(data));
  return results;
}
