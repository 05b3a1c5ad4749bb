import type { ModuleContext } from './module-context.js';
import { bytesPerElement, hasEntry } from './module-context.js';
import { labelsValues } from './module-persistence.js';

/** The functions that check what a caller gives, and bring it to its place once all of it is right. */
export function checkFunctions(context: ModuleContext, startLines: readonly string[], used: (name: string) => boolean): string[] {
  const { array, programs } = context;
  const { batchSize } = programs;
  const tape = hasEntry(programs, 'backward');
  const labelled = labelsValues(programs);
  const hasExceptions = [...programs.model.indexRanges.values()].flat().some(({ except }) => except !== undefined);
  const [except, orExcept, orExceptText] = hasExceptions ? [', except?: number', ' && index !== except', "${except === undefined ? '' : ` or ${String(except)}`}"] : ['', '', ''];
  // Single precision rounds the number that stands for -0 to -0.
  const negativeZeros = array === 'Float64Array' ? '.map((value) => (value === -5e-324 ? -0 : value))' : '';
  const functions: readonly (readonly [name: string, lines: readonly string[]])[] = [
    [
      'check',
      [
        'function check(name: string, values: Values, length: number): void {',
        `  if (!(values instanceof ${array})) throw new TypeError(\`\${name} must be a ${array}\`);`,
        '  if (values.length !== length) throw new RangeError(`${name} must have ${String(length)} elements, not ${String(values.length)}`);',
        '}',
      ],
    ],
    [
      'checkOptional',
      [
        'function checkOptional(name: string, values: Values | undefined, length: number): void {',
        '  if (values !== undefined) check(name, values, length);',
        '}',
      ],
    ],
    [
      'checkIndices',
      [
        '/** An index outside of its table would read, or change, something else. */',
        `function checkIndices(name: string, values: Values, rows: number${except}): void {`,
        `  const wrong = values.find((index) => ${hasExceptions ? '(' : ''}!Number.isInteger(index) || index < 0 || index >= rows${hasExceptions ? ')' : ''}${orExcept});`,
        `  if (wrong !== undefined) throw new RangeError(\`\${name} must have integers from 0 to \${String(rows - 1)}${orExceptText}, not \${String(wrong)}\`);`,
        '}',
      ],
    ],
    [
      'checkLengths',
      [
        'function checkLengths(lengths: Int32Array | readonly number[] | undefined, rows: number, count: number): void {',
        '  if (lengths === undefined) return;',
        "  if (!(lengths instanceof Int32Array) && !Array.isArray(lengths)) throw new TypeError('lengths must be an Int32Array or an array of numbers');",
        '  if (lengths.length !== rows) throw new RangeError(`lengths must have ${String(rows)} elements, one for each sequence, not ${String(lengths.length)}`);',
        '  for (let k = 0; k < rows; k++) {',
        '    const length = lengths[k]!;',
        '    if (!Number.isInteger(length) || length < 0 || length > count) throw new RangeError(`lengths must have integers from 0 to ${String(count)}, not ${String(length)}`);',
        '  }',
        '}',
      ],
    ],
    [
      'checkValidIndices',
      [
        '/** The same for the steps that sequences have; `stepStride` and `rowStride` lie between one step or sequence and the next. */',
        `function checkValidIndices(name: string, values: Values, size: number, lengths: Int32Array | readonly number[] | undefined, count: number, stepStride: number, rows: number, rowStride: number${except}): void {`,
        '  const wrong = values.find((index, k) => {',
        `    if (${hasExceptions ? 'index === except || (' : ''}Number.isInteger(index) && index >= 0 && index < size${hasExceptions ? ')' : ''}) return false;`,
        '    return lengths === undefined || Math.floor(k / stepStride) % count < lengths[Math.floor(k / rowStride) % rows]!;',
        '  });',
        `  if (wrong !== undefined) throw new RangeError(\`\${name} must have integers from 0 to \${String(size - 1)}${orExceptText}, not \${String(wrong)}\`);`,
        '}',
      ],
    ],
    [
      'placeLengths',
      [
        'function placeLengths(lengths: Int32Array | readonly number[] | undefined, at: number): void {',
        '  if (lengths === undefined) arena.fill(steps, at, at + batch);',
        '  else arena.set(lengths, at);',
        '}',
      ],
    ],
    [
      'checkInteger',
      [
        'function checkInteger(name: string, value: number, least: number, most: number): void {',
        '  if (!Number.isInteger(value) || value < least || value > most) throw new RangeError(`${name} must be an integer from ${String(least)} to ${String(most)}, not ${String(value)}`);',
        '}',
      ],
    ],
    [
      'checkBatch',
      [
        'function checkBatch(rows: number): void {',
        `  if (rows !== batchSize) throw new RangeError(\`batchSize must be ${String(batchSize)}, to which it was fixed when the module was built, not \${String(rows)}\`);`,
        '}',
      ],
    ],
    [
      'stepsOf',
      [
        '/** The number of steps of a sequence, from its length. */',
        'function stepsOf(name: string, values: Values, length: number): number {',
        `  if (!(values instanceof ${array})) throw new TypeError(\`\${name} must be a ${array}\`);`,
        '  const count = values.length / length;',
        '  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${name} must have a multiple of ${String(length)} elements, not ${String(values.length)}`);',
        '  if (count > maxSteps) throw new RangeError(`${name} has ${String(count)} steps, more than the ${String(maxSteps)} created`);',
        '  return count;',
        '}',
      ],
    ],
    [
      'rowsOf',
      [
        '/** The batch of one step, from its length. */',
        'function rowsOf(name: string, values: Values, length: number): number {',
        `  if (!(values instanceof ${array})) throw new TypeError(\`\${name} must be a ${array}\`);`,
        '  const rows = values.length / length;',
        batchSize === undefined
          ? '  if (!Number.isInteger(rows) || rows < 1 || rows > batchSize) throw new RangeError(`${name} must have 1 to ${String(batchSize)} times ${String(length)} elements, not ${String(values.length)}`);'
          : '  if (rows !== batchSize) throw new RangeError(`${name} must have ${String(batchSize * length)} elements, not ${String(values.length)}`);',
        '  return rows;',
        '}',
      ],
    ],
    [
      'start',
      [
        '/** From here on the call can no longer fail. */',
        'function start(rows: number, count: number): void {',
        '  batch = rows;',
        '  steps = count;',
        ...startLines.map((line) => `  ${line}`),
        ...(tape ? ['  tape = false;'] : []),
        '}',
      ],
    ],
    [
      'place',
      [
        '/** Copies values into the arena, unless they are there already. */',
        'function place(values: Values, at: number): void {',
        `  if (values.buffer !== arena.buffer || values.byteOffset !== ${String(bytesPerElement[array])} * at) arena.set(values, at);`,
        '}',
      ],
    ],
    [
      'placeOrZero',
      [
        'function placeOrZero(values: Values | undefined, at: number, length: number): void {',
        '  if (values === undefined) arena.fill(0, at, at + length);',
        '  else place(values, at);',
        '}',
      ],
    ],
    [
      'checkValues',
      [
        `function checkValues(${labelled ? 'where: string, ' : ''}own: { readonly [name: string]: Values }, given: { readonly [name: string]: readonly number[] } | undefined): void {`,
        '  for (const [name, values] of Object.entries(own)) {',
        '    const found = given?.[name];',
        `    if (found?.length !== values.length || !found.every(Number.isFinite)) throw new RangeError(\`the checkpoint needs \${String(values.length)} finite numbers for ${labelled ? '${where}' : ''}'\${name}'\`);`,
        '  }',
        '}',
      ],
    ],
    [
      'numbersOf',
      [
        '/** JSON has no -0: the number next to it stands for it. */',
        'function numbersOf(own: { readonly [name: string]: Values }): { [name: string]: number[] } {',
        '  return Object.fromEntries(Object.entries(own).map(([name, values]) => [name, Array.from(values, (value) => (Object.is(value, -0) ? -5e-324 : value))]));',
        '}',
      ],
    ],
    [
      'setNumbers',
      [
        'function setNumbers(own: { readonly [name: string]: Values }, given: { readonly [name: string]: readonly number[] }): void {',
        `  for (const [name, values] of Object.entries(own)) values.set(given[name]!${negativeZeros});`,
        '}',
      ],
    ],
  ];
  return functions.flatMap(([name, lines]) => (used(name) ? [...lines, ''] : []));
}
