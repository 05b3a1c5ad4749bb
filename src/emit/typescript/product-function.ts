import type { ProductKernel } from '../../lower/kernel-program.js';

/** What sums begin with: zero, what is in their place, or a bias. */
type Start = ProductKernel['start']['kind'];

/** The product functions that kernels call, one for each number of terms. */
export class ProductFunctions {
  /** By number of terms, what products begin with. */
  readonly #starts = new Map<number, Set<Start>>();

  /** The function for a product, which is noted. */
  name(terms: number, start: Start): string {
    const starts = this.#starts.get(terms);
    if (starts === undefined) this.#starts.set(terms, new Set([start]));
    else starts.add(start);
    return `product${String(terms)}`;
  }

  /** The functions, and the constants that they are called with in the place of a bias. */
  definitions(): string[] {
    const functions = [...this.#starts].sort(([a], [b]) => a - b).flatMap(([terms, starts]) => [...productFunction(`product${String(terms)}`, terms, starts), '']);
    const needsZero = [...this.#starts.values()].some((starts) => starts.has('zero'));
    const needsTarget = [...this.#starts.values()].some((starts) => starts.has('target') || !starts.has('bias'));
    return [
      ...functions,
      ...(needsZero ? ['/** In the place of a bias: a product that starts from zero. */', 'const fromZero = -1;', ''] : []),
      ...(needsTarget ? ['/** In the place of a bias: a product that starts from what is there. */', 'const fromTarget = -2;', ''] : []),
    ];
  }
}

/**
 * Rows of which all columns are computed before the next ones are read: a product over all steps has thousands, which
 * would come from outside of the first-level cache again for each panel.
 */
const rowBlock = 48;

/**
 * The product function of a module, for a number of terms: tiles of three rows by four columns with the sums in
 * locals, all operands as offsets into one array, weights in panels of four columns. The loop shape that measured
 * fastest in JavaScript; more rows spill registers, and so do more columns for a single row (8 or 12 of them are 4 to 9 %
 * slower at batch 1 than 4).
 *
 * `| 0` keeps offsets in 32-bit registers without a check for overflow at each addition: 6 to 10 % at batch 1, 2 to 6 % at
 * batch 16. An arena has fewer than 2^31 elements.
 */
function productFunction(name: string, terms: number, starts: ReadonlySet<Start>): string[] {
  const each = <Item>(count: number, make: (k: number) => Item): Item[] => Array.from({ length: count }, (_, k) => make(k));
  const parameters = each(terms, (k) => `operand${k}: number, row${k}: number, step${k}: number, panel${k}: number, depth${k}: number`);
  const tile = (rows: number): string[] => {
    const sums = each(rows, (r) => each(4, (c) => `s${r}${c}`));
    const at = (r: number): string => (r === 0 ? 'at' : r === 1 ? 'at + targetRow' : `at + ${r} * targetRow`);
    const read = (base: string, stride: string, r: number): string => (r === 0 ? base : r === 1 ? `${base} + ${stride}` : `${base} + ${r} * ${stride}`);
    return [
      `let ${sums.flat().map((sum) => `${sum} = 0`).join(', ')};`,
      'const at = target + row * targetRow + column;',
      ...startLines(starts, {
        target: each(4, (c) => `${c === 0 ? '' : `if (width > ${c}) { `}${sums.map((s, r) => `${s[c] ?? ''} = memory[${at(r)}${c === 0 ? '' : ` + ${c}`}]!;`).join(' ')}${c === 0 ? '' : ' }'}`),
        bias: each(4, (c) => `${c === 0 ? '' : `if (width > ${c}) `}${sums.map((s) => s[c] ?? '').join(' = ')} = memory[start + column${c === 0 ? '' : ` + ${c}`}]!;`),
      }),
      ...each(terms, (k) => [
        `for (let p = panel${k} + column * depth${k} | 0, end = p + 4 * depth${k} | 0, x = operand${k} + row * row${k} | 0; p < end; p = p + 4 | 0, x = x + step${k} | 0) {`,
        `  const ${each(4, (c) => `w${c} = memory[p${c === 0 ? '' : ` + ${c} | 0`}]!`).join(', ')};`,
        ...each(rows, (r) => [
          `  const x${r} = memory[${read('x', `row${k}`, r)}${r === 0 ? '' : ' | 0'}]!;`,
          `  ${each(4, (c) => `s${r}${c} += x${r} * w${c};`).join(' ')}`,
        ]).flat(),
        '}',
      ]).flat(),
      ...each(4, (c) => `${c === 0 ? '' : `if (width > ${c}) { `}${sums.map((s, r) => `memory[${at(r)}${c === 0 ? '' : ` + ${c}`}] = ${s[c] ?? ''};`).join(' ')}${c === 0 ? '' : ' }'}`),
    ];
  };
  return [
    '/** target[row, column] = start + Σ operand[row, k] · weight[k, column]; weights in panels of four columns. */',
    `function ${name}(rows: number, columns: number, target: number, targetRow: number, start: number, ${parameters.join(', ')}): void {`,
    // A local is read from a register, a variable of the creator from its context, at every access.
    '  const memory = arena;',
    `  for (let first = 0; first < rows; first += ${rowBlock}) {`,
    `    const last = Math.min(first + ${rowBlock}, rows);`,
    '    for (let column = 0; column < columns; column += 4) {',
    '      const width = columns - column;',
    '      let row = first;',
    '      for (; row + 3 <= last; row += 3) {',
    ...tile(3).map((line) => `        ${line}`),
    '      }',
    '      for (; row < last; row++) {',
    ...tile(1).map((line) => `        ${line}`),
    '      }',
    '    }',
    '  }',
    '}',
  ];
}

/** Statements for those starts that there are. Without a bias `start` is still read, since a user's compiler may complain of parameters that are not. */
function startLines(starts: ReadonlySet<Start>, { target, bias }: Readonly<Record<'target' | 'bias', readonly string[]>>): string[] {
  const block = (condition: string, lines: readonly string[]): string[] => [`${condition}{`, ...lines.map((line) => `  ${line}`), '}'];
  if (!starts.has('bias')) return block('if (start === fromTarget) ', target);
  const condition = starts.has('zero') ? 'if (start !== fromZero) ' : '';
  if (!starts.has('target')) return condition === '' ? [...bias] : block(condition, bias);
  const [end = '', ...rest] = block(`} else ${condition}`, bias);
  return [...block('if (start === fromTarget) ', target).slice(0, -1), end, ...rest];
}

export function packFunction(name: string): string[] {
  return [
    '/** Brings a matrix into panels of four columns, the last one filled up with zeros. */',
    `function ${name}(source: number, depthStride: number, columnStride: number, depth: number, columns: number, panel: number): void {`,
    '  const memory = arena;',
    '  let to = panel;',
    '  for (let column = 0; column < columns; column += 4) {',
    '    for (let k = 0; k < depth; k++) {',
    '      const from = source + k * depthStride + column * columnStride;',
    '      for (let c = 0; c < 4; c++) memory[to++] = column + c < columns ? memory[from + c * columnStride]! : 0;',
    '    }',
    '  }',
    '}',
  ];
}
