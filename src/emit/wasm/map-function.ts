import { Dim } from '../../graph/dim.js';
import type { DimTerm } from '../../graph/dim.js';
import type { Address, Guard, MapKernel, Scalar, Statement } from '../../lower/kernel-program.js';
import { loopLines } from './function-code.js';
import type { FunctionCode } from './function-code.js';
import { scheduleOf, strideAlong } from './map-schedule.js';
import type { MapSchedule } from './map-schedule.js';
import { lanesOf } from './vector-code.js';

export interface MapFunctionContext {
  /** The symbol that stands for the start of a buffer's region, in bytes. */
  start(buffer: Address['buffer']): string;
  newFunction(parameters: readonly string[]): FunctionCode;
  /** Told that the function calls the one that stores a part of a vector. */
  storesParts(): void;
  /** How many rows are in flight at once. */
  readonly rowsInFlight: number;
}

/**
 * A map as one function, given the indices of the loops around it. The last vector along an axis may reach beyond it: it is
 * computed as a whole, and stored in part.
 */
export function mapFunction(name: string, kernel: MapKernel, parameters: readonly string[], context: MapFunctionContext): string[] {
  const schedule = scheduleOf(kernel);
  const code = context.newFunction(parameters);
  const nest = new Nest(kernel, schedule, code, context);
  return code.text(name, nest.lines());
}

/** A value of the body, for one row. */
interface Value {
  readonly text: string;
  readonly truth: boolean;
}

/** An address, and the constant part of it that the instruction holds. */
interface Place {
  readonly text: string;
  readonly immediate: string;
}

/** What is added up along the lanes; they are joined at the end. */
interface Sum {
  readonly local: string;
  readonly combine: 'sum' | 'max';
  readonly address: Address;
}

/** How vectors go along their axis. */
interface Lanes {
  /** The local that counts elements. */
  readonly index: string;
  /** The local that holds how many elements are left, where they may be fewer than there are lanes. */
  readonly left: string | undefined;
  /** Sums along the lanes. */
  readonly sums: Sum[];
}

class Nest {
  readonly #outerHeads: string[][];
  readonly #outerLocals = new Map<string, string>();
  readonly #outerIndex: readonly string[];
  /** Symbols that stand for values read from memory. */
  readonly #lookedUp: ReadonlySet<string>;

  constructor(
    private readonly kernel: MapKernel,
    private readonly schedule: MapSchedule,
    readonly code: FunctionCode,
    readonly context: MapFunctionContext,
  ) {
    this.#lookedUp = new Set(kernel.statements.flatMap((each) => (each.kind === 'bindIndex' ? [each.symbol] : [])));
    this.#outerHeads = Array.from({ length: schedule.outer.length + 1 }, () => []);
    this.#outerIndex = schedule.outer.map(({ index }) => code.index(index));
  }

