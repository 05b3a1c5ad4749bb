import type { ValueType } from '../../graph/node.js';
import type { DirectionalDerivative } from '../../program/directional.js';
import { tangentName } from '../../program/directional.js';
import { cotangentName, gradientName } from '../../program/gradients.js';
import type { Programs } from '../../program/build-programs.js';
import { flatSize } from '../../program/regions.js';
import { optional, sequenceLines } from './call-lines.js';
import type { Given } from './call-lines.js';
import { hasEntry, method, packed, valueOf } from './module-context.js';
import type { ModuleContext } from './module-context.js';
import { carriesState } from './module-state.js';
import { cachedViews, outputFields } from './module-views.js';
import { dimCode } from './scope.js';

/**
 * The methods `jvp` and `hvp`. A direction has a part for each parameter, each input of real numbers and each initial state; what a call
 * does not give of it is zero. Their values lie apart from those of `forward`, but their inputs don't: a call ends what `backward` reads.
 */
export function directionalMethods(context: ModuleContext): string[] {
  const { programs } = context;
  return [...(programs.directional.has('jvp') ? jvpMethod(context) : []), ...(programs.directional.has('hvp') ? hvpMethod(context) : [])];
}

/** Names of what a direction moves, parameters aside. */
export function variedKeys({ model, inputTypes }: Programs, kind: 'inputs' | 'states'): string[] {
  return [...model[kind].keys()].filter((name) => inputTypes.get(name)?.dtype === 'real');
}

/** The options of a call: those of `forward` but for carrying on, since the direction ends with the call. */
export const directionalOptions = ({ programs, names: { type } }: ModuleContext): string =>
  carriesState(programs) ? `Omit<${type}ForwardOptions, 'carry'>` : `${type}ForwardOptions`;

function optionPattern({ model, lengths }: Programs, others: readonly string[] = []): string {
  return `{ ${[...(model.states.size > 0 ? ['initialState', ...others] : []), 'batchSize: rows = batchSize', ...(lengths ? ['lengths'] : [])].join(', ')} }`;
}

function jvpMethod(context: ModuleContext): string[] {
  const { programs, names: { type } } = context;
  const { hasLoss } = programs.model;
  const loss = (name: string): string => `loss: ${valueOf(context, programOf(programs, 'jvp'), name)}, `;
  const source = hasLoss ? 'examples' : 'inputs';
  return method(`jvp(${source}: ${type}${hasLoss ? 'Batch' : 'Inputs'}, tangents: ${type}Tangents, ${optionPattern(programs)}: ${directionalOptions(context)} = {})`, [
    ...callLines(context, 'jvp', source, []),
    ...packed(context, 'jvp'),
    hasLoss
      ? `return { ${loss('loss')}...jvpViews(), tangents: { ${loss(tangentName('loss'))}...jvpTangents() } };`
      : 'return { ...jvpViews(), tangents: jvpTangents() };',
  ]);
}

function hvpMethod(context: ModuleContext): string[] {
  const { programs, names: { type } } = context;
  const { model } = programs;
  const head = model.hasLoss
    ? `hvp(examples: ${type}Batch, tangents: ${type}Tangents, ${optionPattern(programs)}: ${directionalOptions(context)} = {})`
    : `hvp(inputs: ${type}Inputs, cotangents: ${type}Cotangents, tangents: ${type}Tangents, ${optionPattern(programs, ['dFinalState'])}: ${type}HvpOptions = {})`;
  const cotangents = model.hasLoss
    ? []
    : [
        ...optional('cotangents', model.outputs, (name) => cotangentName(`out.${name}`)),
        ...optional('dFinalState', model.states.keys(), (name) => cotangentName(`final.${name}`), true),
      ];
  return method(head, [...callLines(context, 'hvp', model.hasLoss ? 'examples' : 'inputs', cotangents), ...packed(context, 'hvp'), 'return hvpViews();']);
}

/** Statements from the caller's values to all of them in their places. */
function callLines(context: ModuleContext, kind: DirectionalDerivative, source: string, cotangents: readonly Given[]): string[] {
  const { programs } = context;
  const types = new Map<string, ValueType>([...programs.inputTypes].flatMap(([name, type]) => [[name, type], [tangentName(name), type]]));
  return sequenceLines(context, {
    program: programOf(programs, kind),
    types,
    source,
    withTargets: programs.model.hasLoss,
    others: [
      ...cotangents,
      ...optional('tangents.inputs', variedKeys(programs, 'inputs'), tangentName, true),
      ...optional('tangents.initialState', variedKeys(programs, 'states'), tangentName, true),
    ],
    carries: false,
    checks: ['checkDirection(tangents);'],
    places: ['placeDirection(tangents);'],
  });
}

function programOf({ directional }: Programs, kind: DirectionalDerivative) {
  const program = directional.get(kind);
  if (program === undefined) throw new Error(`the module has no '${kind}'`);
  return program;
}

