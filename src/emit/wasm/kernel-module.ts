import { Dim } from '../../graph/dim.js';
import { copiedRun } from '../../lower/copied-run.js';
import type { Address, Buffer, Kernel, LoopKernel, MapKernel, PackKernel, ProductKernel, ProductTerm } from '../../lower/kernel-program.js';
import type { MathFunction } from '../../ops/op.js';
import { FunctionCode, loopLines } from './function-code.js';
import { Header, startSymbol } from './header.js';
import { functionKey, mapFunction } from './map-function.js';
import { packFunction } from './pack-function.js';
import type { PackedLayout } from './pack-function.js';
import { productFunctions, transposedBytes, zeroBytes } from './product-function.js';
import type { Engine, ProductForm } from './product-function.js';
import { isOneOnce } from './single-row.js';
import type { SingleRow, SingleTerm } from './single-row.js';
import { storePartFunction } from './store-part-function.js';
import { bytesOf, FunctionVectors, lanesOf } from './vector-code.js';
import type { Lane, VectorMath } from './vector-code.js';

export interface KernelModuleOptions {
  readonly lane: Lane;
  readonly math: (name: MathFunction) => VectorMath;
  /** Names the region of a buffer; buffers of one region share a name. */
  region(buffer: Buffer): string;
  /** What the memory begins with, where that is laid out beforehand; otherwise it begins with what the kernels read. */
  readonly header?: readonly string[];
  /** Sizes, and starts in bytes by `startSymbol`, that are known at build. */
  readonly known?: ReadonlyMap<string, number>;
  /** Products have forms for engines that keep more sums in registers, used as the symbol `largeTileRows` says at run time. */
  readonly largeTiles?: boolean;
  /** Each call is for one example. */
  readonly batchOfOne?: boolean;
  /** What is done without panels where a call is for one step of one example. */
  readonly singleRow?: SingleRow;
}

/**
 * Kernels as one WebAssembly module in text form: an imported memory that begins with the header, one function per map, and
 * one per loop body. A loop calls its body, since V8 changes tiers between calls only: a long loop in one function
 * would run its whole first call on the baseline tier.
 */
export class KernelModule {
  readonly #header: Header;
  readonly #functions: string[] = [];
  /** Functions of maps by what they do, with their place among the functions. */
  readonly #maps = new Map<string, { readonly name: string; readonly at: number; readonly parameters: number }>();
  readonly #products = new Set<ProductForm>();
  readonly #names = new Set<string>();
  /** Functions for packing that may be put off. */
  readonly #putOff = new Set<string>();
  readonly #packs = new Set<PackedLayout>();
  #fills = false;
  #storesParts = false;

  constructor(private readonly options: KernelModuleOptions) {
    this.#header = new Header(options.known, options.header);
    for (const name of ['B', 'T', ...(options.largeTiles === true ? [largeTileRows] : [])]) if (this.#header.constant(name) === undefined) this.#header.offset(name);
  }

  /** The symbols whose values the host writes to the first bytes of the memory, in order. */
  get headerSymbols(): readonly string[] {
    return this.#header.symbols;
  }

  /**
   * Adds a function without parameters that runs some kernels, under the name that the host calls. It packs first what was put
   * off, where `packs` names a function that was added with one that puts off.
   */
  addEntry(name: string, kernels: readonly Kernel[], packs?: string): void {
    const code = this.#newFunction([]);
    const first = packs !== undefined && this.#putOff.has(packs) ? [`(if (global.get $${putOffFlag(packs)}) (then (call $${packs})))`] : [];
    this.#names.add(name);
    this.#export(name, code, [...first, ...this.#calls(name, kernels, [], code)]);
  }

  #export(name: string, code: FunctionCode, body: readonly string[]): void {
    this.#names.add(name);
    const [head = '', ...rest] = code.text(name, body);
    this.#functions.push([head.replace(`$${name}`, `$${name} (export "${name}")`), ...rest].join('\n'));
  }

