import { flatSize } from '../../program/regions.js';
import { indent } from './map-code.js';
import { lossFunctions, methodLines } from './module-calls.js';
import { checkFunctions } from './module-checks.js';
import { hasEntry, hasGradients } from './module-context.js';
import type { ModuleContext } from './module-context.js';
import { directionalViews, directionFunctions } from './module-directional.js';
import type { ModuleKernels } from './module-kernels.js';
import { field } from './module-names.js';
import { definitionLine } from './module-persistence.js';
import { stateFunctions } from './module-state.js';
import { trainingFunctions } from './module-training.js';
import { inputViewLines, viewDeclarations } from './module-views.js';
import { dimCode } from './scope.js';
import { createdSizeLines } from './size-checks.js';
import { weightDecayLines } from './weight-decay-code.js';

/** The function that makes a module's object: everything is inside of it. */
export function creatorLines(context: ModuleContext, kernels: ModuleKernels): string[] {
  const { programs, names, sizes, layout } = context;
  const { freeDims, model, batchSize } = programs;
  const methods = methodLines(context);
  const shared = [...stateFunctions(context), ...directionFunctions(context), ...lossFunctions(context), ...trainingFunctions(context)];
  const checks = checkFunctions(context, kernels.start, [...shared, ...methods].join('\n'));
  const rest = [
    ...kernels.functions,
    ...cachedFunction,
    ...viewDeclarations(context),
    ...directionalViews(context),
    ...checks,
    ...shared,
    definitionLine(context),
    'return {',
    ...indent([
      ...(model.dims.length === 0 ? [] : [`sizes: { ${model.dims.map((dim) => field(dim, String(programs.sizes[dim] ?? sizes.name(dim)))).join(', ')} },`]),
      'batchSize,',
      'maxSteps,',
      'params,',
      `parameters: view(${layout.flat('parameter')}, ${dimCode(flatSize(programs.parameters), sizes.capacity)}),`,
      ...(hasGradients(programs) ? ['grads,', 'gradients,'] : []),
      ...inputViewLines(context),
      ...(programs.step === undefined ? [] : ['state,']),
      ...methods,
      'packParameters,',
    ]),
    '};',
  ];
  const decays = weightDecayLines(context);
  const read = new Set([...decays, ...rest].join('\n').match(/[\w$]+/g));
  return [
    '/**',
    ` * Makes a ${model.name}: one arena, allocated here and never again.`,
    ' *',
    ` * @throws RangeError for sizes that are no positive integers,${batchSize === undefined ? '' : ' another batch than the one built,'} or memory that is too small`,
    ' */',
    `export function ${names.create}(options: ${names.type}Options${freeDims.length === 0 ? ' = {}' : ''}): ${names.type} {`,
    ...indent([
      `const { batchSize = ${String(batchSize ?? 1)}, maxSteps = 1 } = options;`,
      ...(freeDims.length > 0 ? [`const ${sizes.pattern} = options.sizes;`] : []),
      `for (const [name, size] of Object.entries({ ${[...freeDims.map((dim) => `'sizes.${dim}': ${sizes.name(dim)}`), 'batchSize', 'maxSteps'].join(', ')} })) {`,
      '  if (!Number.isInteger(size) || size < 1) throw new RangeError(`${name} must be a positive integer, not ${size}`);',
      '}',
      ...(batchSize === undefined ? [] : [`if (batchSize !== ${String(batchSize)}) throw new RangeError(\`batchSize was fixed to ${String(batchSize)} when the module was built; it can't be \${batchSize}\`);`]),
      ...createdSizeLines(context),
      '',
      '// The arena. Each constant is where a run of elements starts; shapes in brackets.',
      ...kernels.beforeRegions,
      ...layout.lines(sizes.capacity, (constant) => read.has(constant)),
      ...kernels.arena,
      ...decays,
      'const view = (at: number, length: number): Values => arena.subarray(at, at + length);',
      '',
      '// The batch and the number of steps of the current call.',
      'let batch = batchSize;',
      'let steps = maxSteps;',
      ...(hasEntry(programs, 'backward') ? ['/** Whether the last forward call has kept what backward reads. */', 'let tape = false;'] : []),
      ...(programs.update === undefined ? [] : ['let stepCount = 0;']),
      '',
      ...rest,
    ]),
    '}',
  ];
}

const cachedFunction = [
  '/** Makes views for the current batch and steps, again only when these change. */',
  'function cached<Views>(make: () => Views): () => Views {',
  '  let views: Views | undefined;',
  '  let batchOfViews = 0;',
  '  let stepsOfViews = 0;',
  '  return () => {',
  '    if (views !== undefined && batchOfViews === batch && stepsOfViews === steps) return views;',
  '    batchOfViews = batch;',
  '    stepsOfViews = steps;',
  '    return (views = make());',
  '  };',
  '}',
  '',
];
