import type { ModuleContext } from './module-context.js';
import { bytesPerElement, hasEntry } from './module-context.js';
import { numbersCode, settingLine } from './module-persistence.js';

/** The functions that check what a caller gives, and bring it to its place once all of it is right: those that some code calls. */
export function checkFunctions(context: ModuleContext, startLines: readonly string[], calls: string): string[] {
  const { array, programs } = context;
  const { batchSize } = programs;
  const tape = hasEntry(programs, 'backward');
  const hasExceptions = [...programs.model.indexRanges.values()].flat().some(({ except }) => except !== undefined);
  const [except, orExcept, orExceptText] = hasExceptions ? [', except?: number', ' && index !== except', "${except === undefined ? '' : ` or ${String(except)}`}"] : ['', '', ''];
  const functions: readonly (readonly [name: string, lines: readonly string[]])[] = [
    [
      'checkType',
      [
        'function checkType(name: string, values: Values): void {',
        `  if (!(values instanceof ${array})) throw new TypeError(\`\${name} must be a ${array}\`);`,
        '}',
      ],
    ],
    [
      'check',
      [
        'function check(name: string, values: Values, length: number): void {',
        '  checkType(name, values);',
        '  if (values.length !== length) throw new RangeError(`${name} must have ${length} elements, not ${values.length}`);',
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
        `  if (wrong !== undefined) throw new RangeError(\`\${name} must have integers from 0 to \${rows - 1}${orExceptText}, not \${wrong}\`);`,
        '}',
      ],
    ],
    [
      'checkLengths',
      [
        'function checkLengths(lengths: Int32Array | readonly number[] | undefined, rows: number, count: number): void {',
        '  if (lengths === undefined) return;',
        "  if (!(lengths instanceof Int32Array) && !Array.isArray(lengths)) throw new TypeError('lengths must be an Int32Array or an array of numbers');",
        '  if (lengths.length !== rows) throw new RangeError(`lengths must have ${rows} elements, one for each sequence, not ${lengths.length}`);',
        '  for (let k = 0; k < rows; k++) {',
        '    const length = lengths[k]!;',
        '    if (!Number.isInteger(length) || length < 0 || length > count) throw new RangeError(`lengths must have integers from 0 to ${count}, not ${length}`);',
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
        `  if (wrong !== undefined) throw new RangeError(\`\${name} must have integers from 0 to \${size - 1}${orExceptText}, not \${wrong}\`);`,
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
        '  if (!Number.isInteger(value) || value < least || value > most) throw new RangeError(`${name} must be an integer from ${least} to ${most}, not ${value}`);',
        '}',
      ],
    ],
    [
      'checkBatch',
      [
        'function checkBatch(rows: number): void {',
        `  if (rows !== batchSize) throw new RangeError(\`batchSize must be ${String(batchSize)}, to which it was fixed when the module was built, not \${rows}\`);`,
        '}',
      ],
    ],
    [
      'countOf',
      [
        '/** How many steps, or examples, there are in an array, from its length. */',
        'function countOf(name: string, values: Values, length: number, most: number, parts: string): number {',
        '  checkType(name, values);',
        '  const count = values.length / length;',
        '  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${name} must have a multiple of ${length} elements, not ${values.length}`);',
        '  if (count > most) throw new RangeError(`${name} has ${count} ${parts}, more than the ${most} created`);',
        '  return count;',
        '}',
      ],
    ],
    [
      'checkKeys',
      [
        'function checkKeys(name: string, given: object, known: readonly string[]): void {',
        '  for (const key of Object.keys(given)) if (!known.includes(key)) throw new RangeError(`${name} has no \'${key}\'; it may have ${known.join(\', \')}`);',
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
        'function checkValues(where: string, own: { readonly [name: string]: Values }, given: { readonly [name: string]: readonly number[] } | undefined): void {',
        '  for (const [name, values] of Object.entries(own)) {',
        '    const found = given?.[name];',
        "    if (found?.length !== values.length || !found.every(Number.isFinite)) throw new RangeError(`the checkpoint needs ${values.length} finite numbers for ${where}'${name}'`);",
        '  }',
        '}',
      ],
    ],
    [
      'numbersOf',
      [
        '/** JSON has no -0: the number next to it stands for it. */',
        'function numbersOf(own: { readonly [name: string]: Values }): { [name: string]: number[] } {',
        `  return ${numbersCode('own')};`,
        '}',
      ],
    ],
    [
      'setNumbers',
      [
        'function setNumbers(own: { readonly [name: string]: Values }, given: { readonly [name: string]: readonly number[] }): void {',
        `  ${settingLine('own', 'given', array)}`,
        '}',
      ],
    ],
  ];
  const needed = new Set<string>();
  const addCalled = (code: string): void => {
    for (const [name, lines] of functions) {
      if (needed.has(name) || !code.includes(`${name}(`)) continue;
      needed.add(name);
      addCalled(lines.join('\n'));
    }
  };
  addCalled(calls);
  return functions.flatMap(([name, lines]) => (needed.has(name) ? [...lines, ''] : []));
}
