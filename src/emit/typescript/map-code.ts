import { Dim } from '../../graph/dim.js';
import type { MathFunction } from '../../ops/op.js';
import type { Address, Axis, Guard, MapKernel, Scalar, Statement } from '../../lower/kernel-program.js';
import { identifier } from '../../lower/buffers.js';
import { dimCode } from './scope.js';
import type { Scope, SymbolNames } from './scope.js';

export interface MapCodeContext {
  readonly symbols: SymbolNames;
  /** Where a buffer starts, plus an offset that no loop of the map changes. */
  start(buffer: Address['buffer'], offset: Dim): string;
  /** What lies there, where that is one part of several in a buffer. */
  partName(buffer: Address['buffer'], offset: Dim): string | undefined;
  math(name: MathFunction): string;
  readonly scope: Scope;
}

/** What a value is called, or the expression that is put in its place. */
interface ValueCode {
  readonly text: string;
  readonly truth: boolean;
  /** Needs parentheses inside another expression. */
  readonly loose: boolean;
  readonly op: string | undefined;
}

/**
 * A map as nested loops. The part of an address that does not change in an inner loop is computed outside of it; sums
 * whose place does not change in the inner loops are kept in a local.
 */
export class MapCode {
  readonly #values = new Map<number, ValueCode>();
  readonly #uses: ReadonlyMap<number, number>;
  /** Names of the places that values are put in. */
  readonly #destinations: ReadonlyMap<number, string>;
  readonly #scope: Scope;
  readonly #names: ReadonlyMap<string, string>;
  /** Lines to be written at the start of each depth; depth k is inside the first k loops. */
  readonly #heads: string[][];
  /** Lines at the end of each depth. */
  readonly #tails: string[][];
  readonly #rows = new Map<string, string>();
  readonly #body: string[] = [];

  constructor(
    private readonly kernel: MapKernel,
    private readonly context: MapCodeContext,
  ) {
    this.#scope = context.scope.inner();
    this.#names = new Map(kernel.axes.map(({ index }) => [index, this.#scope.fresh(index)]));
    this.#uses = countUses(kernel.statements);
    this.#destinations = new Map(kernel.statements.flatMap((statement) => this.#destination(statement)));
    this.#heads = Array.from({ length: kernel.axes.length + 1 }, () => []);
    this.#tails = Array.from({ length: kernel.axes.length + 1 }, () => []);
  }

