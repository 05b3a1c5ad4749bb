import type { Address, Guard, MapKernel, Scalar, Statement } from './kernel-program.js';

/** A value in the text of a map: a name, or the expression that stands where the value is used. */
interface Text {
  readonly text: string;
  /** Needs parentheses inside another expression. */
  readonly loose: boolean;
}

/**
 * A map as text: its axes, then one line per named value and per store. A value that is used once and has no name stands
 * where it is used.
 *
 *     map b in 0..B, h in 0..H {
 *       z = tanh(gates[4H*b+h])
 *       c[H*b+h] = z * i
 *     }
 */
export function printMap({ axes, statements }: MapKernel): string[] {
  const lines = new MapText(statements).lines;
  if (axes.length === 0) return ['map {', ...lines.map((line) => `  ${line}`), '}'];
  const head = axes.map(({ index, size }) => `${index} in 0..${size.key}`).join(', ');
  return [`map ${head} {`, ...lines.map((line) => `  ${line}`), '}'];
}

/** `gates[4H*b+h]`: the element of a buffer at an address, which counts elements from the buffer's start. */
export function printAddress({ buffer, offset }: Address): string {
  return `${buffer.name}[${offset.key}]`;
}

class MapText {
  readonly lines: string[] = [];
  readonly #values = new Map<number, Text>();
  readonly #taken = new Set<string>();
  readonly #uses: ReadonlyMap<number, number>;
  readonly #written: ReadonlySet<string>;

  constructor(statements: readonly Statement[]) {
    this.#uses = countUses(statements);
    this.#written = new Set(statements.flatMap((each) => (each.kind === 'store' || each.kind === 'accumulate' ? [each.address.buffer.name] : [])));
    for (const statement of statements) this.#statement(statement);
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case 'load': {
        const { id, name, address, guards } = statement;
        const text = `${printAddress(address)}${orZero(guards)}`;
        // What is written later in the same cell must not seem to be read after it.
        this.#value(id, name ?? (this.#written.has(address.buffer.name) ? `${address.buffer.name}Before` : undefined), text, guards.length > 0);
        return;
      }
      case 'bindIndex':
        this.lines.push(`${statement.symbol} = index ${this.#whole(statement.value)}`);
        return;
      case 'guarded':
        this.#value(statement.id, undefined, `${this.#part(statement.value)}${orZero(statement.guards)}`, true);
        return;
      case 'compute': {
        const { code, operands } = statement;
        const isCall = operands.length === 1 && /^\w+\(a\)$/.test(code.typescript(['a'], (name) => name));
        const text = code.typescript(operands.map((operand) => (isCall ? this.#whole(operand) : this.#part(operand))), (name) => name);
        this.#value(statement.id, statement.name, text, !isTight(text));
        return;
      }
      case 'store':
        this.lines.push(`${printAddress(statement.address)} = ${this.#whole(statement.value)}`);
        return;
      case 'accumulate': {
        const guards = statement.guards.length === 0 ? '' : ` if ${conditions(statement.guards)}`;
        this.lines.push(`${printAddress(statement.address)} ${statement.combine === 'sum' ? '+=' : 'max='} ${this.#whole(statement.value)}${guards}`);
      }
    }
  }

  #value(id: number, name: string | undefined, text: string, loose: boolean): void {
    if (name === undefined && (this.#uses.get(id) ?? 0) <= 1) {
      this.#values.set(id, { text, loose });
      return;
    }
    const own = name === undefined || this.#taken.has(name) ? `${name ?? 'v'}${String(id)}` : name;
    this.#taken.add(own);
    this.lines.push(`${own} = ${text}`);
    this.#values.set(id, { text: own, loose: false });
  }

  #whole(scalar: Scalar): string {
    return this.#text(scalar).text;
  }

  #part(scalar: Scalar): string {
    const { text, loose } = this.#text(scalar);
    return loose ? `(${text})` : text;
  }

  #text(scalar: Scalar): Text {
    switch (scalar.kind) {
      case 'number': {
        const text = Object.is(scalar.value, -0) ? '-0' : String(scalar.value);
        return { text, loose: text.startsWith('-') };
      }
      case 'dim':
        return { text: scalar.dim.key, loose: scalar.dim.terms.length > 1 };
      case 'value':
        return this.#values.get(scalar.id) ?? { text: `v${String(scalar.id)}`, loose: false };
    }
  }
}

function orZero(guards: readonly Guard[]): string {
  return guards.length === 0 ? '' : ` if ${conditions(guards)} else 0`;
}

function conditions(guards: readonly Guard[]): string {
  return guards.map(({ index, size }) => `0 <= ${index.key} < ${size.key}`).join(' and ');
}

/** One name, number, element or call: nothing that parentheses would have to keep together. */
function isTight(text: string): boolean {
  return /^[\w$.]*(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\[[^[\]]*\])?$/.test(text);
}

function countUses(statements: readonly Statement[]): Map<number, number> {
  const uses = new Map<number, number>();
  for (const statement of statements) {
    const read = statement.kind === 'compute' ? statement.operands : statement.kind === 'load' ? [] : [statement.value];
    for (const scalar of read) if (scalar.kind === 'value') uses.set(scalar.id, (uses.get(scalar.id) ?? 0) + 1);
  }
  return uses;
}
