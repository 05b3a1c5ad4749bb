import { hasEntry, hasGradients } from './module-context.js';
import type { ModuleContext } from './module-context.js';
import { directionalInterface, directionalOptionInterfaces } from './module-directional.js';
import { savesState } from './module-persistence.js';
import { carriesState, keepsState, learnsState } from './module-state.js';

/** The options of the methods of a module, and the object that its creator gives. */
export function moduleInterface(context: ModuleContext): string[] {
  const { programs, names, array } = context;
  const { type } = names;
  const { model, update, step, optimizer, batchSize } = programs;
  const trains = hasEntry(programs, 'loss');
  return [
    ...optionInterfaces(context),
    `/** What \`${names.create}\` gives. All arrays are views of one arena. */`,
    `export interface ${type} {`,
    ...(model.dims.length === 0 ? [] : [`  readonly sizes: { ${model.dims.map((size) => `readonly ${size}: number`).join('; ')} };`]),
    batchSize === undefined ? '  /** The largest batch, and the largest number of steps. */' : '  /** The batch, and the largest number of steps. */',
    '  readonly batchSize: number;',
    '  readonly maxSteps: number;',
    '  /** Edit them freely; call `packParameters` before `step` then. */',
    `  readonly params: ${type}Parameters;`,
    '  /** All parameters as one array. */',
    `  readonly parameters: ${array};`,
    ...(hasGradients(programs)
      ? [
          '  /** The gradients of the parameters, as of the last call that computed them. */',
          `  readonly grads: ${type}Parameters;`,
          '  /** All gradients as one array, in the order of `parameters`. */',
          `  readonly gradients: ${array};`,
        ]
      : []),
    '  /**',
    `   * Where the inputs lie. A call that is given these very arrays copies nothing; for ${batchSize === undefined ? 'a smaller batch or ' : ''}fewer steps give`,
    '   * a `subarray` that starts at 0.',
    '   */',
    `  readonly inputs: ${type}${model.targets.size > 0 ? 'Batch' : 'Inputs'};`,
    '  /**',
    '   * Runs all steps. The inputs are copied; the number of steps comes from their length, the batch from the options. Values',
    '   * that are not finite pass through, and leave no trace in later calls.',
    '   *',
    ...(programs.lengths
      ? [
          `   * @throws TypeError for an array that is no ${array} and for lengths that are no list, RangeError for a number of elements that`,
          '   *   does not fit and for lengths that are no integers from 0 to the number of steps; nothing is changed then',
        ]
      : [`   * @throws TypeError for an array that is no ${array}, RangeError for a length that does not fit; nothing is changed then`]),
    '   */',
    `  forward(inputs: ${type}Inputs, options?: ${type}ForwardOptions): { readonly outputs: ${type}Outputs; readonly finalState: ${type}State };`,
    ...(hasEntry(programs, 'backward')
      ? [
          '  /**',
          '   * Derivatives of a loss, from its derivatives by outputs and final state. Uses up what the last `forward` has kept.',
          '   *',
          '   * @throws Error without a `forward` before it, or after another `backward` or a `step`; TypeError and RangeError as `forward`',
          '   */',
          `  backward(cotangents?: ${type}Cotangents, options?: ${type}BackwardOptions): ${type}Gradients;`,
        ]
      : []),
    ...(trains
      ? [
          '  /** The loss of a batch, and the outputs. Throws as `forward`. */',
          `  evaluate(batch: ${type}Batch, options?: ${type}ForwardOptions): { readonly loss: number; readonly outputs: ${type}Outputs; readonly finalState: ${type}State };`,
        ]
      : []),
    ...(hasEntry(programs, 'gradient')
      ? [
          '  /** The loss of a batch and its gradient, without an update. Throws as `forward`. */',
          `  valueAndGradient(batch: ${type}Batch, options?: ${type}GradientOptions): { readonly loss: number; readonly gradients: ${type}Parameters };`,
        ]
      : []),
    ...directionalInterface(context),
    ...(update === undefined || !trains
      ? []
      : [
          '  /**',
          `   * Forward, loss, backward and one update by ${optimizer?.name ?? ''}. Gives the loss before the update, and the norm of its gradient`,
          '   * before clipping. Throws as `forward`, and a RangeError for a learning rate that is not positive; nothing is changed then.',
          '   */',
          `  trainStep(batch: ${type}Batch, options: ${type}TrainOptions): { readonly loss: number; readonly gradientNorm: number };`,
        ]),
    ...(update === undefined
      ? []
      : [
          '  /**',
          `   * One update by ${optimizer?.name ?? ''} from what \`gradients\` holds, like the sum over several calls with \`accumulate\`. Gives their norm`,
          '   * before clipping. Throws a RangeError for a learning rate or a scale that is not positive; nothing is changed then.',
          '   */',
          `  update(options: ${type}UpdateOptions): { readonly gradientNorm: number };`,
        ]),
    ...(step === undefined
      ? []
      : [
          ...stateDocs(context),
          `  readonly state: ${type}State;`,
          '  /**',
          '   * One step for streaming: reads and replaces `state`; the batch comes from the length of the inputs. Parameters are those',
          '   * of the last `packParameters`, `forward` or `load`. Throws as `forward`.',
          '   */',
          `  step(inputs: ${type}StepInputs): ${type}StepOutputs;`,
          ...(keepsState(programs)
            ? [
                `  /** Sets the state to ${learnsState(programs) ? 'what is learned' : 'zero'}, in all rows or those given. Throws a RangeError for a row that there is not. */`,
                '  resetState(rows?: readonly number[]): void;',
              ]
            : ['  /** There is no state. */', '  resetState(): void;']),
        ]),
    '  /** Makes edited parameters known to `step`; the other calls do it by themselves. */',
    '  packParameters(): void;',
    ...(update === undefined ? [] : ['  /** Makes the optimizer forget: sets what it keeps, and its count of updates, to zero. */', '  resetTraining(): void;']),
    update === undefined ? '  /** The parameters, as plain data. */' : '  /** The parameters and what the optimizer keeps, as plain data: training goes on from it to the bit. */',
    `  save(${savesState(programs) ? 'options?: { /** Adds the state. */ readonly state?: boolean }' : ''}): ${type}Checkpoint;`,
    '  /**',
    ...(update === undefined ? [] : ['   * A checkpoint without its `optimizer` also resets training.', '   *']),
    `   * @throws Error for a checkpoint of another definition${update === undefined ? '' : ', optimizer'} or version, RangeError for values that are missing or`,
    '   *   not finite; nothing is changed then',
    '   */',
    `  load(checkpoint: ${type}Checkpoint): void;`,
    '}',
  ];
}