  lines(): string[] {
    for (const statement of this.kernel.statements) this.#statement(statement);
    const nest = (depth: number): string[] => {
      const axis = this.kernel.axes[depth];
      const inner = axis === undefined ? this.#body : this.#loop(axis, nest(depth + 1));
      return [...(this.#heads[depth] ?? []), ...inner, ...(this.#tails[depth] ?? [])];
    };
    const lines = nest(0);
    // Constants before a nest are kept to themselves, so that two nests may use the same names.
    return (this.#heads[0]?.length ?? 0) > 0 || this.kernel.axes.length === 0 ? ['{', ...indent(lines), '}'] : lines;
  }

  #loop({ index, size }: Axis, body: readonly string[]): string[] {
    const name = this.#symbol(index);
    const count = dimCode(size, this.context.symbols);
    if (/^\w+$/.test(count)) return [`for (let ${name} = 0; ${name} < ${count}; ${name}++) {`, ...indent(body), '}'];
    const end = this.#scope.fresh('end');
    return [`for (let ${name} = 0, ${end} = ${count}; ${name} < ${end}; ${name}++) {`, ...indent(body), '}'];
  }

  readonly #bound = new Map<string, string>();

  #symbol(symbol: string): string {
    return this.#names.get(symbol) ?? this.#bound.get(symbol) ?? this.context.symbols(symbol);
  }

  #dim(dim: Dim, tight = false): string {
    return dimCode(dim, (symbol) => this.#symbol(symbol), tight);
  }

  /** The depth at which a symbol is known. */
  #depth(dim: Dim): number {
    return Math.max(
      0,
      ...dim.symbols().map((symbol) => {
        if (this.#bound.has(symbol)) return this.kernel.axes.length;
        return this.kernel.axes.findIndex(({ index }) => index === symbol) + 1;
      }),
    );
  }

  /** The part of an offset that no loop changes. */
  #fixed(offset: Dim): Dim {
    return this.kernel.axes.length === 0 ? offset : Dim.fromTerms(offset.terms.filter((term) => this.#depth(Dim.fromTerms([term])) === 0));
  }

  #placeName({ buffer, offset }: Address): string {
    return this.context.partName(buffer, this.#fixed(offset)) ?? buffer.name;
  }

  /** Where a value goes; sums, which several values go to, come last. */
  #destination(statement: Statement): [id: number, name: string][] {
    if ((statement.kind !== 'store' && statement.kind !== 'accumulate') || statement.value.kind !== 'value') return [];
    return [[statement.value.id, this.#placeName(statement.address)]];
  }

  #address(address: Address): string {
    const { buffer, offset } = address;
    const innermost = this.kernel.axes.length;
    const name = this.#placeName(address);
    let prefix = this.context.start(buffer, this.#fixed(offset));
    if (innermost > 0 && !/^\w+$/.test(prefix)) prefix = this.#row(0, name, prefix);
    for (let depth = 1; depth < innermost; depth++) {
      const part = Dim.fromTerms(offset.terms.filter((term) => this.#depth(Dim.fromTerms([term])) === depth));
      if (part.terms.length === 0) continue;
      prefix = this.#row(depth, name, sumCode(prefix, this.#dim(part)));
    }
    const rest = Dim.fromTerms(offset.terms.filter((term) => this.#depth(Dim.fromTerms([term])) === innermost));
    return innermost > 0 && rest.terms.length > 0 ? sumCode(prefix, this.#dim(rest)) : prefix;
  }

  /** A part of an address that is computed once, outside of the loops that do not change it. */
  #row(depth: number, name: string, code: string): string {
    let row = this.#rows.get(code);
    if (row === undefined) {
      row = this.#scope.fresh(`${name}${depth === 0 && this.kernel.axes.length > 1 ? 'Start' : 'Row'}`);
      this.#rows.set(code, row);
      this.#heads[depth]?.push(`const ${row} = ${code};`);
    }
    return row;
  }

  #guards(guards: readonly Guard[]): string {
    return guards
      .map(({ index, size }) => {
        const at = this.#dim(index, true);
        return `${at} >= 0 && ${at} < ${this.#dim(size)}`;
      })
      .join(' && ');
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case 'load': {
        const element = `memory[${this.#address(statement.address)}]!`;
        const text = statement.guards.length === 0 ? element : `${this.#guards(statement.guards)} ? ${element} : 0`;
        this.#define(statement.id, statement.name ?? this.#placeName(statement.address), text, false);
        return;
      }
      case 'bindIndex': {
        const name = this.#scope.fresh(statement.symbol);
        this.#body.push(`const ${name} = ${this.#scalar(statement.value, false)};`);
        this.#bound.set(statement.symbol, name);
        return;
      }
      case 'guarded':
        this.#define(statement.id, 'inside', `${this.#guards(statement.guards)} ? ${this.#scalar(statement.value, false)} : 0`, false);
        return;
      case 'compute': {
        const operands = statement.operands.map((operand, slot) =>
          this.#operand(operand, statement.operandTruths[slot] === true, statement.op, slot),
        );
        const text = withoutDoubleParentheses(statement.code.typescript(operands, (name) => this.context.math(name)));
        if (statement.name === undefined && this.#uses.get(statement.id) === 1) {
          this.#values.set(statement.id, { text, truth: statement.truth, loose: !isTight(text), op: statement.op });
        } else this.#define(statement.id, statement.name ?? this.#defaultName(statement), text, statement.truth);
        return;
      }
      case 'store': {
        const value = this.#scalar(statement.value, statement.truth);
        this.#body.push(`memory[${this.#address(statement.address)}] = ${statement.truth ? `${value} ? 1 : 0` : value};`);
        return;
      }
      case 'accumulate':
        this.#accumulate(statement);
    }
  }

  /** `tanh(cNext)` is called `tanhCNext`; others after where they go. */
  #defaultName({ id, op, operands }: Extract<Statement, { kind: 'compute' }>): string {
    const [first] = operands;
    const operand = first?.kind === 'value' && operands.length === 1 ? this.#values.get(first.id)?.text : undefined;
    return operand !== undefined && /^[A-Za-z_]\w*$/.test(operand) ? `${op}${operand.charAt(0).toUpperCase()}${operand.slice(1)}` : (this.#destinations.get(id) ?? `${op}Value`);
  }

  #accumulate({ address, combine, value, guards }: Extract<Statement, { kind: 'accumulate' }>): void {
    const depth = this.#depth(address.offset);
    const innermost = this.kernel.axes.length;
    const term = this.#scalar(value, false);
    const update = (target: string): string =>
      combine === 'sum' ? `${target} += ${term};` : `${target} = Math.max(${target}, ${term});`;
    if (depth < innermost && guards.length === 0) {
      const local = this.#scope.fresh(combine === 'sum' ? `${address.buffer.name}Sum` : `${address.buffer.name}Max`);
      this.#heads[depth]?.push(`let ${local} = ${combine === 'sum' ? '0' : '-Infinity'};`);
      this.#body.push(update(local));
      const at = this.#address(address);
      const element = `memory[${at}]!`;
      this.#tails[depth]?.push(combine === 'sum' ? `${element} += ${local};` : `memory[${at}] = Math.max(${element}, ${local});`);
      return;
    }
    const line = update(`memory[${this.#address(address)}]!`).replace(/^(memory\[.*\])! = /, '$1 = ');
    this.#body.push(guards.length === 0 ? line : `if (${this.#guards(guards)}) ${line}`);
  }

  #define(id: number, wanted: string, text: string, truth: boolean): void {
    const name = this.#scope.fresh(identifier(wanted));
    this.#body.push(`const ${name} = ${text};`);
    this.#values.set(id, { text: name, truth, loose: false, op: undefined });
  }

  /** A scalar as a whole expression. */
  #scalar(scalar: Scalar, truth: boolean): string {
    return this.#code(scalar, truth).text;
  }

  /** A scalar within another expression. */
  #operand(scalar: Scalar, truth: boolean, outer: string, slot: number): string {
    const { text, loose, op } = this.#code(scalar, truth);
    const binds = (outer === 'add' || (outer === 'sub' && slot === 0)) && (op === 'mul' || op === 'add' || op === 'sub');
    const chain = outer === 'mul' && slot === 0 && op === 'mul';
    return loose && !binds && !chain ? `(${text})` : text;
  }

  #code(scalar: Scalar, truth: boolean): ValueCode {
    switch (scalar.kind) {
      case 'number': {
        const text = truth ? String(scalar.value !== 0) : numberCode(scalar.value);
        return { text, truth, loose: text.startsWith('-'), op: undefined };
      }
      case 'dim': {
        const text = this.#dim(scalar.dim);
        return { text, truth: false, loose: !isTight(text), op: undefined };
      }
      case 'value': {
        const value = this.#values.get(scalar.id);
        if (value === undefined) throw new Error(`value ${String(scalar.id)} is read before it is computed`);
        if (truth && !value.truth) return { text: `${value.loose ? `(${value.text})` : value.text} !== 0`, truth: true, loose: true, op: undefined };
        return value;
      }
    }
  }
}

