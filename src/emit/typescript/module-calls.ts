import type { Dim } from '../../graph/dim.js';
import type { ValueType } from '../../graph/node.js';
import { batchDim, timeDim } from '../../graph/stage-dims.js';
import type { LoweredProgram } from '../../lower/lower-program.js';
import { lengthsInput } from '../../optimize/mask.js';
import { cotangentName } from '../../program/build-programs.js';
import { indexRanges } from './index-ranges.js';
import { indent } from './map-code.js';
import { elementsCode, hasEntry, method, packed, valueOf } from './module-context.js';
import type { ModuleContext } from './module-context.js';
import { access, optionalAccess } from './module-names.js';
import { persistenceMethods } from './module-persistence.js';
import { carriesState, keepLines, resetMethod, startStateLines, stepStateLines, stepTakenLines } from './module-state.js';
import { trainingMethods } from './module-training.js';
import { unstacked } from './module-types.js';
import { dimCode } from './scope.js';
import type { SymbolNames } from './scope.js';

/** Something that a call is given: what the caller calls it, and what the program does. */
interface Given {
  readonly label: string;
  readonly code: string;
  readonly input: string;
  readonly optional: boolean;
}

/** The methods of a module. */
export function methodLines(context: ModuleContext): string[] {
  const { programs } = context;
  return [
    ...forwardMethod(context),
    ...(hasEntry(programs, 'backward') ? backwardMethod(context) : []),
    ...(hasEntry(programs, 'loss') ? lossMethods(context) : []),
    ...trainingMethods(context),
    ...(programs.step === undefined ? [] : [...stepMethod(context), ...resetMethod(context)]),
    ...persistenceMethods(context),
  ];
}

const required = (source: string, keys: Iterable<string>): Given[] =>
  [...keys].map((key) => ({ label: `${source}${access(key)}`, code: `${source}${access(key)}`, input: key, optional: false }));

const optional = (source: string, keys: Iterable<string>, input: (key: string) => string, absent = false): Given[] =>
  [...keys].map((key) => ({
    label: `${source}${access(key)}`,
    code: `${source}${absent ? optionalAccess(key) : access(key)}`,
    input: input(key),
    optional: true,
  }));

const quoted = (label: string): string => (label.includes("'") ? `"${label}"` : `'${label}'`);

/** What of it the program reads, with its type and place. */
function read(given: readonly Given[], program: LoweredProgram, types: ReadonlyMap<string, ValueType>) {
  return given.flatMap((each) => {
    const view = program.inputs.get(each.input);
    const type = types.get(each.input);
    return view === undefined || type === undefined ? [] : [{ ...each, view, type }];
  });
}

/** Statements that check given values; `skip` is known to be right. With lengths, indices behind the end of a sequence may be any. */
function checkLines(context: ModuleContext, values: ReturnType<typeof read>, symbols: SymbolNames, skip?: string, lengths = false): string[] {
  const ranges = indexRanges(context.programs.model);
  const replacements = new Map(Object.entries(context.programs.sizes));
  return values.flatMap(({ label, code, type, input, optional: mayMiss }) => [
    ...(input === skip ? [] : [`${mayMiss ? 'checkOptional' : 'check'}(${quoted(label)}, ${code}, ${elementsCode(type, symbols)});`]),
    ...(ranges.get(input) ?? []).map(({ size: rows, except }) => {
      const size = dimCode(rows, (symbol) => String(replacements.get(symbol) ?? symbols(symbol)));
      const besides = except === undefined ? '' : `, ${String(except)}`;
      const [step, example] = lengths ? [timeDim, batchDim].map((dim) => strideCode(type, dim, symbols)) : [];
      return step === undefined || example === undefined
        ? `checkIndices(${quoted(label)}, ${code}, ${size}${besides});`
        : `checkValidIndices(${quoted(label)}, ${code}, ${size}, lengths, ${symbols(timeDim.key)}, ${step}, ${symbols(batchDim.key)}, ${example}${besides});`;
    }),
  ]);
}

/** How far apart two elements lie that follow one another along the axis of a size; undefined where there is none. */
function strideCode({ shape }: ValueType, dim: Dim, symbols: SymbolNames): string | undefined {
  const axis = shape.findIndex((size) => size.equals(dim));
  return axis < 0 ? undefined : elementsCode({ shape: shape.slice(axis + 1) }, symbols);
}

function placeLines({ layout, sizes: { duringCall } }: ModuleContext, values: ReturnType<typeof read>): string[] {
  return values.map(({ code, view, type, optional: mayMiss }) => {
    const at = layout.view(view, duringCall);
    return mayMiss ? `placeOrZero(${code}, ${at}, ${elementsCode(type, duringCall)});` : `place(${code}, ${at});`;
  });
}

/** Statements from the caller's values to the end of the forward pass. Nothing is changed before all is checked. */
function forwardLines(context: ModuleContext, source: string, withTargets: boolean): string[] {
  const { programs, sizes } = context;
  const { model, sequence, inputTypes } = programs;
  const values = read(required(source, [...model.inputs.keys(), ...(withTargets ? model.targets.keys() : [])]), sequence, inputTypes);
  const states = read(optional('initialState', model.states.keys(), (name) => name, true), sequence, inputTypes);
  const timed = values.find(({ type }) => type.shape[0]?.key === 'T' && type.shape[1]?.key === 'B');
  const row = timed === undefined ? '' : elementsCode({ shape: timed.type.shape.slice(1) }, sizes.requested);
  return [
    programs.batchSize === undefined ? "checkInteger('batchSize', rows, 1, batchSize);" : 'checkBatch(rows);',
    timed === undefined ? 'const count = 1;' : `const count = stepsOf(${quoted(timed.label)}, ${timed.code}, ${row});`,
    ...(programs.lengths ? ['checkLengths(lengths, rows, count);'] : []),
    ...checkLines(context, [...values, ...states], sizes.requested, timed?.input, programs.lengths),
    'start(rows, count);',
    ...placeLines(context, values),
    ...states.flatMap((state) => startStateLines(context, state)),
    ...lengthsLines(context),
    `${context.packsBeforeForward}();`,
    ...packed(context, 'forward'),
    ...keepLines(context),
  ];
}

function lengthsLines({ programs, layout, sizes: { duringCall } }: ModuleContext): string[] {
  const view = programs.lengths ? programs.sequence.inputs.get(lengthsInput) : undefined;
  return view === undefined ? [] : [`placeLengths(lengths, ${layout.view(view, duringCall)});`];
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
  return method(`backward(cotangents: ${names.type}Cotangents = {}, { dFinalState, accumulate = false }: ${names.type}BackwardOptions = {})`, [
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
  const [first] = values;
  const row = first === undefined ? '' : elementsCode({ shape: first.type.shape.slice(1) }, sizes.requested);
  return method(`step(inputs: ${names.type}StepInputs)`, [
    first === undefined ? 'const rows = batchSize;' : `const rows = rowsOf(${quoted(first.label)}, ${first.code}, ${row});`,
    ...checkLines(context, values, sizes.requested, first?.input),
    'start(rows, 1);',
    ...placeLines(context, values),
    ...stepStateLines(context, step),
    ...packed(context, 'step'),
    ...stepTakenLines(context),
    'return stepViews();',
  ]);
}
