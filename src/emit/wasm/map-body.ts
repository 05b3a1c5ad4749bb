import type { Address, Guard, Scalar, Statement } from '../../lower/kernel-program.js';
import { Dim } from '../../graph/dim.js';
import { loopLines } from './function-code.js';
import type { Lanes, MapNest, Place } from './map-nest.js';
import { MapPlaces } from './map-places.js';
import { strideAlong } from './map-schedule.js';
import type { MapSchedule } from './map-schedule.js';
import { countUses, movingValues } from './map-values.js';

/** A value of the body, for one row. */
interface Value {
  readonly text: string;
  readonly truth: boolean;
}

/** The body of a map: for vectors, or for single elements in the first lane. */
export class MapBody {
  readonly #head: string[] = [];
  readonly #tail: string[] = [];
  readonly #hoisted = new Map<number, Value>();
  readonly #rowSums = new Map<string, string>();
  readonly #places: MapPlaces;
  /** Values that differ from row to row. */
  readonly #moving: ReadonlySet<number>;
  readonly #uses: ReadonlyMap<number, number>;
  readonly #stores: { place: Place; value: string }[] = [];
  /** Sums over the rows, and where they go. */
  readonly #totals: { place: Place; value: string }[] = [];

  constructor(
    private readonly nest: MapNest,
    private readonly statements: readonly Statement[],
    private readonly schedule: MapSchedule,
    private readonly width: number,
    private readonly lanes: Lanes | undefined,
  ) {
    this.#uses = countUses(statements);
    this.#moving = movingValues(statements, schedule.rows?.index);
    this.#places = new MapPlaces(nest, schedule, lanes, this.#head);
  }

  private get vectors() {
    return this.nest.code.vectors;
  }

  lines(): string[] {
    const { rows } = this.schedule;
    if (rows === undefined) {
      const body = this.#body();
      return [...this.#head, ...body, ...this.#end()];
    }
    const index = this.nest.code.index(rows.index);
    const end = this.nest.bound(rows.size);
    const body = this.#body();
    return [...this.#head, `(local.set $${index} (i32.const 0))`, ...loopLines(index, end, this.nest.code.resolve(rows.size).isPositive, body, `row_${index}`), ...this.#end()];
  }

  /** What follows the loop over rows. */
  #end(): string[] {
    return [...this.#tail, ...(this.#totals.length === 0 ? [] : this.#storing(this.#totals))];
  }

  /** The statements, for one row where there is a loop over rows. */
  #body(): string[] {
    const values = new Map<number, Value>();
    this.vectors.takeLines();
    for (const statement of this.statements) {
      const hoist = this.schedule.rows !== undefined && 'id' in statement && !this.#moving.has(statement.id);
      if (hoist) {
        const before = this.vectors.takeLines();
        this.#statement(statement, this.#hoisted);
        this.#head.push(...this.vectors.takeLines());
        for (const line of before) this.vectors.line(line);
        continue;
      }
      if (statement.kind !== 'store') this.#flushStores();
      this.#statement(statement, values);
    }
    this.#flushStores();
    return this.vectors.takeLines();
  }

  #statement(statement: Statement, values: Map<number, Value>): void {
    const { vectors } = this;
    switch (statement.kind) {
      case 'load': {
        const { text, immediate } = this.#places.address(statement.address);
        const load = `(${this.#load(statement.address)}${immediate} ${text})`;
        const guarded = statement.guards.length === 0 ? load : this.#guarded(statement.guards, load);
        values.set(statement.id, { text: vectors.let(statement.name ?? statement.address.buffer.name, guarded), truth: false });
        return;
      }
      case 'bindIndex': {
        const { lane, shape } = vectors;
        const local = vectors.local(statement.symbol, 'i32');
        vectors.line(`(local.set $${local} (i32.trunc_sat_${lane}_s (${shape}.extract_lane 0 ${this.#scalar(statement.value, false, values)})))`);
        this.#places.bind(statement.symbol, local);
        return;
      }
      case 'guarded': {
        const value = this.#guarded(statement.guards, this.#scalar(statement.value, false, values));
        values.set(statement.id, { text: vectors.let('inside', value), truth: false });
        return;
      }
      case 'compute': {
        const operands = statement.operands.map((operand, slot) => this.#scalar(operand, statement.operandTruths[slot] === true, values));
        const text = statement.code.wasm(operands, vectors);
        const once = this.#uses.get(statement.id) === 1 && values !== this.#hoisted;
        values.set(statement.id, { text: once ? text : vectors.let(statement.name ?? statement.op, text), truth: statement.truth });
        return;
      }
      case 'store': {
        const value = this.#scalar(statement.value, statement.truth, values);
        const stored = statement.truth ? vectors.logic('and', value, vectors.constant(1)) : value;
        this.#stores.push({ place: this.#places.address(statement.address), value: this.width === 1 ? stored : vectors.let('stored', stored) });
        return;
      }
      case 'accumulate':
        this.#accumulate(statement, this.#scalar(statement.value, false, values));
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

  #accumulate({ address, combine, guards }: Extract<Statement, { kind: 'accumulate' }>, term: string): void {
    const { vectors } = this;
    const instruction = combine === 'sum' ? 'add' : 'max';
    const { vector, rows } = this.schedule;
    const along = vector === undefined ? undefined : strideAlong(address.offset, vector.index);
    const placed = this.#places.isLookedUp(address.offset);
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
    const place = this.#places.address(address);
    const before = vectors.takeLines();
    // The lanes of a sum along them that is guarded or placed by a look-up would all go to one place: there is no vector then.
    const total = vectors.let('total', vectors.binary(instruction, this.#reading(place), term));
    const update = [...vectors.takeLines(), ...this.#storing([{ place, value: total }])];
    for (const line of before) vectors.line(line);
    if (guards.length === 0) for (const line of update) vectors.line(line);
    else vectors.line(`(if ${this.#places.condition(guards)} (then ${update.join(' ')}))`);
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
    const place = this.#places.address(address);
    const total = this.vectors.let('total', this.vectors.binary(combine === 'sum' ? 'add' : 'max', this.#reading(place), `(local.get $${local})`));
    this.#tail.push(...this.vectors.takeLines());
    this.#totals.push({ place, value: total });
    for (const line of kept) this.vectors.line(line);
    return local;
  }

  #guarded(guards: readonly Guard[], value: string): string {
    return `(if (result v128) ${this.#places.condition(guards)} (then ${value}) (else ${this.vectors.constant(0)}))`;
  }

  #scalar(scalar: Scalar, truth: boolean, values: ReadonlyMap<number, Value>): string {
    const { vectors } = this;
    switch (scalar.kind) {
      case 'number':
        if (!truth) return vectors.constant(scalar.value);
        return vectors.bits(scalar.value === 0 ? 0 : -1);
      case 'dim': {
        const index = `(${vectors.shape}.splat (${vectors.lane}.convert_i32_s ${this.#places.integer(scalar.dim)}))`;
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