/** A number as source text that reads back as the same bits. */
export function numberCode(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function isTight(text: string): boolean {
  return /^[\w$.]+$/.test(text) || /^[\w$.]+\((?:[^()]|\([^()]*\))*\)$/.test(text) || /^\((?:[^()]|\([^()]*\))*\)$/.test(text);
}

/** `f((a + b))` is `f(a + b)`. */
function withoutDoubleParentheses(text: string): string {
  const match = /^([\w$.]+)\(\((.*)\)\)$/.exec(text);
  if (match === null) return text;
  const [, name = '', inner = ''] = match;
  let depth = 0;
  for (const character of inner) {
    depth += character === '(' ? 1 : character === ')' ? -1 : 0;
    if (depth < 0) return text;
  }
  return `${name}(${inner})`;
}

function sumCode(base: string, rest: string): string {
  if (rest === '0') return base;
  return rest.startsWith('-') ? `${base} - ${rest.slice(1)}` : `${base} + ${rest}`;
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function countUses(statements: readonly Statement[]): Map<number, number> {
  const uses = new Map<number, number>();
  const use = (scalar: Scalar): void => {
    if (scalar.kind === 'value') uses.set(scalar.id, (uses.get(scalar.id) ?? 0) + 1);
  };
  for (const statement of statements) {
    if (statement.kind === 'compute') {
      // Code that writes an operand twice would compute an inlined one twice.
      const doubled = statement.op === 'square' || statement.op === 'multiplyNoNan';
      for (const operand of statement.operands) {
        use(operand);
        if (doubled) use(operand);
      }
    } else if (statement.kind !== 'load') use(statement.value);
  }
  return uses;
}
