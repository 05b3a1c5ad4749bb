import { hasEntry, method, packed, valueOf } from './module-context.js';
import type { ModuleContext } from './module-context.js';

/** The methods that change parameters. */
export function trainingMethods(context: ModuleContext): string[] {
  const { programs, names: { type } } = context;
  if (programs.update === undefined) return [];
  return [
    ...(hasEntry(programs, 'loss')
      ? method(`trainStep(examples: ${type}Batch, options: ${type}TrainOptions)`, [
          'const { learningRate } = options;',
          "checkPositive('learningRate', learningRate);",
          'const loss = computeLoss(examples, options);',
          'gradients.fill(0);',
          ...packed(context, 'gradient'),
          'return { loss, gradientNorm: applyUpdate(learningRate) };',
        ])
      : []),
    ...method(`update({ learningRate, scale = 1 }: ${type}UpdateOptions)`, [
      "checkPositive('learningRate', learningRate);",
      "checkPositive('scale', scale);",
      'if (scale !== 1) for (let k = 0; k < gradients.length; k++) gradients[k]! *= scale;',
      'return { gradientNorm: applyUpdate(learningRate) };',
    ]),
    ...method('resetTraining()', [
      'stepCount = 0;',
      ...(programs.optimizer?.slots.length === 0 ? [] : ['for (const slot of Object.values(slots)) for (const values of Object.values(slot)) values.fill(0);']),
    ]),
  ];
}

/** What they share. */
export function trainingFunctions(context: ModuleContext): string[] {
  const { update } = context.programs;
  if (update === undefined) return [];
  const place = (name: string): string => valueOf(context, update, name).replace(/!$/, '');
  return [
    'function checkPositive(name: string, value: number): void {',
    "  if (typeof value !== 'number' || !(value > 0) || value === Infinity) throw new RangeError(`${name} must be a positive number, not ${value}`);",
    '}',
    '',
    '/** Changes the parameters by what the gradients say; gives their norm. */',
    'function applyUpdate(learningRate: number): number {',
    '  stepCount++;',
    ...['learningRate', 'stepCount'].flatMap((name) => (update.inputs.has(name) ? [`  ${place(name)} = ${name};`] : [])),
    ...packed(context, 'update').map((line) => `  ${line}`),
    `  ${context.packsBeforeForward}();`,
    `  return ${valueOf(context, update, 'gradientNorm')};`,
    '}',
    '',
  ];
}
