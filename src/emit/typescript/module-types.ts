import type { InterfaceDeclarationStructure, OptionalKind, PropertySignatureStructure } from 'ts-morph';
import type { ValueType } from '../../graph/node.js';
import type { Programs } from '../../program/build-programs.js';
import { gradientName } from '../../program/gradients.js';
import type { CreatorOption } from './creator-options.js';
import { property, shapeText } from './module-names.js';
import type { ModuleNames } from './module-names.js';
import { savesState } from './module-persistence.js';
import { marksRows } from './module-state.js';

const numbers = '{ readonly [name: string]: readonly number[] }';

type Interface = OptionalKind<InterfaceDeclarationStructure>;
type Property = OptionalKind<PropertySignatureStructure>;

/** The interfaces of a module: what its creator takes and what it gives. */
export function moduleInterfaces(programs: Programs, names: ModuleNames, array: string, options: readonly CreatorOption[]): Interface[] {
  const { model, parameters, freeDims, outputTypes, inputTypes, optimizer, batchSize } = programs;
  const { type } = names;
  const trains = outputTypes.has('loss');
  const differentiates = programs.sequence.entries.some((entry) => entry.name === 'backward' || entry.name === 'gradient');
  const values = (entries: Iterable<readonly [string, ValueType]>, optional = false): Property[] =>
    [...entries].map(([name, { shape }]) => ({
      name: property(name),
      type: array,
      isReadonly: true,
      hasQuestionToken: optional,
      docs: [shapeText(shape)],
    }));
  const typed = (keys: Iterable<string>, types: ReadonlyMap<string, ValueType>, prefix = ''): [string, ValueType][] =>
    [...keys].flatMap((key) => {
      const found = types.get(`${prefix}${key}`);
      return found === undefined ? [] : [[key, found] as [string, ValueType]];
    });
  const make = (name: string, doc: string, properties: Property[]): Interface => ({
    name: `${type}${name}`,
    isExported: true,
    docs: [doc],
    properties,
  });
  const given = [...model.inputs.keys()];
  const targets = [...model.targets.keys()];
  const states = [...model.states.keys()];
  const field = (name: string, fieldType: string, doc: string, optional = false): Property => ({
    name,
    type: fieldType,
    isReadonly: true,
    hasQuestionToken: optional,
    docs: [doc],
  });
  const found: Interface[] = [
    make('Options', 'What the arena is made for. Its memory is taken over: what is in it is lost.', [
      ...(freeDims.length > 0 ? [field('sizes', `{ ${freeDims.map((dim) => `readonly ${dim}: number`).join('; ')} }`, 'Positive integers.')] : []),
      field('batchSize', 'number', batchSize === undefined ? 'The largest batch; default 1.' : `The batch: ${String(batchSize)}, fixed when the module was built.`, true),
      field('maxSteps', 'number', 'The largest number of steps; default 1.', true),
      ...options.map(({ name, type: fieldType, doc }) => field(name, fieldType, doc, true)),
    ]),
    make('Parameters', `Parameters${differentiates ? ', or their gradients,' : ''} by name: views into one flat array.`, values(parameters.map(({ name, shape }) => [name, { dtype: 'real', shape }] as const))),
    make('Inputs', `Sequences, ${programs.batchFirst ? 'batch first' : 'time-major'}.`, values(typed(given, inputTypes))),
    make('Outputs', 'Outputs of all steps; they lie in the arena until the next call.', values(typed(model.outputs, outputTypes, 'out.'))),
    make('State', 'States by name.', values(typed(states, inputTypes))),
  ];
  if (programs.step !== undefined) {
    found.push(
      make('StepInputs', 'One step.', values(typed(given, programs.stepInputTypes).map(([name, own]) => [name, unstacked(own)] as const))),
      make('StepOutputs', 'Outputs of one step; they lie in the arena until the next call.', values(typed(model.outputs, programs.stepOutputTypes, 'out.').map(([name, own]) => [name, unstacked(own)] as const))),
    );
  }
  if (trains) found.push(make('Batch', 'A batch to learn from: inputs and targets.', values(typed([...given, ...targets], inputTypes))));
  if (differentiates && !trains) {
    found.push(
      make('Cotangents', 'Derivatives of a loss by the outputs; those left out are zero.', values(typed(model.outputs, outputTypes, 'out.'), true)),
      make('Gradients', 'Derivatives of the loss.', [
        field('params', `${type}Parameters`, 'By the parameters.'),
        field('inputs', objectType(typed(given, outputTypes, gradientName('')), array), 'By the inputs.'),
        field('initialState', objectType(typed(states, outputTypes, gradientName('')), array), 'By the initial state.'),
      ]),
    );
  }
  found.push(...directionalInterfaces());
  found.push(
    make('Checkpoint', `What \`save\` gives: plain data, fit for JSON. The number -5e-324 stands for -0${array === 'Float64Array' ? ', and is read as -0' : ''}.`, [
      field('format', 'number', 'The version of this layout.'),
      field('module', 'string', 'The definition.'),
      field('definition', 'string', 'The hash of equations, parameters, fixed sizes and precision, and the sizes created.'),
      field('parameters', numbers, 'Values by parameter.'),
      ...(optimizer === undefined
        ? []
        : [
            field(
              'optimizer',
              `{ readonly name: string; readonly definition: string; readonly stepCount: number; readonly slots: { readonly [slot: string]: ${numbers} } }`,
              'The optimizer with the hash of its rule, the number of updates so far, and what it keeps by parameter; training starts anew without it.',
              true,
            ),
          ]),
      ...(savesState(programs) ? [field('state', numbers, 'The state, if it was asked for.', true)] : []),
      ...(savesState(programs) && marksRows(programs) ? [field('fresh', 'readonly number[]', 'For each row of the state, 1 if it has not started yet.', true)] : []),
    ]),
  );
  return found;

  function directionalInterfaces(): Interface[] {
    const { directional } = programs;
    if (directional.size === 0) return [];
    const flat = 'All of them as one array, in the order of `parameters` of the module.';
    const ofRealNumbers = (keys: Iterable<string>, known: ReadonlyMap<string, ValueType>, prefix = ''): [string, ValueType][] =>
      typed(keys, known, prefix).filter(([, { dtype }]) => dtype === 'real');
    const inputFields = ofRealNumbers(given, inputTypes);
    const stateFields = ofRealNumbers(states, inputTypes);
    return [
      make('Tangents', 'A direction; what is left out of it is zero.', [
        field('params', `Partial<${type}Parameters>`, 'By parameter; it takes the place of that part of `parameters`.', true),
        field('parameters', array, flat, true),
        field('inputs', partialOf(inputFields, array), 'By input.', true),
        field('initialState', partialOf(stateFields, array), 'By initial state.', true),
      ]),
      ...(directional.has('jvp')
        ? [
            make('OutputTangents', 'Derivatives along a direction; they lie in the arena until the next call.', [
              ...(trains ? [field('loss', 'number', 'Of the loss.')] : []),
              field('outputs', objectType(ofRealNumbers(model.outputs, outputTypes, 'out.'), array), 'Of the outputs.'),
              field('finalState', objectType(ofRealNumbers(states, outputTypes, 'final.'), array), 'Of the final state.'),
            ]),
          ]
        : []),
      ...(directional.has('hvp')
        ? [
            make('HessianProducts', 'How the gradient changes along a direction; it lies in the arena until the next call.', [
              field('params', `${type}Parameters`, 'By parameter.'),
              field('parameters', array, flat),
              ...(trains ? [] : [field('inputs', objectType(inputFields, array), 'By input.'), field('initialState', objectType(stateFields, array), 'By initial state.')]),
            ]),
          ]
        : []),
    ];
  }
}

/** The type without its leading axis of one step. */
export function unstacked(type: ValueType): ValueType {
  return type.shape[0]?.constantValue === 1 ? { ...type, shape: type.shape.slice(1) } : type;
}

function partialOf(entries: readonly (readonly [string, ValueType])[], array: string): string {
  return entries.length === 0 ? 'Record<string, never>' : `Partial<${objectType(entries, array)}>`;
}

function objectType(entries: readonly (readonly [string, ValueType])[], array: string): string {
  return entries.length === 0 ? 'Record<string, never>' : `{ ${entries.map(([name]) => `readonly ${property(name)}: ${array}`).join('; ')} }`;
}
