import { cotangentName } from '../../program/gradients.js';
import { checkLines, optional, placeLines, quoted, read, required, sequenceLines } from './call-lines.js';
import { indent } from './map-code.js';
import { elementsCode, hasEntry, method, packed, valueOf } from './module-context.js';
import type { ModuleContext } from './module-context.js';
import { directionalMethods } from './module-directional.js';
import { persistenceMethods } from './module-persistence.js';
import { carriesState, keepLines, resetMethod, stepStateLines, stepTakenLines } from './module-state.js';
import { trainingMethods } from './module-training.js';
import { unstacked } from './module-types.js';
import { stepSizeLines } from './size-checks.js';

/** The methods of a module. */
export function methodLines(context: ModuleContext): string[] {
  const { programs } = context;
  return [
    ...forwardMethod(context),
    ...(hasEntry(programs, 'backward') ? backwardMethod(context) : []),
    ...(hasEntry(programs, 'loss') ? lossMethods(context) : []),
    ...directionalMethods(context),
    ...trainingMethods(context),
    ...(programs.step === undefined ? [] : [...stepMethod(context), ...resetMethod(context)]),
    ...persistenceMethods(context),
  ];
}

/** Statements from the caller's values to the end of the forward pass. */
function forwardLines(context: ModuleContext, source: string, withTargets: boolean): string[] {
  const { programs, packsBeforeForward } = context;
  return [
    ...sequenceLines(context, { program: programs.sequence, types: programs.inputTypes, source, withTargets, carries: carriesState(programs) }),
    `${packsBeforeForward}();`,
    ...packed(context, 'forward'),
    ...keepLines(context),
  ];
}

/** What the methods that run over sequences take out of their options. */
const forwardOptions = ({ programs }: ModuleContext): string =>
  `{ ${[...(programs.model.states.size > 0 ? ['initialState'] : []), 'batchSize: rows = batchSize', ...(programs.lengths ? ['lengths'] : []), ...(carriesState(programs) ? ['carry = false'] : [])].join(', ')} }`;

function forwardMethod(context: ModuleContext): string[] {
  const { names, programs } = context;
  return method(`forward(inputs: ${names.type}Inputs, ${forwardOptions(context)}: ${names.type}ForwardOptions = {})`, [
    ...forwardLines(context, 'inputs', false),
    ...(hasEntry(programs, 'backward') ? ['tape = true;'] : []),
    'return forwardViews();',
  ]);
}

function backwardMethod(context: ModuleContext): string[] {
  const { names, programs, sizes } = context;
  const { model, sequence, inputTypes } = programs;
  const values = read(
    [
      ...optional('cotangents', model.outputs, (name) => cotangentName(`out.${name}`)),
      ...optional('dFinalState', model.states.keys(), (name) => cotangentName(`final.${name}`), true),
    ],
    sequence,
    inputTypes,
  );
  return method(`backward(cotangents: ${names.type}Cotangents = {}, { ${model.states.size > 0 ? 'dFinalState, ' : ''}accumulate = false }: ${names.type}BackwardOptions = {})`, [
    "if (!tape) throw new Error('call forward first: backward uses up what the last forward has kept');",
    ...checkLines(context, values, sizes.duringCall),
    'tape = false;',
    ...placeLines(context, values),
    'if (!accumulate) gradients.fill(0);',
    ...packed(context, 'backward'),
    'return backwardViews();',
  ]);
}

/** What the methods of a model with a loss share. */
export function lossFunctions(context: ModuleContext): string[] {
  const { names, programs } = context;
  if (!hasEntry(programs, 'loss')) return [];
  return [
    '/** Checks and places a batch, runs forward and gives the loss. */',
    `function computeLoss(examples: ${names.type}Batch, ${forwardOptions(context)}: ${names.type}ForwardOptions): number {`,
    ...indent([...forwardLines(context, 'examples', true), ...packed(context, 'loss'), `return ${valueOf(context, programs.sequence, 'loss')};`]),
    '}',
    '',
  ];
}

function lossMethods(context: ModuleContext): string[] {
  const { names, programs } = context;
  return [
    ...method(`evaluate(examples: ${names.type}Batch, options: ${names.type}ForwardOptions = {})`, [
      'const loss = computeLoss(examples, options);',
      'return { loss, ...forwardViews() };',
    ]),
    ...(hasEntry(programs, 'gradient')
      ? method(`valueAndGradient(examples: ${names.type}Batch, options: ${names.type}GradientOptions = {})`, [
          'const loss = computeLoss(examples, options);',
          'if (options.accumulate !== true) gradients.fill(0);',
          ...packed(context, 'gradient'),
          'return { loss, gradients: grads };',
        ])
      : []),
  ];
}

function stepMethod(context: ModuleContext): string[] {
  const { names, programs, sizes } = context;
  const { model, step, stepInputTypes } = programs;
  if (step === undefined) return [];
  const types = new Map([...stepInputTypes].map(([name, type]) => [name, unstacked(type)]));
  const values = read(required('inputs', model.inputs.keys()), step, types);
  const first = programs.batchSize === undefined ? values[0] : undefined;
  const row = first === undefined ? '' : elementsCode({ shape: first.type.shape.slice(1) }, sizes.requested);
  return method(`step(inputs: ${names.type}StepInputs)`, [
    first === undefined ? 'const rows = batchSize;' : `const rows = countOf(${quoted(first.label)}, ${first.code}, ${row}, batchSize, 'examples');`,
    ...stepSizeLines(context),
    ...checkLines(context, values, sizes.requested, first?.input),
    'start(rows, 1);',
    ...placeLines(context, values),
    ...stepStateLines(context, step),
    ...packed(context, 'step'),
    ...stepTakenLines(context),
    'return stepViews();',
  ]);
}