  lines(): string[] {
    const { outer, vector } = this.schedule;
    const inner = vector === undefined ? new Variant(this, this.kernel.statements, this.schedule, 1, undefined).lines() : this.#vectorLoops(vector.index, vector.size);
    const nest = (depth: number): string[] => {
      const axis = outer[depth];
      if (axis === undefined) return [...(this.#outerHeads[depth] ?? []), ...inner];
      const index = this.#outerIndex[depth] ?? '';
      const body = nest(depth + 1);
      const end = this.bound(axis.size);
      return [...(this.#outerHeads[depth] ?? []), `(local.set $${index} (i32.const 0))`, ...loopLines(index, end, 1, body, `each_${index}`)];
    };
    return nest(0);
  }

  #vectorLoops(symbol: string, size: Dim): string[] {
    const { vectors } = this.code;
    const lanes = lanesOf[vectors.lane];
    const index = this.code.index(symbol);
    const sums: Sum[] = [];
    const end = this.bound(size);
    const whole = (this.code.resolve(size).constantValue ?? 1) % lanes === 0;
    const left = whole ? undefined : vectors.local('left', 'i32');
    const body = new Variant(this, this.kernel.statements, this.schedule, lanes, { index, left, sums }).lines();
    const starts = sums.map(({ local, combine }) => `(local.set $${local} ${vectors.constant(combine === 'sum' ? 0 : -Infinity)})`);
    return [
      ...starts,
      `(local.set $${index} (i32.const 0))`,
      `(loop $vectors_${index}`,
      ...(left === undefined ? [] : [`(local.set $${left} (i32.sub ${end} (local.get $${index})))`]),
      ...body.map((line) => `  ${line}`),
      `  (br_if $vectors_${index} (i32.lt_s (local.tee $${index} (i32.add (local.get $${index}) (i32.const ${String(lanes)}))) ${end})))`,
      ...sums.flatMap((sum) => this.#endOfSum(sum)),
    ];
  }

  /** Adds what has been added up along the lanes to where it belongs. */
  #endOfSum({ local, combine, address }: Sum): string[] {
    const { vectors } = this.code;
    const { shape, lane } = vectors;
    const place = this.address(address);
    const read = (k: number): string => `(${shape}.extract_lane ${String(k)} (local.get $${local}))`;
    const join = (a: string, b: string): string => `(${lane}.${combine === 'sum' ? 'add' : 'max'} ${a} ${b})`;
    const lanes = Array.from({ length: lanesOf[lane] }, (_, k) => read(k));
    const total = lanes.length === 4 ? join(join(lanes[0] ?? '', lanes[1] ?? ''), join(lanes[2] ?? '', lanes[3] ?? '')) : lanes.reduce(join);
    return [...vectors.takeLines(), `(${lane}.store${place.immediate} ${place.text} ${join(`(${lane}.load${place.immediate} ${place.text})`, total)})`];
  }

  /** A bound, which no loop of the map changes: computed at the head of the function. */
  bound(size: Dim): string {
    const text = this.code.dim(size);
    if (isAtom(text)) return text;
    const key = `end|${size.key}`;
    let local = this.#outerLocals.get(key);
    if (local === undefined) {
      local = this.code.vectors.local('end', 'i32');
      this.#outerLocals.set(key, local);
      this.#outerHeads[0]?.push(`(local.set $${local} ${text})`);
    }
    return `(local.get $${local})`;
  }

  /** A term of an address, computed once for all that it occurs in. */
  #term(depth: number, term: DimTerm): string {
    const dim = Dim.fromTerms([term]);
    const text = this.code.dim(dim);
    if (isAtom(text)) return text;
    const key = `term|${dim.key}`;
    let local = this.#outerLocals.get(key);
    if (local === undefined) {
      local = this.code.vectors.local('offset', 'i32');
      this.#outerLocals.set(key, local);
      this.#outerHeads[depth]?.push(`(local.set $${local} ${text})`);
    }
    return `(local.get $${local})`;
  }

  /** The depth at which a term is known: inside the first k outer loops; undefined where it changes further inside. */
  depthOf(term: DimTerm): number | undefined {
    const symbols = Dim.fromTerms([term]).symbols();
    let depth = 0;
    for (const symbol of symbols) {
      if (this.#lookedUp.has(symbol)) return undefined;
      const k = this.schedule.outer.findIndex((axis) => axis.index === symbol);
      if (k >= 0) depth = Math.max(depth, k + 1);
      else if (!this.code.isFixed(symbol)) return undefined;
    }
    return depth;
  }

  /**
   * Where an element lies: what is known in outer loops is computed there, once; what is constant is part of the instruction.
   * `inner` adds what changes further inside.
   */
  address({ buffer, offset }: Address, inner: (terms: readonly DimTerm[], base: string) => string = (_, base) => base): Place {
    const resolved = this.code.resolve(offset.times(this.code.bytes));
    const immediate = resolved.terms.find((term) => term.atoms.length === 0 && term.coefficient > 0)?.coefficient ?? 0;
    const terms = resolved.terms.filter((term) => term.atoms.length > 0 || term.coefficient < 0);
    let base = this.code.symbol(this.context.start(buffer));
    let key = this.context.start(buffer);
    for (let depth = 0; depth <= this.schedule.outer.length; depth++) {
      const own = Dim.fromTerms(terms.filter((term) => this.depthOf(term) === depth));
      if (own.terms.length === 0) continue;
      key += `|${own.key}`;
      const head = this.#outerHeads[depth];
      let local = this.#outerLocals.get(key);
      if (local === undefined) {
        local = this.code.vectors.local(`${buffer.name}At`, 'i32');
        this.#outerLocals.set(key, local);
        const sum = own.terms.map((term) => this.#term(depth, term)).reduce((left, right) => `(i32.add ${left} ${right})`, base);
        head?.push(`(local.set $${local} ${sum})`);
      }
      base = `(local.get $${local})`;
    }
    const rest = terms.filter((term) => this.depthOf(term) === undefined);
    return { text: rest.length === 0 ? base : inner(rest, base), immediate: immediate === 0 ? '' : ` offset=${String(immediate)}` };
  }
}

/** Whether an expression is no longer than what reads a local. */
function isAtom(text: string): boolean {
  return /^\((local\.get|i32\.const) [^()]*\)$/.test(text);
}

/** The body: for vectors, or for single elements in the first lane. */
class Variant {
  readonly #head: string[] = [];
  readonly #tail: string[] = [];
  readonly #bases = new Map<string, string>();
  readonly #hoisted = new Map<number, Value>();
  readonly #strides = new Map<string, string>();
  readonly #rowSums = new Map<string, string>();
  #bound: Map<string, string>[] = [];
  readonly #stored: ReadonlySet<string>;
  readonly #moving: ReadonlySet<number>;
  readonly #uses: ReadonlyMap<number, number>;
  readonly #stores: { place: Place; value: string }[] = [];
  /** Sums over the rows, and where they go. */
  readonly #totals: { place: Place; value: string }[] = [];

  constructor(
    private readonly nest: Nest,
    private readonly statements: readonly Statement[],
    private readonly schedule: MapSchedule,
    private readonly width: number,
    private readonly lanes: Lanes | undefined,
  ) {
    this.#uses = countUses(statements);
    this.#stored = new Set(statements.flatMap((each) => (each.kind === 'store' || each.kind === 'accumulate' ? [each.address.buffer.name] : [])));
    this.#moving = this.#movingValues();
  }

  private get vectors() {
    return this.nest.code.vectors;
  }

  lines(): string[] {
    const { rows } = this.schedule;
    if (rows === undefined) {
      const body = this.#body([undefined]);
      return [...this.#head, ...body, ...this.#end()];
    }
    const index = this.nest.code.index(rows.index);
    const end = this.nest.bound(rows.size);
    const constant = this.nest.code.resolve(rows.size).constantValue;
    const inFlight = Math.min(this.nest.context.rowsInFlight, constant ?? Infinity);
    const several = inFlight > 1 ? this.#body(Array.from({ length: inFlight }, (_, r) => r)) : [];
    const single = constant !== undefined && constant % inFlight === 0 && inFlight > 1 ? [] : this.#body([0]);
    return [
      ...this.#head,
      `(local.set $${index} (i32.const 0))`,
      ...(several.length === 0 ? [] : loopLines(index, end, inFlight, several, `rows_${index}`)),
      ...(single.length === 0 ? [] : loopLines(index, end, 1, single, `row_${index}`)),
      ...this.#end(),
    ];
  }

  /** What follows the loop over rows. */
  #end(): string[] {
    return [...this.#tail, ...(this.#totals.length === 0 ? [] : this.#storing(this.#totals))];
  }

  /** Values that differ from row to row. */
  #movingValues(): Set<number> {
    const moving = new Set<number>();
    const { rows } = this.schedule;
    const boundMoving = new Set<string>();
    const moves = (dim: Dim): boolean => dim.symbols().some((symbol) => symbol === rows?.index || boundMoving.has(symbol));
    const scalarMoves = (scalar: Scalar): boolean => (scalar.kind === 'value' ? moving.has(scalar.id) : scalar.kind === 'dim' && moves(scalar.dim));
    for (const statement of this.statements) {
      switch (statement.kind) {
        case 'load':
          if (moves(statement.address.offset) || statement.guards.some((guard) => moves(guard.index)) || this.#stored.has(statement.address.buffer.name)) moving.add(statement.id);
          break;
        case 'compute':
          if (statement.operands.some(scalarMoves)) moving.add(statement.id);
          break;
        case 'guarded':
          if (scalarMoves(statement.value) || statement.guards.some((guard) => moves(guard.index))) moving.add(statement.id);
          break;
        case 'bindIndex':
          boundMoving.add(statement.symbol);
      }
    }
    return moving;
  }

  /** The statements for some rows beside each other; undefined where there is no loop over rows. */
  #body(rows: readonly (number | undefined)[]): string[] {
    const values = rows.map(() => new Map<number, Value>());
    this.#bound = rows.map(() => new Map());
    this.vectors.takeLines();
    this.#rowOffsets.clear();
    for (const statement of this.statements) {
      const hoist = this.schedule.rows !== undefined && 'id' in statement && !this.#moving.has(statement.id);
      if (hoist) {
        if (this.#hoisted.has(statement.id)) continue;
        const before = this.vectors.takeLines();
        this.#statement(statement, 0, this.#hoisted);
        this.#head.push(...this.vectors.takeLines());
        for (const line of before) this.vectors.line(line);
        continue;
      }
      if (statement.kind !== 'store') this.#flushStores();
      for (const [r, own] of values.entries()) this.#statement(statement, r, own);
    }
    this.#flushStores();
    return this.vectors.takeLines();
  }

  #statement(statement: Statement, row: number, values: Map<number, Value>): void {
    const { vectors } = this;
    switch (statement.kind) {
      case 'load': {
        const { text, immediate } = this.#address(statement.address, row);
        const load = `(${this.#load(statement.address)}${immediate} ${text})`;
        const guarded = statement.guards.length === 0 ? load : this.#guarded(statement.guards, load, row);
        values.set(statement.id, { text: vectors.let(statement.name ?? statement.address.buffer.name, guarded), truth: false });
        return;
      }
      case 'bindIndex': {
        const { lane, shape } = vectors;
        const local = vectors.local(statement.symbol, 'i32');
        vectors.line(`(local.set $${local} (i32.trunc_sat_${lane}_s (${shape}.extract_lane 0 ${this.#scalar(statement.value, false, row, values)})))`);
        this.#bound[row]?.set(statement.symbol, local);
        return;
      }
      case 'guarded': {
        const value = this.#guarded(statement.guards, this.#scalar(statement.value, false, row, values), row);
        values.set(statement.id, { text: vectors.let('inside', value), truth: false });
        return;
      }
      case 'compute': {
        const operands = statement.operands.map((operand, slot) => this.#scalar(operand, statement.operandTruths[slot] === true, row, values));
        const text = statement.code.wasm(operands, vectors);
        const once = this.#uses.get(statement.id) === 1 && values !== this.#hoisted;
        values.set(statement.id, { text: once ? text : vectors.let(statement.name ?? statement.op, text), truth: statement.truth });
        return;
      }
      case 'store': {
        const value = this.#scalar(statement.value, statement.truth, row, values);
        const stored = statement.truth ? vectors.logic('and', value, vectors.constant(1)) : value;
        this.#stores.push({ place: this.#address(statement.address, row), value: this.width === 1 ? stored : vectors.let('stored', stored) });
        return;
      }
      case 'accumulate':
        this.#accumulate(statement, row, this.#scalar(statement.value, false, row, values));
    }
  }

  /** Stores what waits for it: whole vectors, or the part that is left of the last ones. */
  #flushStores(): void {
    const stores = this.#stores.splice(0);
    if (stores.length > 0) for (const line of this.#storing(stores)) this.vectors.line(line);
  }

  #storing(stores: readonly { readonly place: Place; readonly value: string }[]): string[] {
    const { left } = this.lanes ?? {};
    if (this.width === 1) return stores.map(({ place, value }) => `(v128.store${String(8 * this.nest.code.bytes)}_lane${place.immediate} 0 ${place.text} ${value})`);
    const whole = stores.map(({ place, value }) => `(v128.store${place.immediate} ${place.text} ${value})`);
    if (left === undefined) return whole;
    this.nest.context.storesParts();
    const parts = stores.map(({ place: { text, immediate }, value }) => {
      const at = immediate === '' ? text : `(i32.add ${text} (i32.const ${immediate.slice(' offset='.length)}))`;
      return `(call $storePart ${at} ${value} (local.get $${left}))`;
    });
    return [`(if (i32.ge_s (local.get $${left}) (i32.const ${String(this.width)})) (then`, ...whole.map((line) => `  ${line}`), ') (else', ...parts.map((line) => `  ${line}`), '))'];
  }

  #reading({ text, immediate }: Place): string {
    return this.width === 1 ? `(v128.load${String(8 * this.nest.code.bytes)}_splat${immediate} ${text})` : `(v128.load${immediate} ${text})`;
  }

  #load(address: Address): string {
    const spread = this.width === 1 || this.schedule.vector === undefined || strideAlong(address.offset, this.schedule.vector.index) === 0;
    return spread ? `v128.load${String(8 * this.nest.code.bytes)}_splat` : 'v128.load';
  }

  #accumulate({ address, combine, guards }: Extract<Statement, { kind: 'accumulate' }>, row: number, term: string): void {
    const { vectors } = this;
    const instruction = combine === 'sum' ? 'add' : 'max';
    const { vector, rows } = this.schedule;
    const along = vector === undefined ? undefined : strideAlong(address.offset, vector.index);
    const bound = this.#bound[row];
    const placed = address.offset.symbols().some((symbol) => bound?.has(symbol) === true);
    if (along === 0 && guards.length === 0 && !placed && this.lanes !== undefined) {
      const sum = this.#sumAcross(address, combine);
      vectors.line(`(local.set $${sum} ${vectors.binary(instruction, `(local.get $${sum})`, this.#inside(term, combine === 'sum' ? 0 : -Infinity))})`);
      return;
    }
    if (along === 1 && guards.length === 0 && !placed && rows !== undefined && !address.offset.symbols().includes(rows.index)) {
      const local = this.#rowSum(address, combine);
      vectors.line(`(local.set $${local} ${vectors.binary(instruction, `(local.get $${local})`, term)})`);
      return;
    }
    const place = this.#address(address, row);
    const before = vectors.takeLines();
    // The lanes of a sum along them that is guarded or placed by a look-up would all go to one place: there is no vector then.
    const total = vectors.let('total', vectors.binary(instruction, this.#reading(place), term));
    const update = [...vectors.takeLines(), ...this.#storing([{ place, value: total }])];
    for (const line of before) vectors.line(line);
    if (guards.length === 0) for (const line of update) vectors.line(line);
    else vectors.line(`(if ${this.#condition(guards, row)} (then ${update.join(' ')}))`);
  }

  /** A value that is neutral in lanes beyond the last element. */
  #inside(value: string, neutral: number): string {
    const { left } = this.lanes ?? {};
    if (left === undefined) return value;
    const { vectors } = this;
    this.#mask ??= vectors.local('inside', 'v128');
    const positions = vectors.lanes(Array.from({ length: this.width }, (_, k) => k));
    const count = `(${vectors.shape}.splat (${vectors.lane}.convert_i32_s (local.get $${left})))`;
    if (!this.#head.some((line) => line.startsWith(`(local.set $${this.#mask ?? ''} `))) this.#head.push(`(local.set $${this.#mask} ${vectors.compare('lt', positions, count)})`);
    return vectors.select(`(local.get $${this.#mask})`, value, vectors.constant(neutral));
  }

  #mask: string | undefined;

  #sumAcross(address: Address, combine: 'sum' | 'max'): string {
    const known = this.lanes?.sums.find((sum) => sum.address === address);
    if (known !== undefined) return known.local;
    const local = this.vectors.local(`${address.buffer.name}Sum`, 'v128');
    this.lanes?.sums.push({ local, combine, address });
    return local;
  }

  /** A sum over the rows, in a local per vector. */
  #rowSum(address: Address, combine: 'sum' | 'max'): string {
    const key = `${address.buffer.name}|${address.offset.key}`;
    let local = this.#rowSums.get(key);
    if (local !== undefined) return local;
    local = this.vectors.local(`${address.buffer.name}Sum`, 'v128');
    this.#rowSums.set(key, local);
    this.#head.push(`(local.set $${local} ${this.vectors.constant(combine === 'sum' ? 0 : -Infinity)})`);
    const kept = this.vectors.takeLines();
    const place = this.#address(address, 0);
    const total = this.vectors.let('total', this.vectors.binary(combine === 'sum' ? 'add' : 'max', this.#reading(place), `(local.get $${local})`));
    this.#tail.push(...this.vectors.takeLines());
    this.#totals.push({ place, value: total });
    for (const line of kept) this.vectors.line(line);
    return local;
  }

  #guarded(guards: readonly Guard[], value: string, row: number): string {
    return `(if (result v128) ${this.#condition(guards, row)} (then ${value}) (else ${this.vectors.constant(0)}))`;
  }

  /** An index below zero is a large one without its sign. */
  #condition(guards: readonly Guard[], row: number): string {
    return guards.map(({ index, size }) => `(i32.lt_u ${this.#integer(index, row)} ${this.#integer(size, row)})`).reduce((a, b) => `(i32.and ${a} ${b})`);
  }

  /** An integer that may depend on any index. */
  #integer(dim: Dim, row: number): string {
    const resolved = this.nest.code.resolve(dim);
    return resolved.terms.length === 0 ? '(i32.const 0)' : this.#terms(resolved.terms, row);
  }

  #terms(terms: readonly DimTerm[], row: number): string {
    const bound = this.#bound[row] ?? new Map<string, string>();
    const { rows } = this.schedule;
    const texts = terms.map((term) => {
      const factor = (name: string): string => {
        const local = bound.get(name);
        if (local !== undefined) return `(local.get $${local})`;
        const value = this.nest.code.symbol(name);
        return rows?.index === name && row > 0 ? `(i32.add ${value} (i32.const ${String(row)}))` : value;
      };
      const atoms = term.atoms.map((atom) =>
        atom.kind === 'symbol'
          ? factor(atom.name)
          : `(i32.div_s (i32.add ${this.#terms(atom.numerator.terms, row)} (i32.const ${String(atom.divisor - 1)})) (i32.const ${String(atom.divisor)}))`,
      );
      const product = [...(term.coefficient === 1 && atoms.length > 0 ? [] : [`(i32.const ${String(term.coefficient)})`]), ...atoms];
      return product.reduce((a, b) => `(i32.mul ${a} ${b})`);
    });
    return texts.length === 0 ? '(i32.const 0)' : texts.reduce((a, b) => `(i32.add ${a} ${b})`);
  }

