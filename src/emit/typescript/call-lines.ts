import type { Dim } from '../../graph/dim.js';
import type { ValueType } from '../../graph/node.js';
import { batchDim, timeDim } from '../../graph/stage-dims.js';
import type { LoweredProgram } from '../../lower/lower-program.js';
import { lengthsInput } from '../../optimize/mask.js';
import { isBatchOfSequences } from '../../program/batch-first.js';
import { indexRanges } from './index-ranges.js';
import { elementsCode } from './module-context.js';
import type { ModuleContext } from './module-context.js';
import { access, optionalAccess } from './module-names.js';
import { startStateLines } from './module-state.js';
import { calledSizeLines } from './size-checks.js';
import { dimCode } from './scope.js';
import type { SymbolNames } from './scope.js';

/** Something that a call is given: what the caller calls it, and what the program does. */
export interface Given {
  readonly label: string;
  readonly code: string;
  readonly input: string;
  readonly optional: boolean;
}

export const required = (source: string, keys: Iterable<string>): Given[] =>
  [...keys].map((key) => ({ label: `${source}${access(key)}`, code: `${source}${access(key)}`, input: key, optional: false }));

export const optional = (source: string, keys: Iterable<string>, input: (key: string) => string, groupMayMiss = false): Given[] =>
  [...keys].map((key) => ({
    label: `${source}${access(key)}`,
    code: `${source}${groupMayMiss ? optionalAccess(key) : access(key)}`,
    input: input(key),
    optional: true,
  }));

export const quoted = (label: string): string => (label.includes("'") ? `"${label}"` : `'${label}'`);

/** What of it the program reads, with its type and place. */
export function read(given: readonly Given[], program: LoweredProgram, types: ReadonlyMap<string, ValueType>) {
  return given.flatMap((each) => {
    const view = program.inputs.get(each.input);
    const type = types.get(each.input);
    return view === undefined || type === undefined ? [] : [{ ...each, view, type }];
  });
}

/** Statements that check given values; `skip` is known to be right. With lengths, indices behind the end of a sequence may be any. */
export function checkLines(context: ModuleContext, values: ReturnType<typeof read>, symbols: SymbolNames, skip?: string, lengths = false): string[] {
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

const axisOf = ({ shape }: Pick<ValueType, 'shape'>, dim: Dim): number => shape.findIndex((size) => size.equals(dim));

/** The part of a value that belongs to one step. */
function oneStep(type: ValueType): Pick<ValueType, 'shape'> {
  const time = axisOf(type, timeDim);
  return { shape: type.shape.filter((_, axis) => axis !== time) };
}

/** How far apart two elements lie that follow one another along the axis of a size; undefined where there is none. */
function strideCode({ shape }: ValueType, dim: Dim, symbols: SymbolNames): string | undefined {
  const axis = axisOf({ shape }, dim);
  return axis < 0 ? undefined : elementsCode({ shape: shape.slice(axis + 1) }, symbols);
}

export function placeLines({ layout, sizes: { duringCall } }: ModuleContext, values: ReturnType<typeof read>): string[] {
  return values.map(({ code, view, type, optional: mayMiss }) => {
    const at = layout.view(view, duringCall);
    return mayMiss ? `placeOrZero(${code}, ${at}, ${elementsCode(type, duringCall)});` : `place(${code}, ${at});`;
  });
}

/** A call over sequences. */
export interface SequenceCall {
  readonly program: LoweredProgram;
  /** Types of what the program reads, by name. */
  readonly types: ReadonlyMap<string, ValueType>;
  /** What holds the inputs, with those that only the loss reads where there are such. */
  readonly source: string;
  readonly withTargets: boolean;
  /** What is given besides. */
  readonly others?: readonly Given[];
  /** Whether the state may be carried on from the last call. */
  readonly carries: boolean;
  /** Statements that check and place what else is given. */
  readonly checks?: readonly string[];
  readonly places?: readonly string[];
}

/** Statements that bring the caller's values to their places. Nothing is changed before all is checked. */
export function sequenceLines(context: ModuleContext, call: SequenceCall): string[] {
  const { program, types, source, withTargets, others = [], carries, checks = [], places = [] } = call;
  const { programs, sizes } = context;
  const { model } = programs;
  const values = read(required(source, [...model.inputs.keys(), ...(withTargets ? model.targets.keys() : [])]), program, types);
  const states = read(optional('initialState', model.states.keys(), (name) => name, true), program, types);
  const besides = read(others, program, types);
  const timed = values.find(({ type }) => isBatchOfSequences(type));
  const row = timed === undefined ? '' : elementsCode(oneStep(timed.type), sizes.requested);
  return [
    programs.batchSize === undefined ? "checkInteger('batchSize', rows, 1, batchSize);" : 'checkBatch(rows);',
    timed === undefined ? 'const count = 1;' : `const count = countOf(${quoted(timed.label)}, ${timed.code}, ${row}, maxSteps, 'steps');`,
    ...calledSizeLines(context, withTargets),
    ...(programs.lengths ? ['checkLengths(lengths, rows, count);'] : []),
    ...checks,
    ...checkLines(context, [...values, ...states, ...besides], sizes.requested, timed?.input, programs.lengths),
    'start(rows, count);',
    ...placeLines(context, [...values, ...besides]),
    ...states.flatMap((state) => startStateLines(context, state, program, carries)),
    ...lengthsLines(context, program),
    ...places,
  ];
}

function lengthsLines({ programs, layout, sizes: { duringCall } }: ModuleContext, program: LoweredProgram): string[] {
  const view = programs.lengths ? program.inputs.get(lengthsInput) : undefined;
  return view === undefined ? [] : [`placeLengths(lengths, ${layout.view(view, duringCall)});`];
}
