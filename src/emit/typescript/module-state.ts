import type { ValueType } from '../../graph/node.js';
import type { View } from '../../lower/kernel-program.js';
import type { LoweredProgram } from '../../lower/lower-program.js';
import type { Programs } from '../../program/build-programs.js';
import { elementsCode, hasEntry, hasGradients, method } from './module-context.js';
import type { ModuleContext } from './module-context.js';
import { access } from './module-names.js';

/**
 * A module whose loops all run forwards keeps a state between calls: that of `step`, and of calls with `carry`. A state that starts
 * from learned values has a mark for each row, in `fresh`, as long as it has not started: what is learned may change until then, and
 * its gradient is that of the sequences that start.
 */
export const keepsState = ({ step, model }: Programs): boolean => step !== undefined && model.states.size > 0;

/** Whether calls over sequences take `carry`. Modules that only run a cell forward stay as small as they can be: they have `step`. */
export const carriesState = (programs: Programs): boolean => keepsState(programs) && (hasGradients(programs) || hasEntry(programs, 'loss'));

export const learnsState = ({ model }: Programs): boolean => [...model.states.values()].some(({ fresh }) => fresh !== undefined);

/** Whether rows have marks that say that they have not started. */
export const marksRows = (programs: Programs): boolean => keepsState(programs) && learnsState(programs);

/** A state as a call may be given it. */
interface GivenState {
  readonly code: string;
  readonly input: string;
  readonly view: View;
  readonly type: ValueType;
}

/** Where a state of the step program lies, and how many elements one row has. */
function keptState({ programs, layout, sizes }: ModuleContext, name: string): { readonly at: string; readonly width: string; readonly type: ValueType } | undefined {
  const view = programs.step?.inputs.get(name);
  const type = programs.stepInputTypes.get(name);
  if (view === undefined || type === undefined) return undefined;
  return { at: layout.view(view, sizes.duringCall), width: elementsCode({ shape: type.shape.slice(1) }, sizes.duringCall), type };
}

/** Statements that bring a state to where a call over sequences starts: as given, as kept if the call carries it on, learned or zero. */
export function startStateLines(context: ModuleContext, { code, input, view, type }: GivenState, program: LoweredProgram, carries: boolean): string[] {
  const { programs, layout, sizes: { duringCall } } = context;
  const at = layout.view(view, duringCall);
  const length = elementsCode(type, duringCall);
  const kept = carries ? keptState(context, input) : undefined;
  const mark = program.inputs.get(programs.model.states.get(input)?.fresh ?? '');
  const markAt = mark && layout.view(mark, duringCall);
  if (kept === undefined) {
    return [`placeOrZero(${code}, ${at}, ${length});`, ...(markAt === undefined ? [] : [`arena.fill(${code} === undefined ? 1 : 0, ${markAt}, ${markAt} + batch);`])];
  }
  return [
    `placeState(${code}, carry, ${at}, ${kept.at}, ${length});`,
    ...(markAt === undefined ? [] : [`markFresh(${code} !== undefined, carry, ${markAt}, ${kept.at}, ${kept.width});`]),
  ];
}

/** Statements that leave the final state to the next call. */
export function keepLines({ programs }: ModuleContext): string[] {
  if (!carriesState(programs)) return [];
  const started = marksRows(programs) && programs.lengths ? 'initialState === undefined ? lengths : undefined' : '';
  return [`if (carry) keepState(${started});`];
}

/** Statements before a step of a model that learns where it starts. */
export function stepStateLines(context: ModuleContext, step: LoweredProgram): string[] {
  const { programs, layout, sizes: { duringCall } } = context;
  return [...programs.model.states].flatMap(([name, { fresh }]) => {
    const mark = step.inputs.get(fresh ?? '');
    const kept = keptState(context, name);
    return mark === undefined || kept === undefined ? [] : [`markFresh(false, true, ${layout.view(mark, duringCall)}, ${kept.at}, ${kept.width});`];
  });
}

export const stepTakenLines = ({ programs }: ModuleContext): string[] => (marksRows(programs) ? ['fresh.fill(0, 0, rows);'] : []);

/** Functions that bring states to their places and back. */
export function stateFunctions(context: ModuleContext): string[] {
  const { programs } = context;
  return [
    ...(marksRows(programs) ? ['/** Which rows of the state have not started since they were reset. */', 'const fresh = new Uint8Array(batchSize).fill(1);', ''] : []),
    ...(marksRows(programs) ? markFunction : []),
    ...(carriesState(programs) ? [...placeFunction, ...keepFunction(context)] : []),
  ];
}

const placeFunction = [
  '/** A state as given, carried or zero. */',
  'function placeState(values: Values | undefined, carried: boolean, at: number, stateAt: number, length: number): void {',
  '  if (values === undefined && carried) arena.copyWithin(at, stateAt, stateAt + length);',
  '  else placeOrZero(values, at, length);',
  '}',
  '',
];

const markFunction = [
  '/** Marks the rows that start from the learned state: all that are neither given nor carried on, and of these the fresh ones that nobody has written to. */',
  'function markFresh(given: boolean, carried: boolean, at: number, stateAt: number, width: number): void {',
  '  for (let row = 0; row < batch; row++) {',
  '    let kept = given || (carried && fresh[row] === 0);',
  '    if (carried) for (let k = row * width; k < (row + 1) * width && !kept; k++) kept = arena[stateAt + k] !== 0;',
  '    arena[at + row] = kept ? 0 : 1;',
  '  }',
  '}',
  '',
];

function keepFunction({ programs }: ModuleContext): string[] {
  const names = [...programs.model.states.keys()].filter((name) => programs.step?.inputs.has(name) === true && programs.sequence.outputs.has(`final.${name}`));
  if (!marksRows(programs)) {
    return [
      'function keepState(): void {',
      '  const { finalState } = forwardViews();',
      ...names.map((name) => `  state${access(name)}.set(finalState${access(name)});`),
      '}',
      '',
    ];
  }
  return [
    '/** Leaves the final state to the next call; a sequence of no steps has not started. */',
    `function keepState(${programs.lengths ? 'lengths: Int32Array | readonly number[] | undefined' : ''}): void {`,
    '  const { finalState } = forwardViews();',
    '  for (let row = 0; row < batch; row++) {',
    ...(programs.lengths ? ['    if (lengths?.[row] === 0) continue;'] : []),
    '    fresh[row] = 0;',
    ...names.map((name) => `    keepRow(state${access(name)}, finalState${access(name)}, row);`),
    '  }',
    '}',
    '',
    'function keepRow(values: Values, final: Values, row: number): void {',
    '  const width = values.length / batchSize;',
    '  for (let k = row * width; k < (row + 1) * width; k++) values[k] = final[k]!;',
    '}',
    '',
  ];
}

export function resetMethod({ programs }: ModuleContext): string[] {
  if (!keepsState(programs)) return method('resetState()', []);
  return method('resetState(rows)', [
    "for (const row of rows ?? []) checkInteger('a row', row, 0, batchSize - 1);",
    'for (const values of Object.values(state)) {',
    '  const width = values.length / batchSize;',
    '  if (rows === undefined) values.fill(0);',
    '  else for (const row of rows) values.fill(0, row * width, (row + 1) * width);',
    '}',
    ...(marksRows(programs) ? ['if (rows === undefined) fresh.fill(1);', 'else for (const row of rows) fresh[row] = 1;'] : []),
  ]);
}
