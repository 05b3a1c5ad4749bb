import { Dim } from '../../graph/dim.js';
import type { Programs } from '../../program/build-programs.js';
import type { PlacedParameter } from '../../program/regions.js';
import { access } from './module-names.js';
import type { ModuleNames } from './module-names.js';
import { dimCode } from './scope.js';

/** The function that gives parameters their first values. Apart from the creator, so that a bundler can leave it out. */
export function initializerLines({ parameters, freeDims }: Programs, names: ModuleNames): string[] {
  const kinds = new Set(parameters.map(({ initializer }) => initializer.kind));
  const random = [...kinds].some((kind) => kind !== 'constant');
  const uniform = kinds.has('uniform') || kinds.has('glorotUniform') || kinds.has('heUniform');
  return [
    '/**',
    ' * Gives the parameters their first values, the same for the same seed on every machine, and resets the optimizer.',
    ' *',
    ' * @param seed an integer',
    ' */',
    `export function ${names.initialize}(module: ${names.type}, seed: number): void {`,
    "  if (!Number.isInteger(seed)) throw new RangeError(`the seed must be an integer, not ${String(seed)}`);",
    ...(freeDims.length > 0 && random ? [`  const { ${freeDims.join(', ')} } = module.sizes;`] : []),
    '  const { params } = module;',
    ...(random ? generatorLines() : []),
    ...(uniform ? uniformLines() : []),
    ...(kinds.has('normal') || kinds.has('orthogonal') ? normalLines() : []),
    ...(kinds.has('orthogonal') ? orthogonalLines() : []),
    ...parameters.map((parameter) => `  ${initializeLine(parameter)}`),
    '  module.resetTraining();',
    '}',
  ];
}

function initializeLine({ name, shape, initializer }: PlacedParameter): string {
  const target = `params${access(name)}`;
  const fanOut = code(shape[0] ?? Dim.one);
  const fanIn = code(Dim.product(shape.slice(1)));
  switch (initializer.kind) {
    case 'constant':
      return `${target}.fill(${String(initializer.value)});`;
    case 'uniform':
      return `uniform(${target}, ${String(initializer.low)}, ${String(initializer.high)});`;
    case 'glorotUniform':
      return `uniform(${target}, -Math.sqrt(6 / (${fanIn} + ${fanOut})), Math.sqrt(6 / (${fanIn} + ${fanOut})));`;
    case 'heUniform':
      return `uniform(${target}, -Math.sqrt(6 / (${fanIn})), Math.sqrt(6 / (${fanIn})));`;
    case 'normal':
      return `for (let k = 0; k < ${target}.length; k++) ${target}[k] = ${String(initializer.deviation)} * normal();`;
    case 'orthogonal':
      return `orthogonal(${target}, ${fanOut}, ${fanIn});`;
  }
}

function code(dim: Dim): string {
  return dimCode(dim, (symbol) => symbol);
}

/** A 32-bit generator that mixes a counter (Steele, Lea & Flood 2014, with the constants of murmur3's finalizer). */
function generatorLines(): string[] {
  return [
    '  let counter = seed | 0;',
    '  /** Uniform on [0, 1). */',
    '  const random = (): number => {',
    '    counter = (counter + 0x9e3779b9) | 0;',
    '    let bits = counter;',
    '    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);',
    '    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);',
    '    return ((bits ^ (bits >>> 16)) >>> 0) / 4294967296;',
    '  };',
  ];
}

function uniformLines(): string[] {
  return [
    '  const uniform = (values: Values, low: number, high: number): void => {',
    '    for (let k = 0; k < values.length; k++) values[k] = low + (high - low) * random();',
    '  };',
  ];
}

/** Box & Muller 1958. */
function normalLines(): string[] {
  return ['  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());'];
}

/** Rows (or columns, where there are fewer) made orthonormal one after the other. */
function orthogonalLines(): string[] {
  return [
    '  const orthogonal = (values: Values, rows: number, columns: number): void => {',
    '    const count = Math.min(rows, columns);',
    '    const length = Math.max(rows, columns);',
    '    const at = (vector: number, k: number): number => (rows <= columns ? vector * columns + k : k * columns + vector);',
    '    for (let vector = 0; vector < count; vector++) {',
    '      for (let k = 0; k < length; k++) values[at(vector, k)] = normal();',
    '      for (let pass = 0; pass < 2; pass++) {',
    '        for (let other = 0; other < vector; other++) {',
    '          let overlap = 0;',
    '          for (let k = 0; k < length; k++) overlap += values[at(vector, k)]! * values[at(other, k)]!;',
    '          for (let k = 0; k < length; k++) values[at(vector, k)]! -= overlap * values[at(other, k)]!;',
    '        }',
    '      }',
    '      let square = 0;',
    '      for (let k = 0; k < length; k++) square += values[at(vector, k)]! ** 2;',
    '      for (let k = 0; k < length; k++) values[at(vector, k)]! /= Math.sqrt(square);',
    '    }',
    '  };',
  ];
}
