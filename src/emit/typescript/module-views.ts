import type { ValueType } from '../../graph/node.js';
import type { View } from '../../lower/kernel-program.js';
import type { LoweredProgram } from '../../lower/lower-program.js';
import { gradientName } from '../../program/gradients.js';
import type { Programs } from '../../program/build-programs.js';
import { flatSize } from '../../program/regions.js';
import { indent } from './map-code.js';
import { elementsCode, hasEntry, hasGradients, viewCode } from './module-context.js';
import type { ModuleContext } from './module-context.js';
import { objectLines, property, shapeText } from './module-names.js';
import { dimCode } from './scope.js';
import type { SymbolNames } from './scope.js';

/** The views that are there from the start, and functions that make those of a call. */
export function viewDeclarations(context: ModuleContext): string[] {
  const { programs, layout, sizes } = context;
  const { sequence, step, update, model, optimizer } = programs;
  const flat = dimCode(flatSize(programs.parameters), sizes.capacity);
  // Gradients, or directions, lie in arrays like that of the parameters.
  const hasSeveral = hasGradients(programs) || programs.directional.size > 0;
  const parameterFields = programs.parameters.map(({ name, shape }) => `  ${property(name)}: next(${elementsCode({ shape }, sizes.capacity)}), // ${shapeText(shape)}`);
  const forward = [
    ['outputs', outputFields(context, sequence, 'out.', model.outputs, programs.outputTypes)],
    ['finalState', outputFields(context, sequence, 'final.', model.states.keys(), programs.outputTypes)],
  ] as const;
  const backward = [
    ['inputs', outputFields(context, sequence, gradientName(''), model.inputs.keys(), programs.outputTypes)],
    ['initialState', outputFields(context, sequence, gradientName(''), model.states.keys(), programs.outputTypes)],
  ] as const;
  return [
    ...(parameterFields.length === 0 ? [...noParameters, ...(hasSeveral ? ['const byParameter = (_at: number): typeof params => ({});'] : [])] : hasSeveral
      ? [
          '/** A flat array by parameter: they lie one behind the other. */',
          'const byParameter = (at: number) => {',
          '  const next = (length: number): Values => arena.subarray(at, (at += length));',
          '  return {',
          ...indent(parameterFields),
          '  };',
          '};',
          `const params = byParameter(${layout.flat('parameter')});`,
        ]
      : [
          '// The parameters lie one behind the other.',
          `let at = ${layout.flat('parameter')};`,
          'const next = (length: number): Values => arena.subarray(at, (at += length));',
          'const params = {',
          ...parameterFields,
          '};',
        ]),
    ...(hasGradients(programs) ? [`const grads = byParameter(${layout.flat('gradient')});`, `const gradients = view(${layout.flat('gradient')}, ${flat});`] : []),
    ...(update === undefined || optimizer === undefined || optimizer.slots.length === 0
      ? []
      : objectLines('const slots = ', optimizer.slots.map((slot) => `${property(slot)}: byParameter(${slotStart(context, update, slot)})`), ';')),
    ...cachedViews('forwardViews', forward),
    ...(hasEntry(programs, 'backward') ? cachedViews('backwardViews', backward, ['params: grads']) : []),
    ...(step === undefined
      ? []
      : [
          ...objectLines('const state = ', inputFields(context, step, model.states.keys(), programs.stepInputTypes), ';'),
          ...objectLines('const stepViews = cached(() => (', outputFields(context, step, 'out.', model.outputs, programs.stepOutputTypes), '));'),
        ]),
    '',
  ];
}

/** An empty object literal would have properties of no type. */
const noParameters = ['const params: { readonly [name: string]: Values } = {};'];

/** Where inputs of the created batch and steps lie. */
export function inputViewLines(context: ModuleContext): string[] {
  const { model, sequence, inputTypes } = context.programs;
  return objectLines('inputs: ', inputFields(context, sequence, [...model.inputs.keys(), ...model.targets.keys()], inputTypes), ',');
}

/** Views for the current batch and steps; made again only when these change. */
export function cachedViews(name: string, groups: readonly (readonly [group: string, fields: readonly string[]])[], others: readonly string[] = []): string[] {
  return [
    `const ${name} = cached(() => ({`,
    ...others.map((line) => `  ${line},`),
    ...groups.flatMap(([group, fields]) => indent(objectLines(`${group}: `, fields, ','))),
    '}));',
  ];
}

export function outputFields(
  context: ModuleContext,
  program: LoweredProgram,
  prefix: string,
  keys: Iterable<string>,
  types: Programs['outputTypes'],
): string[] {
  const { duringCall } = context.sizes;
  return fields(context, keys, duringCall, (key) => [program.outputs.get(`${prefix}${key}`), types.get(`${prefix}${key}`)]);
}

function inputFields(context: ModuleContext, program: LoweredProgram, keys: Iterable<string>, types: ReadonlyMap<string, ValueType>): string[] {
  return fields(context, keys, context.sizes.capacity, (key) => [program.inputs.get(key), types.get(key)]);
}

function slotStart({ layout, sizes }: ModuleContext, update: LoweredProgram, slot: string): string {
  const view = update.inputs.get(`slot.${slot}`);
  if (view === undefined) throw new Error(`the update has no slot '${slot}'`);
  return layout.view(view, sizes.capacity);
}

function fields(
  context: ModuleContext,
  keys: Iterable<string>,
  symbols: SymbolNames,
  find: (key: string) => readonly [View | undefined, ValueType | undefined],
): string[] {
  return [...keys].flatMap((key) => {
    const [view, type] = find(key);
    return view === undefined || type === undefined ? [] : [`${property(key)}: ${viewCode(context, view, type, symbols)}`];
  });
}