function optionInterfaces(context: ModuleContext): string[] {
  const { programs, names: { type } } = context;
  const accumulate = ['  /** Adds to the gradients of the parameters instead of replacing them. */', '  readonly accumulate?: boolean;'];
  return [
    `export interface ${type}ForwardOptions {`,
    ...(programs.model.states.size === 0
      ? []
      : [
          `  /** States before the first step; those left out are ${learnsState(programs) ? 'learned, where the model learns them, or ' : ''}zero. */`,
          `  readonly initialState?: Partial<${type}State> | undefined;`,
        ]),
    ...(carriesState(programs)
      ? [
          `  /** Goes on from \`state\` where none is given, and leaves the final state there.${hasGradients(programs) ? ' Derivatives end at the start of the call.' : ''} */`,
          '  readonly carry?: boolean;',
        ]
      : []),
    programs.batchSize === undefined
      ? '  /** The batch of this call, at most the one created; that by default. */'
      : `  /** The batch of this call: ${String(programs.batchSize)}. */`,
    '  readonly batchSize?: number;',
    ...(programs.lengths
      ? [
          '  /**',
          '   * How many steps each sequence has: `batchSize` integers from 0 to the number of steps of the call; all of them by default.',
          '   * What the arrays hold behind the end of a sequence is not read, NaN and indices outside of a table included. Outputs and',
          '   * derivatives are zero there, the final state is the one at the end, and a loss is the mean over the steps before it.',
          '   */',
          '  readonly lengths?: Int32Array | readonly number[] | undefined;',
        ]
      : []),
    '}',
    '',
    ...(hasEntry(programs, 'backward')
      ? [
          `export interface ${type}BackwardOptions {`,
          ...(programs.model.states.size === 0
            ? []
            : ['  /** Derivatives of the loss by the final state; those left out are zero. */', `  readonly dFinalState?: Partial<${type}State> | undefined;`]),
          ...accumulate,
          '}',
          '',
        ]
      : []),
    ...directionalOptionInterfaces(context),
    ...(hasEntry(programs, 'gradient') ? [`export interface ${type}GradientOptions extends ${type}ForwardOptions {`, ...accumulate, '}', ''] : []),
    ...(programs.update === undefined
      ? []
      : [
          ...(hasEntry(programs, 'loss') ? [`export interface ${type}TrainOptions extends ${type}ForwardOptions {`, '  readonly learningRate: number;', '}', ''] : []),
          `export interface ${type}UpdateOptions {`,
          '  readonly learningRate: number;',
          '  /** Multiplies the gradients first: 1/k makes the sum over k batches of one size the gradient of one large batch. */',
          '  readonly scale?: number;',
          '}',
          '',
        ]),
  ];
}

function stateDocs({ programs, names: { create } }: ModuleContext): string[] {
  const smaller = programs.batchSize === undefined ? ', for the created batch; a smaller one uses its first rows' : '';
  if (!keepsState(programs)) return ['  /** There is no state. */'];
  const goOn = carriesState(programs) ? '`step` and calls with `carry` go on' : '`step` goes on';
  if (!learnsState(programs)) return [`  /** The state that ${goOn} from${smaller}. */`];
  return [
    '  /**',
    `   * The state that ${goOn} from${smaller}. After \`${create}\` and`,
    '   * `resetState` it is zero, and a row that is still zero at the next call starts from the learned state.',
    '   */',
  ];
}
