import { Dim } from '../../graph/dim.js';
import type { Buffer, Kernel, LoopKernel, ProductTerm } from '../../lower/kernel-program.js';
import type { MathFunction } from '../../ops/op.js';
import { FunctionCode } from './function-code.js';
import { Header, startSymbol } from './header.js';
import { mapFunction } from './map-function.js';
import { packFunction } from './pack-function.js';
import { fromTarget, fromZero, productFunctions, productName, transposedBytes, transposedFunction } from './product-function.js';
import { bytesOf, FunctionVectors, lanesOf } from './vector-code.js';
import type { Lane, VectorMath } from './vector-code.js';

export interface KernelModuleOptions {
  readonly lane: Lane;
  readonly math: (name: MathFunction) => VectorMath;
  /** Names the region of a buffer; buffers of one region share a name. */
  region(buffer: Buffer): string;
  /** Sizes, and starts in bytes by `startSymbol`, that are known at build. */
  readonly known?: ReadonlyMap<string, number>;
}

/**
 * Kernels as one WebAssembly module in text form: an imported memory that begins with the header, one function per map, and
 * one per loop body. A loop calls its body, since V8 changes tiers between calls only: a long loop in one function
 * would run its whole first call on the baseline tier.
 */
export class KernelModule {
  readonly #header: Header;
  readonly #functions: string[] = [];
  readonly #products = new Set<number>();
  readonly #names = new Set<string>();
  #packs = false;
  #transposes = false;
  #fills = false;

  constructor(private readonly options: KernelModuleOptions) {
    this.#header = new Header(options.known);
    for (const name of ['B', 'T']) if (this.#header.constant(name) === undefined) this.#header.offset(name);
  }

  /** The symbols whose values the host writes to the first bytes of the memory, in order. */
  get headerSymbols(): readonly string[] {
    return this.#header.symbols;
  }

  /** Adds a function without parameters that runs some kernels, under the name that the host calls. */
  addEntry(name: string, kernels: readonly Kernel[]): void {
    this.#names.add(name);
    const code = this.#newFunction([]);
    const body = this.#calls(name, kernels, [], code);
    const [head = '', ...rest] = code.text(name, body);
    this.#functions.push([head.replace(`$${name}`, `$${name} (export "${name}")`), ...rest].join('\n'));
  }

  /** Bytes that kernels copy operands to, at `copySymbol`. */
  get copyBytes(): number {
    return this.#transposes ? transposedBytes : 0;
  }

  text(): string {
    const { lane } = this.options;
    // The one of a single term does long products of any.
    const terms = this.#products.size === 0 && !this.#transposes ? [] : [...new Set([1, ...this.#products])].sort((a, b) => a - b);
    const products = terms.flatMap((each) => productFunctions(each, lane));
    const parts = [...products, ...(this.#transposes ? transposedFunction(lane) : []), ...(this.#packs ? packFunction(lane) : []), ...(this.#fills ? fillFunction(lane) : []), ...this.#functions.flatMap((each) => each.split('\n'))];
    const header = this.headerSymbols.map((symbol, k) => `;; ${String(4 * k)}: ${symbol}`);
    return ['(module', '  (import "host" "memory" (memory 0))', ...[...header, ...parts].map((line) => `  ${line}`), ')', ''].join('\n');
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
    const given = indices.map((index) => ` ${code.symbol(index)}`).join('');
    const start = (buffer: Buffer): string => code.symbol(startSymbol(this.options.region(buffer)));
    const at = ({ buffer, offset }: { buffer: Buffer; offset: Parameters<FunctionCode['dim']>[0] }): string => {
      const rest = code.byteCount(offset);
      return rest === '(i32.const 0)' ? start(buffer) : `(i32.add ${start(buffer)} ${rest})`;
    };
    switch (kernel.kind) {
      case 'map': {
        const name = this.#fresh(`${owner}_map`);
        const lines = mapFunction(name, kernel, indices, {
          start: (buffer) => startSymbol(this.options.region(buffer)),
          newFunction: (parameters) => this.#newFunction(parameters),
          rowsInFlight: 2,
        });
        this.#functions.push(lines.join('\n'));
        return [`(call $${name}${given})`];
      }
      case 'fill':
        if (kernel.value === 0 && !Object.is(kernel.value, -0)) return [`(memory.fill ${at(kernel.target)} (i32.const 0) ${code.byteCount(kernel.size)})`];
        this.#fills = true;
        return [`(call $fill ${at(kernel.target)} ${code.byteCount(kernel.size)} (${this.options.lane}.const ${String(kernel.value).replace('Infinity', 'inf').replace('NaN', 'nan')}))`];
      case 'pack': {
        this.#packs = true;
        const { source, depth, columns, panel } = kernel;
        return [`(call $pack ${[at(source), code.byteCount(source.depthStride), code.byteCount(source.columnStride), code.dim(depth), code.dim(columns), start(panel)].join(' ')})`];
      }
      case 'product': {
        const { rows, columns, target, terms } = kernel;
        const from =
          kernel.start.kind === 'bias' ? at(kernel.start.address) : `(i32.const ${String(kernel.start.kind === 'zero' ? fromZero : fromTarget)})`;
        const [term] = terms;
        if (term !== undefined && terms.length === 1 && isTransposed(term)) {
          this.#transposes = true;
          const values = [code.dim(rows), code.dim(columns), at(target), code.byteCount(target.rowStride), from, at(term.operand), code.byteCount(term.operand.depthStride), start(term.panel), code.dim(term.depth)];
          return [`(call $transposedProduct ${values.join(' ')} ${code.symbol(copySymbol)})`];
        }
        this.#products.add(terms.length);
        const operands = terms.flatMap(({ operand, depth, panel }) => [
          at(operand),
          code.byteCount(operand.rowStride),
          code.byteCount(operand.depthStride),
          start(panel),
          code.dim(depth),
        ]);
        return [`(call $${productName(terms.length)} ${[code.dim(rows), code.dim(columns), at(target), code.byteCount(target.rowStride), from, ...operands].join(' ')})`];
      }
      case 'loop':
        return this.#loop(owner, kernel, indices, code);
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
    const next = (amount: number): string => `(local.tee $${counter} (i32.add (local.get $${counter}) (i32.const ${String(amount)})))`;
    return reverse
      ? [
          `(local.set $${counter} (i32.sub ${end} (i32.const 1)))`,
          `(if (i32.ge_s (local.get $${counter}) (i32.const 0)) (then (loop $${label}`,
          `  (call $${name}${given})`,
          `  (br_if $${label} (i32.ge_s ${next(-1)} (i32.const 0))))))`,
        ]
      : [
          `(local.set $${counter} (i32.const 0))`,
          `(if (i32.gt_s ${end} (i32.const 0)) (then (loop $${label}`,
          `  (call $${name}${given})`,
          `  (br_if $${label} (i32.lt_s ${next(1)} ${end})))))`,
        ];
  }
}

/** The symbol of the bytes that transposed products copy to. */
export const copySymbol = startSymbol('operandCopy');

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
