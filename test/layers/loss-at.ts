import { batchStage, defineModel, evaluate, vjp } from 'cellwright';
import type { Expression, Loss, ModelDefinition, Tensor } from 'cellwright';

export type Steps = Expression<readonly ['T', 'O']>;
export type Step = Expression<readonly ['T']>;

/** A model whose prediction is its input, to look at its loss alone; `weights` has one number for each step. */
export function lossModel(loss: (prediction: Steps, target: Steps, weights: Step) => Loss | readonly Loss[]): ModelDefinition {
  const targets = { target: ['T', 'O'], weights: ['T'] } as const;
  return defineModel('alone', { dims: ['O'], inputs: { prediction: ['T', 'O'] }, targets }, ({ prediction, target, weights }) => ({
    outputs: { prediction },
    loss: loss(prediction, target, weights),
  }));
}

/** The same with classes as the target. */
export function classModel(loss: (logits: Steps, target: Step, weights: Step) => Loss): ModelDefinition {
  const targets = { target: { shape: ['T'], dtype: 'index' }, weights: ['T'] } as const;
  return defineModel('classes', { dims: ['O'], inputs: { prediction: ['T', 'O'] }, targets }, ({ prediction, target, weights }) => ({
    outputs: { prediction },
    loss: loss(prediction, target, weights),
  }));
}

export interface Given {
  /** `[steps][examples][elements]`. */
  readonly prediction: readonly (readonly (readonly number[])[])[];
  readonly target: readonly unknown[];
  /** `[steps][examples]`. */
  readonly weights?: readonly (readonly number[])[];
  readonly lengths?: readonly number[];
}

/** The loss and its gradient by the prediction. */
export function lossAt(model: ModelDefinition, { prediction, target, weights, lengths }: Given): { loss: number; gradient: number[] } {
  const sizes = { T: prediction.length, B: prediction[0]?.length ?? 0, O: prediction[0]?.[0]?.length ?? 0 };
  const graph = vjp(batchStage(model, { lengths: lengths !== undefined }), {
    wrt: ['prediction'],
    cotangents: new Map([['loss', 'dLoss']]),
    gradientName: () => 'gradient',
  });
  const data = target.flat(2) as number[];
  const rows = [sizes.T, sizes.B];
  const outputs = evaluate(
    graph,
    new Map<string, Tensor>([
      ['prediction', { shape: [...rows, sizes.O], data: Float64Array.from(prediction.flat(2)) }],
      ['target', { shape: data.length === sizes.T * sizes.B ? rows : [...rows, sizes.O], data: Float64Array.from(data) }],
      ['weights', { shape: rows, data: Float64Array.from(weights?.flat() ?? new Array<number>(sizes.T * sizes.B).fill(1)) }],
      ['dLoss', { shape: [], data: Float64Array.of(1) }],
      ...(lengths === undefined ? [] : [['lengths', { shape: [sizes.B], data: Float64Array.from(lengths) }] as const]),
    ]),
    sizes,
  );
  return { loss: outputs.get('loss')?.data[0] ?? NaN, gradient: [...(outputs.get('gradient')?.data ?? [])] };
}