  /** Adds a function that packs parameters for the entry that is called next; a single row does without most panels. */
  addPacks(name: string, given: readonly PackKernel[]): void {
    const code = this.#newFunction([]);
    const { needed, avoidable } = this.#packsOf(given);
    const lines = avoidable.flatMap((pack) => this.#pack(pack, code));
    this.#export(name, code, [...needed.flatMap((pack) => this.#pack(pack, code)), ...(lines.length === 0 ? [] : ifSingle(code, [], lines))]);
  }

  /**
   * Adds a function that packs parameters for whatever is called next, and another that does so too, but leaves out what a single
   * row does without: entries that were added with the first one as `packs` make up for it.
   */
  addPacksToPutOff(name: string, puttingOff: string, given: readonly PackKernel[]): void {
    this.#putOff.add(name);
    const { needed, avoidable } = this.#packsOf(given);
    const all = this.#newFunction([]);
    this.#export(name, all, [...[...needed, ...avoidable].flatMap((pack) => this.#pack(pack, all)), `(global.set $${putOffFlag(name)} (i32.const 0))`]);
    const code = this.#newFunction([]);
    const least = [...needed.flatMap((pack) => this.#pack(pack, code)), `(global.set $${putOffFlag(name)} (i32.const 1))`];
    this.#export(puttingOff, code, avoidable.length === 0 ? [`(call $${name})`] : ifSingle(code, least, [`(call $${name})`]));
  }

  /** What has to be packed in any case, and what a single row does without; several programs may share a panel. */
  #packsOf(given: readonly PackKernel[]): { readonly needed: readonly PackKernel[]; readonly avoidable: readonly PackKernel[] } {
    const { singleRow } = this.options;
    const panelOf = ({ panel }: PackKernel): string => this.options.region(panel);
    const needed = new Map(given.filter(({ panel }) => singleRow === undefined || singleRow.isNeeded(panel)).map((pack) => [panelOf(pack), pack]));
    const avoidable = new Map(given.filter((pack) => !needed.has(panelOf(pack))).map((pack) => [panelOf(pack), pack]));
    return { needed: [...needed.values()], avoidable: [...avoidable.values()] };
  }

  /** Regions of the kernels' own, in bytes by symbol: zeros that products start from, and room for a part of an operand. */
  get ownRegions(): ReadonlyMap<string, number> {
    const own = new Map<string, number>();
    if (this.#products.size > 0) own.set(zeroSymbol, zeroBytes);
    if (this.#products.has('transposedProduct')) own.set(copySymbol, transposedBytes);
    return own;
  }

  text(): string {
    const { lane, largeTiles = false, batchOfOne = false } = this.options;
    const engine: Engine = { largeTileRows: largeTiles ? this.#header.offset(largeTileRows) : undefined, batchOfOne };
    const functions = this.#alignedFunctions();
    const parts = [...productFunctions(this.#products, lane, engine), ...(this.#packs.size > 0 ? packFunction(lane, this.#packs, engine) : []), ...(this.#fills ? fillFunction(lane) : []), ...(this.#storesParts || this.#products.size > 0 ? storePartFunction(lane) : []), ...functions.flatMap((each) => each.split('\n'))];
    const header = this.headerSymbols.map((symbol, k) => `;; ${String(4 * k)}: ${symbol}`);
    const globals = [...this.#putOff].map((name) => `(global $${putOffFlag(name)} (mut i32) (i32.const 0))`);
    return ['(module', '  (import "host" "memory" (memory 0))', ...[...header, ...globals, ...parts].map((line) => `  ${line}`), ')', ''].join('\n');
  }

  /**
   * The functions, those of maps with locals in the place of parameters that others have: what they compute alike then has the
   * same numbers, and compresses.
   */
  #alignedFunctions(): string[] {
    const most = Math.max(0, ...[...this.#maps.values()].map(({ parameters }) => parameters));
    const missing = new Map([...this.#maps.values()].map(({ at, parameters }) => [at, most - parameters]));
    return this.#functions.map((text, at) => {
      const count = missing.get(at) ?? 0;
      return count === 0 ? text : text.replace('\n', `\n  (local${' i32'.repeat(count)})\n`);
    });
  }

  #newFunction(parameters: readonly string[]): FunctionCode {
    return new FunctionCode(new FunctionVectors(this.options.lane, this.options.math), this.#header, parameters);
  }

  #fresh(wanted: string): string {
    let name = wanted;
    for (let k = 2; this.#names.has(name); k++) name = `${wanted}_${String(k)}`;
    this.#names.add(name);
    return name;
  }

  /** Statements that run some kernels, inside loops with the given indices. */
  #calls(owner: string, kernels: readonly Kernel[], indices: readonly string[], code: FunctionCode): string[] {
    return kernels.flatMap((kernel) => this.#call(owner, kernel, indices, code));
  }

  #call(owner: string, kernel: Kernel, indices: readonly string[], code: FunctionCode): string[] {
    const at = (address: Address): string => this.#at(address, code);
    switch (kernel.kind) {
      case 'map': {
        const copy = copiedRun(kernel);
        if (copy !== undefined) return [`(memory.copy ${at(copy.to)} ${at(copy.from)} ${code.byteCount(copy.size)})`];
        return [this.#map(owner, kernel, indices, code)];
      }
      case 'fill':
        if (kernel.value === 0 && !Object.is(kernel.value, -0)) return [`(memory.fill ${at(kernel.target)} (i32.const 0) ${code.byteCount(kernel.size)})`];
        this.#fills = true;
        return [`(call $fill ${at(kernel.target)} ${code.byteCount(kernel.size)} (${this.options.lane}.const ${String(kernel.value).replace('Infinity', 'inf').replace('NaN', 'nan')}))`];
      case 'pack':
        return this.options.singleRow?.avoids(kernel.panel) === true ? ifSingle(code, [], this.#pack(kernel, code)) : this.#pack(kernel, code);
      case 'product':
        return this.#product(kernel, code);
      case 'loop':
        return this.#loop(owner, kernel, indices, code);
    }
  }

  #map(owner: string, kernel: MapKernel, indices: readonly string[], code: FunctionCode): string {
    const wanted = this.#fresh(`${owner}_map`);
    const own = mapFunction(wanted, kernel, indices, {
      newFunction: (parameters) => this.#newFunction(parameters),
      storesParts: () => {
        this.#storesParts = true;
      },
    });
    const key = functionKey(own);
    const name = this.#maps.get(key)?.name ?? wanted;
    if (name === wanted) {
      this.#maps.set(key, { name, at: this.#functions.length, parameters: own.indices.length + own.origins.length });
      this.#functions.push(own.lines.join('\n'));
    }
    const given = [...own.indices.map((index) => code.symbol(index)), ...own.origins.map(({ buffer, offset }) => this.#sum(this.#start(buffer, code), code.dim(offset)))];
    return `(call $${name} ${given.join(' ')})`;
  }

  #sum(start: string, rest: string): string {
    return rest === '(i32.const 0)' ? start : `(i32.add ${start} ${rest})`;
  }

  #start(buffer: Buffer, code: FunctionCode): string {
    return code.symbol(startSymbol(this.options.region(buffer)));
  }

  #at({ buffer, offset }: Address, code: FunctionCode): string {
    return this.#sum(this.#start(buffer, code), code.byteCount(offset));
  }

  #pack({ source, depth, columns, panel }: PackKernel, code: FunctionCode): string[] {
    const any = (lines: readonly string[]): string[] => ifAny([depth, columns], code, lines);
    this.#packs.add(source.columnStride.equals(Dim.one) ? 'rows' : source.depthStride.equals(Dim.one) ? 'columns' : 'scattered');
    return any([`(call $pack ${[this.#at(source, code), code.byteCount(source.depthStride), code.byteCount(source.columnStride), code.dim(depth), code.dim(columns), this.#start(panel, code)].join(' ')})`]);
  }

  #product(kernel: ProductKernel, code: FunctionCode): string[] {
    const calls = ifAny([kernel.rows, kernel.columns], code, this.#packedTerms(kernel, code));
    const terms = this.options.singleRow?.terms(kernel);
    if (terms === undefined) return calls;
    let start = this.#firstStart(kernel, code);
    const single = terms.map((term) => {
      const line = this.#singleTerm(term, kernel, code, start);
      start = this.#targetStart(kernel, code);
      return line;
    });
    return ifSingle(code, single, calls);
  }

  #targetStart({ target }: ProductKernel, code: FunctionCode): Start {
    return { at: this.#at(target, code), row: code.byteCount(target.rowStride), column: `(i32.const ${String(code.bytes)})` };
  }

  #firstStart(kernel: ProductKernel, code: FunctionCode): Start {
    switch (kernel.start.kind) {
      case 'zero':
        return { at: code.symbol(zeroSymbol), row: '(i32.const 0)', column: '(i32.const 0)' };
      case 'target':
        return this.#targetStart(kernel, code);
      case 'bias':
        return { at: this.#at(kernel.start.address, code), row: '(i32.const 0)', column: `(i32.const ${String(code.bytes)})` };
    }
  }

  /** A product by panels: two terms at once where both allow it. */
  #packedTerms(kernel: ProductKernel, code: FunctionCode): string[] {
    const { rows, columns, target, terms } = kernel;
    const isRow = this.options.batchOfOne === true && rows.equals(Dim.one) && terms.every(({ operand }) => operand.depthStride.equals(Dim.one));
    const operands = ({ operand, depth, panel }: ProductTerm): string[] => {
      const strides = isRow ? [] : [code.byteCount(operand.rowStride), code.byteCount(operand.depthStride)];
      return [this.#at(operand, code), ...strides, this.#start(panel, code), code.dim(depth)];
    };
    const calls: string[] = [];
    let start = this.#firstStart(kernel, code);
    const frame = [code.dim(rows), code.dim(columns), this.#at(target, code), code.byteCount(target.rowStride)];
    const call = (form: ProductForm, depths: readonly Dim[], values: readonly string[]): void => {
      this.#products.add(form);
      // A sum of nothing leaves where it starts from: zero times zero is added to it, unless that is the target.
      const nothing = calls.length === 0 && kernel.start.kind !== 'target' ? [`(call $tiles ${[...frame, ...startText(start), ...this.#zeroTerm(code)].join(' ')})`] : [];
      const given = form === 'row' ? [code.dim(columns), this.#at(target, code), start.at, start.column] : [...frame, ...startText(start)];
      calls.push(...ifAny(depths, code, [`(call $${form} ${[...given, ...values].join(' ')})`], nothing));
      start = this.#targetStart(kernel, code);
    };
    for (let k = 0; k < terms.length; ) {
      const [first, second] = terms.slice(k);
      if (first === undefined) break;
      const isSingle = second === undefined || isTransposed(second) || ![first, second].every(({ depth }) => depth.isPositive);
      if (isTransposed(first)) {
        call('transposedProduct', [first.depth], [this.#at(first.operand, code), code.byteCount(first.operand.depthStride), this.#start(first.panel, code), code.dim(first.depth), code.symbol(copySymbol)]);
      } else if (isSingle) {
        call(isRow ? 'row' : 'product1', [first.depth], isRow ? [...operands(first), ...zeros(4)] : operands(first));
      } else {
        call(isRow ? 'row' : 'product2', [], [...operands(first), ...(isRow ? zeros(1) : []), ...operands(second)]);
      }
      k += isSingle || isTransposed(first) ? 1 : 2;
    }
    return calls;
  }

  /** A term of depth one that is zero: operand and panel are zeros, and go on nowhere. */
  #zeroTerm(code: FunctionCode): string[] {
    const at = code.symbol(zeroSymbol);
    return [at, ...zeros(2), at, '(i32.const 1)', ...zeros(8)];
  }

  /** A term for one example of one step. */
  #singleTerm({ kind, term, pack: { source } }: SingleTerm, { rows, columns, target }: ProductKernel, code: FunctionCode, start: Start): string {
    const { operand, depth } = term;
    const to = [this.#at(target, code), code.byteCount(target.rowStride)];
    const from = this.#at(operand, code);
    const weights = this.#at(source, code);
    this.#products.add(kind);
    switch (kind) {
      case 'runs':
        return `(call $runs ${[code.dim(columns), this.#at(target, code), start.at, start.column, from, weights, code.byteCount(source.columnStride), code.dim(depth)].join(' ')})`;
      case 'rows': {
        if (this.options.batchOfOne === true && isOneOnce(rows) && operand.depthStride.equals(Dim.one)) {
          this.#products.add('row');
          return `(call $row ${[code.dim(columns), this.#at(target, code), start.at, start.column, from, weights, code.dim(depth), code.byteCount(source.depthStride), ...zeros(3)].join(' ')})`;
        }
        const strides = [operand.rowStride, operand.depthStride].map((stride) => code.byteCount(stride));
        return `(call $tiles ${[code.dim(rows), code.dim(columns), ...to, ...startText(start), from, ...strides, weights, code.dim(depth), '(i32.const 1)', ...zeros(6), code.byteCount(source.depthStride)].join(' ')})`;
      }
      case 'outer':
        return `(call $outer ${[code.dim(rows), code.dim(columns), ...to, from, code.byteCount(operand.rowStride), weights].join(' ')})`;
    }
  }

  #loop(owner: string, { index, count, reverse, body }: LoopKernel, indices: readonly string[], code: FunctionCode): string[] {
    const inner = this.#newFunction([...indices, index]);
    const name = this.#fresh(`${owner}_${index}`);
    const lines = this.#calls(name, body, [...indices, index], inner);
    this.#functions.push(inner.text(name, lines).join('\n'));
    const counter = code.index(index);
    const given = [...indices, index].map((symbol) => ` ${code.symbol(symbol)}`).join('');
    const end = code.dim(count);
    const label = this.#fresh(`next_${index}`);
    // A local is zero when its function is entered.
    if (!reverse) return loopLines(counter, end, code.resolve(count).isPositive, [`(call $${name}${given})`], label);
    return [
      `(local.set $${counter} (i32.sub ${end} (i32.const 1)))`,
      `(if (i32.ge_s (local.get $${counter}) (i32.const 0)) (then (loop $${label}`,
      `  (call $${name}${given})`,
      `  (br_if $${label} (i32.ge_s (local.tee $${counter} (i32.sub (local.get $${counter}) (i32.const 1))) (i32.const 0))))))`,
    ];
  }
}

/** Where the sums of a product start from, and its strides from row to row and from column to column. */
interface Start {
  readonly at: string;
  readonly row: string;
  readonly column: string;
}

const startText = ({ at, row, column }: Start): string[] => [at, row, column];

const zeros = (count: number): string[] => Array.from({ length: count }, () => '(i32.const 0)');

const putOffFlag = (name: string): string => `${name}WasPutOff`;

/** Lines that are right where no size is zero, left out at run time where one may be. */
function ifAny(sizes: readonly Dim[], code: FunctionCode, lines: readonly string[], otherwise: readonly string[] = []): string[] {
  const unsure = sizes.map((size) => code.resolve(size)).filter(({ isPositive }) => !isPositive);
  if (unsure.length === 0) return [...lines];
  const any = unsure.map((size) => `(i32.gt_s ${code.dim(size)} (i32.const 0))`).reduce((left, right) => `(i32.and ${left} ${right})`);
  return [`(if ${any} (then`, ...lines.map((line) => `  ${line}`), ...(otherwise.length === 0 ? [] : [') (else', ...otherwise.map((line) => `  ${line}`)]), '))'];
}

/** What is done for one example of one step, and what otherwise. */
function ifSingle(code: FunctionCode, lines: readonly string[], otherwise: readonly string[]): string[] {
  const condition = `(i32.eq (i32.mul ${code.symbol('B')} ${code.symbol('T')}) (i32.const 1))`;
  if (lines.length === 0) return [`(if (i32.eqz ${condition}) (then`, ...otherwise.map((line) => `  ${line}`), '))'];
  return [`(if ${condition} (then`, ...lines.map((line) => `  ${line}`), ') (else', ...otherwise.map((line) => `  ${line}`), '))'];
}

/** What the host makes of the engine, see `Engine`. */
export const largeTileRows = 'largeTileRows';
export const zeroSymbol = startSymbol('zerosAt');
export const copySymbol = startSymbol('operandCopyAt');

/** The rows of the operand follow each other in memory, and its depth does not. */
function isTransposed({ operand }: ProductTerm): boolean {
  return operand.rowStride.equals(Dim.one) && !operand.depthStride.equals(Dim.one);
}

function fillFunction(lane: Lane): string[] {
  const bytes = String(bytesOf[lane]);
  return [
    ';; sets a run of elements to one value',
    `(func $fill (param $at i32) (param $bytes i32) (param $value ${lane})`,
    '  (local $end i32)',
    '  (local.set $end (i32.add (local.get $at) (local.get $bytes)))',
    '  (block $done (loop $next',
    '    (br_if $done (i32.ge_u (local.get $at) (local.get $end)))',
    `    (${lane}.store (local.get $at) (local.get $value))`,
    `    (local.set $at (i32.add (local.get $at) (i32.const ${bytes})))`,
    '    (br $next)))',
    ')',
  ];
}

/** Elements of the memory that the header takes, in whole vectors. */
export function headerElements(symbols: number, lane: Lane): number {
  const perElement = bytesOf[lane] / 4;
  return Math.ceil(symbols / (perElement * lanesOf[lane])) * lanesOf[lane];
}
