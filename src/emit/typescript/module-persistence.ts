import { createHash } from 'node:crypto';
import { printGraph } from '../../graph/print.js';
import { decayOf } from '../../optimizers/weight-decay.js';
import type { Programs } from '../../program/build-programs.js';
import { hasEntry, hasGradients, method } from './module-context.js';
import type { ModuleContext } from './module-context.js';
import { keepsState, marksRows } from './module-state.js';

/** The version of what `save` gives; another one when a field changes its meaning. */
const format = 1;

/** Identifies what is trained: the equations with names and shapes of parameters, the sizes that are fixed, and the precision. */
export function definitionHash({ model, sizes }: Programs, precision: string): string {
  return hashOf(printGraph(model.graph), JSON.stringify(sizes), precision);
}

/** Identifies how it is trained: the update rule with its numbers, and how much each parameter decays. */
function optimizerHash({ optimizer, parameters }: Programs): string {
  if (optimizer === undefined) return '';
  const { weightDecay, update } = optimizer;
  const decays = weightDecay && parameters.map(({ name, shape }) => [name, decayOf(weightDecay, { name, rank: shape.length })]).sort();
  return hashOf(printGraph(update), JSON.stringify(decays ?? null));
}

function hashOf(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

/** Whether a checkpoint may have the state in it: training on carried states goes on from there. */
export const savesState = (programs: Programs): boolean => keepsState(programs) && hasGradients(programs);

/** The constant that tells what a module computes, with the sizes that its creator was given. */
export function definitionLine({ programs: { freeDims }, sizes, hash }: ModuleContext): string {
  const given = freeDims.map((dim) => `, ${dim} = \${${sizes.name(dim)}}`);
  return `const definition = ${given.length === 0 ? `'${hash}'` : `\`${hash}${given.join('')}\``};`;
}

/** An expression for arrays by name as plain numbers. JSON has no -0: the number next to it stands for it. */
export const numbersCode = (own: string): string =>
  `Object.fromEntries(Object.entries(${own}).map(([name, values]) => [name, Array.from(values, (value) => (Object.is(value, -0) ? -5e-324 : value))]))`;

/** The statement that sets arrays by name to plain numbers. Single precision rounds the number that stands for -0 to -0. */
export function settingLine(own: string, given: string, array: ModuleContext['array']): string {
  const negativeZeros = array === 'Float64Array' ? '.map((value) => (value === -5e-324 ? -0 : value))' : '';
  return `for (const [name, values] of Object.entries(${own})) values.set(${given}[name]!${negativeZeros});`;
}

/** `save` and `load`. */
export function persistenceMethods(context: ModuleContext): string[] {
  const { names, programs, array } = context;
  const { optimizer, update } = programs;
  const trained = update === undefined ? undefined : optimizer;
  const keeps = savesState(programs);
  const marks = marksRows(programs);
  const tape = hasEntry(programs, 'backward') ? ['tape = false;'] : [];
  const slots = trained !== undefined && trained.slots.length > 0;
  // Where nothing else is kept, what is done with values by name is done once.
  const alone = trained === undefined && !keeps;
  const ownHash = optimizerHash(programs);
  return [
    ...method(keeps ? 'save({ state: withState = false } = {})' : 'save()', [
      'return {',
      `  format: ${String(format)},`,
      `  module: '${programs.model.name}',`,
      '  definition,',
      `  parameters: ${alone ? numbersCode('params') : 'numbersOf(params)'},${alone ? ' // JSON has no -0: the number next to it stands for it' : ''}`,
      ...(trained === undefined
        ? []
        : [
            `  optimizer: { name: '${trained.name}', definition: '${ownHash}', stepCount, slots: ${slots ? 'Object.fromEntries(Object.entries(slots).map(([name, values]) => [name, numbersOf(values)]))' : '{}'} },`,
          ]),
      ...(keeps ? [`  ...(withState ? { state: numbersOf(state)${marks ? ', fresh: Array.from(fresh)' : ''} } : {}),`] : []),
      '};',
    ]),
    ...method(`load(checkpoint: ${names.type}Checkpoint)`, [
      `if (checkpoint.format !== ${String(format)} || checkpoint.definition !== definition) throw new Error(\`this is a checkpoint of '\${checkpoint.module}' with other equations, sizes, precision or format (\${checkpoint.definition}, \${checkpoint.format}), not of '${programs.model.name}' (\${definition}, ${String(format)})\`);`,
      ...(alone
        ? [
            'for (const [name, values] of Object.entries(params)) {',
            '  const found = checkpoint.parameters?.[name];',
            "  if (found?.length !== values.length || !found.every(Number.isFinite)) throw new RangeError(`the checkpoint needs ${values.length} finite numbers for '${name}'`);",
            '}',
          ]
        : ["checkValues('', params, checkpoint.parameters);"]),
      ...(trained === undefined
        ? []
        : [
            'const { optimizer: trained } = checkpoint;',
            'if (trained !== undefined) {',
            `  if (trained.definition !== '${ownHash}') throw new Error(\`the checkpoint was trained by another optimizer, '\${trained.name}' (\${trained.definition}); this module has '${trained.name}' (${ownHash}). Without its optimizer the checkpoint can be loaded\`);`,
            '  if (!Number.isInteger(trained.stepCount) || trained.stepCount < 0) throw new RangeError(`the checkpoint needs the number of its updates as stepCount, not ${trained.stepCount}`);',
            ...(slots ? ['  for (const [name, values] of Object.entries(slots)) checkValues(`${name}, `, values, trained.slots?.[name]);'] : []),
            '}',
          ]),
      ...(keeps ? ["if (checkpoint.state !== undefined) checkValues('the state, ', state, checkpoint.state);"] : []),
      ...tape,
      alone ? settingLine('params', 'checkpoint.parameters', array) : 'setNumbers(params, checkpoint.parameters);',
      ...(trained === undefined
        ? []
        : [
            'stepCount = trained?.stepCount ?? 0;',
            ...(slots
              ? [
                  'for (const [name, values] of Object.entries(slots)) {',
                  '  if (trained !== undefined) setNumbers(values, trained.slots[name]!);',
                  '  else for (const own of Object.values(values)) own.fill(0);',
                  '}',
                ]
              : []),
          ]),
      ...(keeps
        ? ['if (checkpoint.state !== undefined) {', '  setNumbers(state, checkpoint.state);', ...(marks ? ['  for (let row = 0; row < batchSize; row++) fresh[row] = checkpoint.fresh?.[row] ?? 1;'] : []), '}']
        : []),
      'packParameters();',
    ]),
  ];
}