/** What the interface of a module says about the methods. */
export function directionalInterface(context: ModuleContext): string[] {
  const { programs, names: { type } } = context;
  const { directional, model } = programs;
  const options = directionalOptions(context);
  const batch = `${type}Batch`;
  const tapeText = hasEntry(programs, 'backward') ? ' Ends what `backward` could use.' : '';
  return [
    ...(directional.has('jvp')
      ? [
          '  /**',
          `   * What \`${model.hasLoss ? 'evaluate' : 'forward'}\` gives, and in \`tangents\` its derivative along a direction, in one pass.${tapeText}`,
          '   * Throws as `forward`; the direction is checked too.',
          '   */',
          model.hasLoss
            ? `  jvp(batch: ${batch}, tangents: ${type}Tangents, options?: ${options}): { readonly loss: number; readonly outputs: ${type}Outputs; readonly finalState: ${type}State; readonly tangents: ${type}OutputTangents };`
            : `  jvp(inputs: ${type}Inputs, tangents: ${type}Tangents, options?: ${options}): { readonly outputs: ${type}Outputs; readonly finalState: ${type}State; readonly tangents: ${type}OutputTangents };`,
        ]
      : []),
    ...(directional.has('hvp')
      ? [
          '  /**',
          ...(model.hasLoss
            ? ['   * The Hessian of the loss by the parameters times a direction. A direction by inputs or initial state adds how the gradient', '   * changes along it.']
            : ['   * How the gradients that `backward` gives for these cotangents change along a direction: the Hessian of `⟨cotangents, outputs⟩`', '   * times it.']),
          `   * Keeps \`gradients\` as they are.${tapeText} Throws as \`forward\`; the direction is checked too.`,
          '   */',
          model.hasLoss
            ? `  hvp(batch: ${batch}, tangents: ${type}Tangents, options?: ${options}): ${type}HessianProducts;`
            : `  hvp(inputs: ${type}Inputs, cotangents: ${type}Cotangents, tangents: ${type}Tangents, options?: ${type}HvpOptions): ${type}HessianProducts;`,
        ]
      : []),
  ];
}

/** The options of `hvp`, where it takes more than `forward` does. */
export function directionalOptionInterfaces(context: ModuleContext): string[] {
  const { programs, names: { type } } = context;
  if (!programs.directional.has('hvp') || programs.model.hasLoss) return [];
  return [
    `export interface ${type}HvpOptions extends ${directionalOptions(context)} {`,
    ...(programs.model.states.size === 0
      ? []
      : ['  /** Derivatives of the loss by the final state; those left out are zero. */', `  readonly dFinalState?: Partial<${type}State> | undefined;`]),
    '}',
    '',
  ];
}

/** The views that the methods give, and where a direction by the parameters lies. */
export function directionalViews(context: ModuleContext): string[] {
  const { programs, layout, sizes } = context;
  const { model, directional, inputTypes, outputTypes } = programs;
  if (directional.size === 0) return [];
  const size = dimCode(flatSize(programs.parameters), sizes.capacity);
  const jvp = directional.get('jvp');
  const hvp = directional.get('hvp');
  const forward = (prefix: string) =>
    jvp === undefined
      ? []
      : ([
          ['outputs', outputFields(context, jvp, `${prefix}out.`, model.outputs, prefixed(outputTypes, prefix))],
          ['finalState', outputFields(context, jvp, `${prefix}final.`, model.states.keys(), prefixed(outputTypes, prefix))],
        ] as const);
  const products = tangentName(gradientName(''));
  return [
    `const direction = byParameter(${layout.flat('direction')});`,
    ...(jvp === undefined ? [] : [...cachedViews('jvpViews', forward('')), ...cachedViews('jvpTangents', forward(tangentName('')))]),
    ...(hvp === undefined
      ? []
      : cachedViews(
          'hvpViews',
          model.hasLoss
            ? []
            : [
                ['inputs', outputFields(context, hvp, products, variedKeys(programs, 'inputs'), prefixed(inputTypes, products))],
                ['initialState', outputFields(context, hvp, products, variedKeys(programs, 'states'), prefixed(inputTypes, products))],
              ],
          [`params: byParameter(${layout.flat('product')})`, `parameters: view(${layout.flat('product')}, ${size})`],
        )),
    '',
  ];
}

const prefixed = (types: ReadonlyMap<string, ValueType>, prefix: string): Map<string, ValueType> => new Map([...types].map(([name, type]) => [`${prefix}${name}`, type]));

const keysCode = (keys: readonly string[]): string => keys.map((key) => `'${key}'`).join(', ');

/** Functions that check a direction by the parameters and bring it to its place. */
export function directionFunctions({ programs, layout, sizes, names: { type } }: ModuleContext): string[] {
  if (programs.directional.size === 0) return [];
  const size = dimCode(flatSize(programs.parameters), sizes.capacity);
  return [
    `function checkDirection(tangents: ${type}Tangents): void {`,
    "  if (!(tangents instanceof Object)) throw new TypeError('tangents must be an object: a direction by params, parameters, inputs or initialState');",
    '  const { parameters, params: named = {}, inputs = {}, initialState = {} } = tangents;',
    "  checkKeys('tangents', tangents, ['params', 'parameters', 'inputs', 'initialState']);",
    "  checkKeys('tangents.params', named, Object.keys(direction));",
    `  checkKeys('tangents.inputs', inputs, [${keysCode(variedKeys(programs, 'inputs'))}]);`,
    `  checkKeys('tangents.initialState', initialState, [${keysCode(variedKeys(programs, 'states'))}]);`,
    `  checkOptional('tangents.parameters', parameters, ${size});`,
    '  for (const [name, values] of Object.entries(direction)) checkOptional(`tangents.params.${name}`, named[name as keyof typeof named], values.length);',
    '}',
    '',
    '/** What is given by name takes the place of that part of the whole. */',
    `function placeDirection({ parameters, params: named = {} }: ${type}Tangents): void {`,
    `  placeOrZero(parameters, ${layout.flat('direction')}, ${size});`,
    '  for (const [name, values] of Object.entries(direction)) values.set(named[name as keyof typeof named] ?? values);',
    '}',
    '',
  ];
}
