import type { Dim } from '../../graph/dim.js';
import type { Buffer } from '../../lower/kernel-program.js';
import { flatSize } from '../../program/regions.js';
import type { KernelCodeContext } from './kernel-code.js';
import { indent } from './map-code.js';
import { MathFunctions } from './math-functions.js';
import type { MathMode } from './math-functions.js';
import { lossFunctions, methodLines } from './module-calls.js';
import { checkFunctions } from './module-checks.js';
import { hasEntry, hasGradients } from './module-context.js';
import type { ModuleContext } from './module-context.js';
import { packFunctions, runFunctions } from './module-entries.js';
import { field } from './module-names.js';
import { inputViewLines, viewDeclarations } from './module-views.js';
import { packFunction, productFunction } from './product-function.js';
import { dimCode } from './scope.js';
import type { Scope, SymbolNames } from './scope.js';

/** The function that makes a module's object: everything is inside of it. */
export function creatorLines(context: ModuleContext, scope: Scope, math: MathMode): string[] {
  const { programs, names, sizes, layout, array } = context;
  const { freeDims, model } = programs;
  const code = kernelCode(context, scope, math);
  const methods = methodLines(context);
  const shared = lossFunctions(context);
  const calls = [...shared, ...methods].join('\n');
  const checks = checkFunctions(context, (name) => calls.includes(`${name}(`) || (name === 'check' && calls.includes('checkOptional(')) || (name === 'place' && calls.includes('placeOrZero(')));
  return [
    '/**',
    ` * Makes a ${model.name}: one arena, allocated here and never again.`,
    ' *',
    ' * @throws RangeError for sizes that are no positive integers, or memory that is too small',
    ' */',
    `export function ${names.create}(options: ${names.type}Options${freeDims.length === 0 ? ' = {}' : ''}): ${names.type} {`,
    ...indent([
      'const { batchSize = 1, maxSteps = 1 } = options;',
      ...(freeDims.length > 0 ? [`const ${sizes.pattern} = options.sizes;`] : []),
      `for (const [name, size] of [${[...freeDims.map((dim) => [`sizes.${dim}`, sizes.name(dim)]), ['batchSize', 'batchSize'], ['maxSteps', 'maxSteps']]
        .map(([label, value]) => `['${String(label)}', ${String(value)}]`)
        .join(', ')}] as const) {`,
      '  if (!Number.isInteger(size) || size < 1) throw new RangeError(`${name} must be a positive integer, not ${String(size)}`);',
      '}',
      '',
      '// The arena. Each constant is where a run of elements starts; shapes in brackets.',
      'let arenaLength = 0;',
      'const region = (length: number): number => (arenaLength += length) - length;',
      ...layout.lines(sizes.capacity),
      `const bytes = (arenaLength + 4) * ${array}.BYTES_PER_ELEMENT;`,
      'if (options.memory !== undefined && options.memory.byteLength < bytes) throw new RangeError(`memory must have at least ${String(bytes)} bytes, not ${String(options.memory.byteLength)}`);',
      `const arena = new ${array}(options.memory ?? new ArrayBuffer(bytes), 0, arenaLength + 4);`,
      'arena.fill(0);',
      'const view = (at: number, length: number): Values => arena.subarray(at, at + length);',
      '',
      '// The batch and the number of steps of the current call.',
      'let batch = batchSize;',
      'let steps = maxSteps;',
      ...(hasEntry(programs, 'backward') ? ['/** Whether the last forward call has kept what backward reads. */', 'let tape = false;'] : []),
      ...(programs.update === undefined ? [] : ['let stepCount = 0;']),
      '',
      ...code,
      ...cachedFunction,
      ...viewDeclarations(context),
      ...checks,
      ...shared,
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

/** The functions that compute, and those that they call. */
function kernelCode({ programs, layout, sizes }: ModuleContext, scope: Scope, math: MathMode): string[] {
  const maths = new MathFunctions(math);
  const products = new Set<number>();
  const helpers = new Set<string>();
  const startWith =
    (symbols: SymbolNames) =>
    (buffer: Buffer, offset: Dim): string =>
      layout.start(buffer, offset, symbols);
  const context: KernelCodeContext = {
    symbols: sizes.duringCall,
    start: startWith(sizes.duringCall),
    within: (symbols) => ({ start: startWith(symbols) }),
    math: (name) => maths.name(name),
    scope,
    usesProduct(terms) {
      products.add(terms);
      return `product${String(terms)}`;
    },
    usesPack() {
      helpers.add('pack');
      return 'pack';
    },
  };
  const runs = runFunctions(programs, context);
  const packFunctionsLines = packFunctions(programs, context);
  return [
    ...maths.definitions(),
    ...[...products].sort((a, b) => a - b).flatMap((terms) => [...productFunction(`product${String(terms)}`, terms), '']),
    ...(helpers.has('pack') ? [...packFunction('pack'), ''] : []),
    ...(products.size > 0
      ? ['/** Where a product starts: from zero, or from what is there. Otherwise from a bias. */', 'const fromZero = -1;', 'const fromTarget = -2;', '']
      : []),
    ...packFunctionsLines,
    ...runs,
  ];
}
