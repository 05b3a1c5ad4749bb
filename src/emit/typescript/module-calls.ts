import { Dim } from '../../graph/dim.js';
import type { ValueType } from '../../graph/node.js';
import type { View } from '../../lower/kernel-program.js';
import { cotangentName } from '../../program/build-programs.js';
import type { Programs } from '../../program/build-programs.js';
import type { ModuleLayout } from './module-layout.js';
import { access, duringCall, property } from './module-names.js';
import type { ModuleNames } from './module-names.js';
import { unstacked } from './module-types.js';
import { dimCode } from './scope.js';

/** What the methods of a module are made from. */
export interface CallContext {
  readonly programs: Programs;
  readonly layout: ModuleLayout;
  readonly names: ModuleNames;
  readonly array: string;
  readonly hash: string;
  /** Whether a function exists for the packs that an entry needs besides those of `packParameters`. */
  packsFor(entry: string): boolean;
}

const lengthOf = (type: ValueType): string => dimCode(Dim.product(type.shape), duringCall);

/** `{ y: view(yAt, steps * batch * H) }` for some outputs or inputs of a program. */
export function viewObject(
  { layout }: CallContext,
  entries: readonly (readonly [name: string, view: View | undefined, type: ValueType])[],
): string {
  const fields = entries.flatMap(([name, view, type]) =>
    view === undefined ? [] : [`${property(name)}: view(${layout.view(view, duringCall)}, ${lengthOf(type)})`],
  );
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** Lines that write given values to their places. */
function writes(context: CallContext, source: string, keys: Iterable<string>, prefix: string, program: 'sequence' | 'step' = 'sequence'): string[] {
  const { programs, layout } = context;
  const types = program === 'sequence' ? programs.inputTypes : programs.stepInputTypes;
  const views = programs[program]?.inputs;
  return [...keys].flatMap((key) => {
    const name = `${prefix}${key}`;
    const view = views?.get(name);
    const type = types.get(name);
    if (view === undefined || type === undefined) return [];
    return [`write('${source}${access(key)}', ${source}${access(key)}, ${layout.view(view, duringCall)}, ${lengthOf(type)});`];
  });
}

/** Lines that write values that may be left out: zero then. */
function optionalWrites(context: CallContext, source: string, entries: Iterable<readonly [key: string, input: string]>): string[] {
  const { programs, layout } = context;
  return [...entries].flatMap(([key, name]) => {
    const view = programs.sequence.inputs.get(name);
    const type = programs.inputTypes.get(name);
    if (view === undefined || type === undefined) return [];
    return [`writeOrZero('${source}${access(key)}', ${source}?.${access(key).replace(/^\./, '')}, ${layout.view(view, duringCall)}, ${lengthOf(type)});`];
  });
}

/** The statement that takes batch and steps from the first sequence. */
function shapeLine({ programs }: CallContext, source: string): string {
  const { model, inputTypes } = programs;
  const first = [...model.inputs.keys()].find((name) => inputTypes.get(name)?.shape[0]?.key === 'T') ?? [...model.inputs.keys()][0] ?? '';
  const row = dimCode(Dim.product(inputTypes.get(first)?.shape.slice(2) ?? []), duringCall);
  return `setShape('${source}${access(first)}', ${source}${access(first)}, ${row}, rows);`;
}

export function methodLines(context: CallContext): string[] {
  const { programs } = context;
  const entries = new Set(programs.sequence.entries.map((entry) => entry.name));
  return [
    ...forwardMethod(context),
    ...(entries.has('backward') ? backwardMethod(context) : []),
    ...(entries.has('loss') ? lossMethods(context) : []),
    ...(programs.step === undefined ? [] : stepMethods(context)),
    ...persistenceMethods(context),
  ];
}

function startForward(context: CallContext, source: string, withTargets: boolean): string[] {
  const { model } = context.programs;
  return [
    shapeLine(context, source),
    ...writes(context, source, [...model.inputs.keys(), ...(withTargets ? model.targets.keys() : [])], ''),
    ...optionalWrites(context, 'initialState', [...model.states.keys()].map((name) => [name, name] as const)),
    'packParameters();',
    'runForward();',
  ];
}

function forwardMethod(context: CallContext): string[] {
  const { names, programs } = context;
  const trains = programs.sequence.entries.some((entry) => entry.name === 'backward');
  return [
    `forward(inputs: ${names.type}Inputs, { initialState, batchSize: rows = batchSize }: ForwardOptions = {}) {`,
    ...startForward(context, 'inputs', false).map((line) => `  ${line}`),
    ...(trains ? ['  tape = true;'] : []),
    '  return forwardViews();',
    '},',
  ];
}

function backwardMethod(context: CallContext): string[] {
  const { names, programs } = context;
  const { model, inputTypes } = programs;
  const real = (name: string): boolean => inputTypes.has(name);
  return [
    `backward(cotangents: ${names.type}Cotangents = {}, { dFinalState, accumulate = false }: BackwardOptions = {}) {`,
    "  if (!tape) throw new Error('backward needs a call of forward before it, and uses up what that call has kept: call forward again');",
    ...optionalWrites(context, 'cotangents', model.outputs.map((name) => [name, cotangentName(`out.${name}`)] as const).filter(([, name]) => real(name))).map((line) => `  ${line}`),
    ...optionalWrites(context, 'dFinalState', [...model.states.keys()].map((name) => [name, cotangentName(`final.${name}`)] as const)).map((line) => `  ${line}`),
    '  tape = false;',
    '  if (!accumulate) gradients.fill(0);',
    ...(context.packsFor('backward') ? ['  packForBackward();'] : []),
    '  runBackward();',
    '  return backwardViews();',
    '},',
  ];
}

function lossMethods(context: CallContext): string[] {
  const { names, programs, layout } = context;
  const view = programs.sequence.outputs.get('loss');
  const loss = view === undefined ? 'NaN' : `memory[${layout.view(view, duringCall)}]!`;
  const gradient = ["if (!accumulate) gradients.fill(0);", ...(context.packsFor('gradient') ? ['packForGradient();'] : []), 'runGradient();'];
  const evaluate = [
    `evaluate(batch_: ${names.type}Batch, { initialState, batchSize: rows = batchSize }: ForwardOptions = {}) {`,
    ...startForward(context, 'batch_', true).map((line) => `  ${line}`),
    '  runLoss();',
    `  return { loss: ${loss}, ...forwardViews() };`,
    '},',
  ];
  const hasGradient = programs.sequence.entries.some((entry) => entry.name === 'gradient');
  const valueAndGradient = [
    `valueAndGradient(batch_: ${names.type}Batch, { initialState, accumulate = false, batchSize: rows = batchSize }: GradientOptions = {}) {`,
    ...startForward(context, 'batch_', true).map((line) => `  ${line}`),
    '  runLoss();',
    ...gradient.map((line) => `  ${line}`),
    `  return { loss: ${loss}, gradients: grads };`,
    '},',
  ];
  return [...evaluate, ...(hasGradient ? valueAndGradient : []), ...(programs.update === undefined ? [] : trainMethod(context))];
}

function trainMethod(context: CallContext): string[] {
  const { names, programs, layout } = context;
  const { update } = programs;
  const at = (name: string): string => {
    const view = update?.inputs.get(name) ?? update?.outputs.get(name);
    if (view === undefined) throw new Error(`the update has no '${name}'`);
    return layout.view(view, duringCall);
  };
  const usesCount = update?.inputs.has('stepCount') === true;
  return [
    `trainStep(batch_: ${names.type}Batch, { learningRate, initialState, batchSize: rows = batchSize }: TrainOptions) {`,
    "  if (!(learningRate > 0) || learningRate === Infinity) throw new RangeError(`the learning rate must be a positive number, not ${String(learningRate)}`);",
    '  const { loss } = this.valueAndGradient(batch_, initialState === undefined ? { batchSize: rows } : { initialState, batchSize: rows });',
    `  memory[${at('learningRate')}] = learningRate;`,
    '  stepCount++;',
    ...(usesCount ? [`  memory[${at('stepCount')}] = stepCount;`] : []),
    '  runUpdate();',
    '  packParameters();',
    `  return { loss, gradientNorm: memory[${at('gradientNorm')}]! };`,
    '},',
  ];
}

function stepMethods(context: CallContext): string[] {
  const { names, programs } = context;
  const { model } = programs;
  const first = [...model.inputs.keys()][0] ?? '';
  const type = programs.stepInputTypes.get(first);
  const row = dimCode(Dim.product(type === undefined ? [] : unstacked(type).shape.slice(1)), duringCall);
  return [
    `step(inputs: ${names.type}StepInputs) {`,
    `  setStepShape('inputs${access(first)}', inputs${access(first)}, ${row});`,
    ...writes(context, 'inputs', model.inputs.keys(), '', 'step').map((line) => `  ${line}`),
    '  runStep();',
    '  return stepViews();',
    '},',
    'resetState() {',
    ...[...model.states.keys()].map((name) => `  state${access(name)}.fill(0);`),
    '},',
  ];
}

function persistenceMethods(context: CallContext): string[] {
  const { names, programs, hash } = context;
  const slots = programs.optimizer?.slots ?? [];
  const optimizer = programs.update !== undefined;
  return [
    'resetTraining() {',
    ...(optimizer ? ['  stepCount = 0;', ...slots.map((slot) => `  slots${access(slot)}.fill(0);`)] : []),
    '  packParameters();',
    '},',
    'save() {',
    '  const parameters: Record<string, number[]> = {};',
    '  for (const [name, values] of Object.entries(params)) parameters[name] = Array.from(values);',
    ...(optimizer ? ['  const kept: Record<string, number[]> = {};', '  for (const [name, values] of Object.entries(slots)) kept[name] = Array.from(values);'] : []),
    `  return { module: '${programs.model.name}', definition: '${hash}', parameters${optimizer ? ', stepCount, slots: kept' : ''} };`,
    '},',
    `load(checkpoint: ${names.type}Checkpoint) {`,
    `  if (checkpoint.definition !== '${hash}') throw new Error(\`this is a checkpoint of '\${checkpoint.module}' with other equations or sizes (\${checkpoint.definition}), not of '${programs.model.name}' (${hash})\`);`,
    '  checkValues(params, checkpoint.parameters);',
    ...(optimizer ? ['  if (checkpoint.slots !== undefined) checkValues(slots, checkpoint.slots);'] : []),
    '  for (const [name, values] of Object.entries(params)) values.set(checkpoint.parameters[name]!);',
    ...(optimizer
      ? [
          '  for (const [name, values] of Object.entries(slots)) {',
          '    const kept = checkpoint.slots?.[name];',
          '    if (kept === undefined) values.fill(0);',
          '    else values.set(kept);',
          '  }',
          '  stepCount = checkpoint.stepCount ?? 0;',
        ]
      : []),
    '  packParameters();',
    '},',
  ];
}
