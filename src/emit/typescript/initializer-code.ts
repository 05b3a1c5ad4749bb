import { besideName } from '../../declare/initializer.js';
import { Dim } from '../../graph/dim.js';
import type { Programs } from '../../program/build-programs.js';
import type { PlacedParameter } from '../../program/regions.js';
import { access } from './module-names.js';
import type { ModuleNames } from './module-names.js';
import { initializerIdentifiers } from './module-identifiers.js';
import { numberCode } from './map-code.js';
import { dimCode, Scope } from './scope.js';
import type { SymbolNames } from './scope.js';
import { SizeNames } from './size-names.js';

/** The function that gives parameters their first values. Apart from the creator, so that a bundler can leave it out. */
export function initializerLines({ parameters, freeDims, update }: Programs, names: ModuleNames): string[] {
  const kinds = new Set(parameters.map(({ initializer }) => initializer.kind));
  const uniform = kinds.has('uniform') || kinds.has('glorotUniform') || kinds.has('heUniform') || kinds.has('chrono');
  const normal = kinds.has('normal') || kinds.has('orthogonal');
  const read = new Set(parameters.filter(readsSizes).flatMap(({ shape }) => shape.flatMap((dim) => dim.symbols())));
  const sizes = new SizeNames(
    freeDims.filter((dim) => read.has(dim)),
    new Scope(initializerIdentifiers),
  );
  const same = normal ? ' (as far as its Math.log and Math.cos are)' : kinds.has('chrono') ? ' (as far as its Math.log is)' : '';
  // What others start out from comes first.
  const ordered = [...parameters].sort((a, b) => Number(a.initializer.kind === 'negated') - Number(b.initializer.kind === 'negated'));
  return [
    '/**',
    ` * Gives the parameters their first values, the same for the same seed on every machine${same}${update === undefined ? '' : ', and resets the optimizer'}.`,
    ' *',
    ' * @param seed an integer, of which the lower 32 bits count',
    ' */',
    `export function ${names.initialize}(module: ${names.type}, seed: number): void {`,
    '  if (!Number.isInteger(seed)) throw new RangeError(`the seed must be an integer, not ${seed}`);',
    ...(sizes.freeDims.length > 0 ? [`  const ${sizes.pattern} = module.sizes;`] : []),
    ...(parameters.length > 0 ? ['  const { params } = module;'] : []),
    ...(uniform || normal ? generatorLines() : []),
    ...(uniform ? uniformLines() : []),
    ...(normal ? normalLines() : []),
    ...(kinds.has('orthogonal') ? orthogonalLines() : []),
    ...ordered.map((parameter) => `  ${initializeLine(parameter, sizes.duringCall)}`),
    '  module.packParameters();',
    ...(update === undefined ? [] : ['  module.resetTraining();']),
    '}',
  ];
}

function readsSizes({ initializer: { kind } }: PlacedParameter): boolean {
  return kind === 'glorotUniform' || kind === 'heUniform' || kind === 'orthogonal' || kind === 'identity';
}

function initializeLine({ name, shape, initializer }: PlacedParameter, symbols: SymbolNames): string {
  const target = `params${access(name)}`;
  const fanOut = dimCode(shape[0] ?? Dim.one, symbols);
  const fanIn = dimCode(Dim.product(shape.slice(1)), symbols);
  switch (initializer.kind) {
    case 'constant':
      return `${target}.fill(${numberCode(initializer.value)});`;
    case 'uniform':
      return `uniform(${target}, ${String(initializer.low)}, ${String(initializer.high)});`;
    case 'glorotUniform': {
      const bound = `Math.sqrt(6 / (${fanIn} + ${fanOut}))`;
      return `uniform(${target}, -${bound}, ${bound});`;
    }
    case 'heUniform': {
      const bound = `Math.sqrt(6 / (${fanIn}))`;
      return `uniform(${target}, -${bound}, ${bound});`;
    }
    case 'normal':
      return `for (let k = 0; k < ${target}.length; k++) ${target}[k] = ${String(initializer.deviation)} * normal();`;
    case 'orthogonal':
      return `orthogonal(${target}, ${fanOut}, ${fanIn});`;
    case 'identity': {
      const diagonal = `for (let k = 0; k < Math.min(${fanOut}, ${fanIn}); k++) ${target}[k * (${fanIn} + 1)] = ${numberCode(initializer.scale)};`;
      return `${target}.fill(0); ${diagonal}`;
    }
    case 'chrono':
      return `uniform(${target}, 1, ${numberCode(initializer.longest - 1)}); for (let k = 0; k < ${target}.length; k++) ${target}[k] = Math.log(${target}[k]!);`;
    case 'negated': {
      const source = `params${access(besideName(name, initializer.of))}`;
      return `for (let k = 0; k < ${target}.length; k++) ${target}[k] = -${source}[k]!;`;
    }
  }
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