  #address(address: Address, row: number): Place {
    const inner = (terms: readonly DimTerm[], outerBase: string): string => {
      const { rows, vector } = this.schedule;
      const has = (term: DimTerm, name: string | undefined): boolean => name !== undefined && Dim.fromTerms([term]).symbols().includes(name);
      const bound = this.#bound[row];
      const irregular = terms.filter((term) => Dim.fromTerms([term]).symbols().some((symbol) => bound?.has(symbol) === true));
      const regular = terms.filter((term) => !irregular.includes(term));
      const alongRows = regular.filter((term) => has(term, rows?.index));
      const steady = regular.filter((term) => !alongRows.includes(term));
      let base = outerBase;
      if (steady.length > 0) base = this.#base(address, base, steady, vector?.index);
      for (const term of alongRows) base = `(i32.add ${base} ${this.#rowOffset(term, row)})`;
      return irregular.length === 0 ? base : `(i32.add ${base} ${this.#terms(irregular, row)})`;
    };
    return this.nest.address(address, inner);
  }

  /** What does not change from row to row is added up once per vector, where rows follow. */
  #base(address: Address, base: string, terms: readonly DimTerm[], vector: string | undefined): string {
    const text = `(i32.add ${base} ${this.#steady(terms, vector)})`;
    if (this.schedule.rows === undefined) return text;
    let local = this.#bases.get(text);
    if (local === undefined) {
      local = this.vectors.local(`${address.buffer.name}Here`, 'i32');
      this.#bases.set(text, local);
      this.#head.push(`(local.set $${local} ${text})`);
    }
    return `(local.get $${local})`;
  }

  #steady(terms: readonly DimTerm[], vector: string | undefined): string {
    const [term, ...rest] = terms;
    const alone = rest.length === 0 && term?.atoms.length === 1 && term.atoms[0]?.kind === 'symbol' && term.atoms[0].name === vector;
    if (alone && this.lanes !== undefined && term.coefficient === this.nest.code.bytes) {
      return `(i32.shl (local.get $${this.lanes.index}) (i32.const ${String(Math.log2(this.nest.code.bytes))}))`;
    }
    return this.#terms(terms, 0);
  }

  readonly #rowOffsets = new Map<string, string>();

  /** `row · stride` in bytes: one local for all operands with the same stride. */
  #rowOffset(term: DimTerm, row: number): string {
    const key = `${Dim.fromTerms([term]).key}|${String(row)}`;
    let local = this.#rowOffsets.get(key);
    if (local === undefined) {
      local = this.vectors.local(`row${String(row)}`, 'i32');
      this.#rowOffsets.set(key, local);
      this.vectors.line(`(local.set $${local} ${row === 0 ? this.#terms([term], 0) : `(i32.add ${this.#rowOffset(term, row - 1)} ${this.#stride(term)})`})`);
    }
    return `(local.get $${local})`;
  }

  #stride(term: DimTerm): string {
    const { rows } = this.schedule;
    const stride = Dim.fromTerms([{ coefficient: term.coefficient, atoms: term.atoms.filter((atom) => !(atom.kind === 'symbol' && atom.name === rows?.index)) }]);
    const text = this.nest.code.dim(stride);
    if (isAtom(text)) return text;
    let local = this.#strides.get(stride.key);
    if (local === undefined) {
      local = this.vectors.local('stride', 'i32');
      this.#strides.set(stride.key, local);
      this.#head.push(`(local.set $${local} ${text})`);
    }
    return `(local.get $${local})`;
  }

  #scalar(scalar: Scalar, truth: boolean, row: number, values: ReadonlyMap<number, Value>): string {
    const { vectors } = this;
    switch (scalar.kind) {
      case 'number':
        if (!truth) return vectors.constant(scalar.value);
        return vectors.bits(scalar.value === 0 ? 0 : -1);
      case 'dim': {
        const index = `(${vectors.shape}.splat (${vectors.lane}.convert_i32_s ${this.#integer(scalar.dim, row)}))`;
        const { vector } = this.schedule;
        if (this.width === 1 || vector === undefined) return index;
        const slope = scalar.dim.terms.find((term) => Dim.fromTerms([term]).symbols().includes(vector.index))?.coefficient ?? 0;
        return slope === 0 ? index : vectors.binary('add', index, vectors.lanes(Array.from({ length: this.width }, (_, k) => slope * k)));
      }
      case 'value': {
        const value = values.get(scalar.id) ?? this.#hoisted.get(scalar.id);
        if (value === undefined) throw new Error(`value ${String(scalar.id)} is read before it is computed`);
        if (truth && !value.truth) return vectors.compare('ne', value.text, vectors.constant(0));
        if (!truth && value.truth) return vectors.logic('and', value.text, vectors.constant(1));
        return value.text;
      }
    }
  }
}

/** How often each value is read. */
function countUses(statements: readonly Statement[]): Map<number, number> {
  const uses = new Map<number, number>();
  const use = (scalar: Scalar): void => {
    if (scalar.kind === 'value') uses.set(scalar.id, (uses.get(scalar.id) ?? 0) + 1);
  };
  for (const statement of statements) {
    if (statement.kind === 'compute') statement.operands.forEach(use);
    else if (statement.kind !== 'load') use(statement.value);
  }
  return uses;
}
