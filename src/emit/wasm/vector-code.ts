import type { MathFunction, VectorCode } from '../../ops/op.js';

export type Lane = 'f32' | 'f64';

/** How many lanes a vector of 128 bits has. */
export const lanesOf = { f32: 4, f64: 2 } as const satisfies Record<Lane, number>;

export const bytesOf = { f32: 4, f64: 8 } as const satisfies Record<Lane, number>;

const floatShape = { f32: 'f32x4', f64: 'f64x2' } as const satisfies Record<Lane, string>;
const integerShape = { f32: 'i32x4', f64: 'i64x2' } as const satisfies Record<Lane, string>;

/** A function that computes one of the maths functions on all lanes of a vector. */
export type VectorMath = (code: FunctionVectors, operands: readonly string[]) => string;

/** What is written of a function, whatever its lanes are at the moment. */
interface FunctionText {
  /** The name of the local that holds a constant, by the constant's text. */
  readonly constants: Map<string, string>;
  readonly names: Set<string>;
  readonly locals: { readonly name: string; readonly type: 'i32' | 'v128'; readonly ofMath: boolean }[];
  readonly lines: string[];
  /** Locals that maths functions have done with, by the name that they were wanted for. */
  readonly free: Map<string, string[]>;
  /** Locals of the maths functions that are being written, the innermost last. */
  readonly inUse: { readonly wanted: string; readonly name: string }[][];
}

/**
 * The vectors of one WebAssembly function: its locals, its constants, and the text of what is computed. Text is in folded
 * form. Constants are read from locals that are set when the function is entered: written in a loop, they cost twice the time.
 */
export class FunctionVectors implements VectorCode {
  constructor(
    readonly lane: Lane,
    private readonly functions: (name: MathFunction) => VectorMath,
    private readonly text: FunctionText = { constants: new Map(), names: new Set(), locals: [], lines: [], free: new Map(), inUse: [] },
  ) {}

  /** The same function, computing with other lanes. */
  withLane(lane: Lane): FunctionVectors {
    return lane === this.lane ? this : new FunctionVectors(lane, this.functions, this.text);
  }

  get shape(): 'f32x4' | 'f64x2' {
    return floatShape[this.lane];
  }

  get integers(): 'i32x4' | 'i64x2' {
    return integerShape[this.lane];
  }

  constant(value: number): string {
    return this.#constant(`(${this.shape}.splat (${this.lane}.const ${numberText(value)}))`);
  }

  /** A value of its own in each lane. */
  lanes(values: readonly number[]): string {
    return this.#constant(`(v128.const ${this.shape} ${values.map(numberText).join(' ')})`);
  }

  /** The same bits in each lane, as an integer. */
  bits(value: number | bigint): string {
    return this.#constant(`(${this.integers}.splat (${this.lane === 'f32' ? 'i32' : 'i64'}.const ${String(value)}))`);
  }

  #constant(key: string): string {
    let name = this.text.constants.get(key);
    if (name === undefined) {
      name = this.#fresh('constant');
      this.text.constants.set(key, name);
    }
    return `(local.get $${name})`;
  }

  let(name: string, code: string): string {
    if (/^\(local\.get \$\w+\)$/.test(code)) return code;
    const own = this.local(name, 'v128');
    this.text.lines.push(`(local.set $${own} ${code})`);
    return `(local.get $${own})`;
  }

  unary(instruction: 'neg' | 'abs' | 'sqrt' | 'floor' | 'nearest', operand: string): string {
    return `(${this.shape}.${instruction} ${operand})`;
  }

  /** `pmin(a, b)` is `b < a ? b : a` and `pmax(a, b)` is `a < b ? b : a`: one machine instruction each, that passes a NaN in a. */
  binary(instruction: 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'pmin' | 'pmax', left: string, right: string): string {
    return `(${this.shape}.${instruction} ${left} ${right})`;
  }

  /** In this order a host with relaxed SIMD can do it in one instruction. */
  multiplyAdd(left: string, right: string, addend: string): string {
    const bound = this.let('addend', addend);
    return `(${this.shape}.add (${this.shape}.mul ${left} ${right}) ${bound})`;
  }

  compare(instruction: 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge', left: string, right: string): string {
    return `(${this.shape}.${instruction} ${left} ${right})`;
  }

  logic(instruction: 'and' | 'or' | 'xor' | 'andnot', left: string, right: string): string {
    return `(v128.${instruction} ${left} ${right})`;
  }

  not(mask: string): string {
    return `(v128.not ${mask})`;
  }

  select(mask: string, taken: string, otherwise: string): string {
    return `(v128.bitselect ${taken} ${otherwise} ${mask})`;
  }

  math(name: MathFunction, ...operands: readonly string[]): string {
    const { inUse, free } = this.text;
    const own: { wanted: string; name: string }[] = [];
    inUse.push(own);
    const code = this.functions(name)(this, operands);
    inUse.pop();
    if (own.length === 0) return code;
    const result = this.let(name, code);
    // The next one uses the same locals: the same code then has the same bytes, which compress well.
    for (const local of own) free.set(local.wanted, [local.name, ...(free.get(local.wanted) ?? [])]);
    return result;
  }

  /** Adds a statement. */
  line(text: string): void {
    this.text.lines.push(text);
  }

  /** What has been written since the last call. */
  takeLines(): string[] {
    return this.text.lines.splice(0);
  }

  /** Declares a local of its own; gives its name without the dollar sign. */
  local(wanted: string, type: 'i32' | 'v128'): string {
    const own = type === 'v128' ? this.text.inUse.at(-1) : undefined;
    const again = own === undefined ? undefined : this.text.free.get(wanted)?.pop();
    const name = again ?? this.#fresh(wanted);
    if (again === undefined) this.text.locals.push({ name, type, ofMath: own !== undefined });
    own?.push({ wanted, name });
    return name;
  }

  /** Takes a name, for a parameter of the function. */
  reserve(wanted: string): string {
    return this.#fresh(wanted);
  }

  #fresh(wanted: string): string {
    const base = wanted.replace(/\W/g, '_');
    let name = base;
    for (let k = 2; this.text.names.has(name); k++) name = `${base}_${String(k)}`;
    this.text.names.add(name);
    return name;
  }

  /** What a function starts with: its locals, and the setting of its constants. */
  preamble(): { readonly declarations: string[]; readonly constants: readonly string[] } {
    const constants = [...this.text.constants].sort(([a], [b]) => (a < b ? -1 : 1));
    const ofMath = this.text.locals.filter((local) => local.ofMath).sort((a, b) => (a.name < b.name ? -1 : 1));
    const others = (wanted: 'i32' | 'v128'): typeof ofMath => this.text.locals.filter(({ type, ofMath: own }) => type === wanted && !own);
    return {
      // What the same mathematics needs comes first, and in the same order: functions that share it then have the same numbers for it, and compress.
      declarations: [
        ...constants.map(([, name]) => `(local $${name} v128)`),
        ...[...ofMath, ...others('v128'), ...others('i32')].map(({ name, type }) => `(local $${name} ${type})`),
      ],
      constants: constants.map(([key, name]) => `(local.set $${name} ${key})`),
    };
  }
}

/** A number in the notation of WebAssembly text, to the bit. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
}
