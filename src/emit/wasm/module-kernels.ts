import { createHash } from 'node:crypto';
import { entryDocs, packsByFunction, programsOf } from '../typescript/module-entries.js';
import { hasGradients, learnsOnline, packName, runName } from '../typescript/module-context.js';
import type { ModuleContext } from '../typescript/module-context.js';
import type { MathMode } from '../typescript/math-functions.js';
import type { ModuleKernels } from '../typescript/module-kernels.js';
import { indent } from '../typescript/map-code.js';
import { byteText, decodingLines, quotedText } from './byte-text.js';
import { encodeText } from './encode.js';
import { fusingLines } from './fused-multiply-add.js';
import { startSymbol } from './header.js';
import { copySymbol, headerElements, KernelModule, largeTileRows, zeroSymbol } from './kernel-module.js';
import { vectorMath } from './math/vector-math.js';
import { SingleRow } from './single-row.js';
import { bytesOf } from './vector-code.js';
import type { Lane } from './vector-code.js';

/** The kernels of a module apart from it. */
export interface WasmKernelCode {
  /** As WebAssembly text. */
  readonly text: string;
  /** The same encoded: what a host that doesn't compile at run time compiles, for the creator's option `module`. */
  readonly binary: Uint8Array<ArrayBuffer>;
}

export interface WasmKernels extends ModuleKernels {
  readonly code: WasmKernelCode;
}

export interface WasmKernelOptions {
  readonly math: MathMode;
  /** Does without instructions whose result differs from host to host. */
  readonly reproducible: boolean;
}

/** Regions start at multiples of this many bytes: the length of a cache line. */
const alignment = 64;

/** Kernels as a WebAssembly module, which the creator decodes and compiles; its memory is the arena. */
export async function wasmKernels(context: ModuleContext, { math, reproducible }: WasmKernelOptions): Promise<WasmKernels> {
  const { array, layout, programs, sizes, packsBeforeForward } = context;
  const lane: Lane = array === 'Float32Array' ? 'f32' : 'f64';
  const bytes = bytesOf[lane];
  const singleRow = learnsOnline(programs) ? new SingleRow(programs.sequence.packs, programs.sequence.entries.flatMap(({ kernels }) => kernels)) : undefined;
  // They need the instruction that multiplies and adds. Modules that only run forward stay small.
  const largeTiles = !reproducible && hasGradients(programs);
  const sizesKnown = ['B', 'T', ...(largeTiles ? [largeTileRows] : []), ...programs.freeDims];
  // In the order in which the module's creator comes to know them.
  const header = [...sizesKnown, ...layout.regions.map(startSymbol), zeroSymbol, copySymbol];
  const module = new KernelModule({ lane, header, math: (name) => vectorMath(name, lane, math), region: (buffer) => layout.region(buffer), largeTiles, batchOfOne: programs.batchSize === 1, ...(singleRow && { singleRow }) });
  const packs = packsByFunction(programs);
  const entries = programsOf(programs).flatMap((program) => program.entries);
  for (const [name, own] of packs) {
    if (name === packName('step') && packsBeforeForward !== name) module.addPacksToPutOff(name, packsBeforeForward, own);
    else module.addPacks(name, own);
  }
  for (const { name, kernels } of entries) module.addEntry(runName(name), kernels, name === 'step' ? packName(name) : undefined);
  const packNames = [...new Set([...packs.keys(), packsBeforeForward])];
  const plain = module.text();
  // The memory is imported under a name of these kernels' own: those of another build, given compiled, don't link.
  const own = createHash('sha256').update(plain).digest('hex').slice(0, 8);
  const docs = entryDocs(programs);
  const comments = entries.map(({ name }) => ({ name: runName(name), lines: docs(name) }));
  const text = plain.replace('(import "host"', `(import "${own}"`);
  const binary = await encodeText(text);
  const unknown = module.headerSymbols.find((symbol) => !header.includes(symbol));
  if (unknown !== undefined) throw new Error(`the kernels read '${unknown}', which the module does not know`);
  const elements = alignment / bytes;
  const headerLength = Math.ceil(headerElements(header.length, lane) / elements) * elements;
  return {
    description: `${math} maths in WebAssembly${reproducible ? ', the same bits on every host' : ''}`,
    code: {
      get text() {
        return comments.reduce((code, { name, lines }) => withComment(code, name, lines), text);
      },
      binary,
    },
    declarations: [
      'declare const WebAssembly: {',
      '  readonly Memory: new (descriptor: { readonly initial: number; readonly maximum: number }) => { readonly buffer: ArrayBuffer };',
      '  readonly Module: new (bytes: Uint8Array) => object;',
      '  readonly Instance: new (module: object, imports: object) => { readonly exports: object };',
      ...(reproducible ? [] : ['  validate(bytes: Uint8Array): boolean;']),
      '};',
    ],
    beforeRegions: [
      '// What the kernels read from its first bytes, as integers of 32 bits: sizes, and where each region starts, in bytes.',
      `const known = [${sizesKnown.map((symbol) => (symbol === largeTileRows ? '0' : sizes.capacity(symbol))).join(', ')}];`,
      `let arenaLength = ${String(headerLength)};`,
      `// Regions start at multiples of ${String(alignment)} bytes.`,
      'const region = (length: number): number => {',
      '  const at = arenaLength;',
      `  known.push(${String(bytes)} * at);`,
      `  arenaLength += Math.ceil(length / ${String(elements)}) * ${String(elements)};`,
      '  return at;',
      '};',
    ],
    arena: [
      ...[...module.ownRegions].map(([symbol, size]) => `region(${String(size / bytes)}); // ${symbol.slice(1).replace(/At$/, '')}, of the kernels' own`),
      'arenaLength += 16; // vectors may be read beyond the last element',
      `const pages = Math.ceil(arenaLength / ${String(65536 / bytes)});`,
      'const memory = options.memory ?? new WebAssembly.Memory({ initial: pages, maximum: pages });',
      `const arena = new ${array}(memory.buffer);`,
      `if (arena.length < arenaLength) throw new RangeError(\`memory must have at least \${${String(bytes)} * arenaLength} bytes, not \${arena.byteLength}\`);`,
      'arena.fill(0, 0, arenaLength);',
    ],
    functions: [
      'function compile(): object {',
      ...indent(reproducible ? [...decodingLines(quotedText(byteText(binary))), 'return new WebAssembly.Module(Uint8Array.from(decoded));'] : fusingLines(binary, lane, largeTiles ? largeTileLines(header) : [])),
      '}',
      '',
      'const header = new Int32Array(memory.buffer);',
      'header.set(known);',
      `const { ${[...packNames, ...entries.map(({ name }) => runName(name))].join(', ')} } = new WebAssembly.Instance(options.module ?? compile(), { '${own}': { memory } }).exports as {`,
      ...indent([
        ...packNames.map((name) => `readonly ${name}: () => void;`),
        ...entries.flatMap(({ name }) => [...docs(name), `readonly ${runName(name)}: () => void;`]),
      ]),
      '};',
      '',
    ],
    start: ['header[0] = rows;', 'header[1] = count;'],
  };
}

/**
 * Statements that have products use larger tiles where their sums stay in registers. No host tells that. Of V8, those versions that know
 * memories of 64 bits do (13.3, Node 24); earlier ones would take twice the time.
 */
function largeTileLines(header: readonly string[]): string[] {
  const memory64 = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 4, 1];
  return [
    '// Of V8, the versions that know memories of 64 bits keep more sums in registers: of one row, or of two.',
    `if (WebAssembly.validate(Uint8Array.of(${memory64.join(', ')}))) header[${String(header.indexOf(largeTileRows))}] = Math.min(batchSize, 2);`,
  ];
}

/** The text with the lines of a JSDoc comment above a function. */
function withComment(text: string, name: string, doc: readonly string[]): string {
  const lines = doc.flatMap((line) => (/^ \* /.test(line) ? [`  ;; ${line.slice(3)}\n`] : []));
  return text.replace(`  (func $${name} (export`, (func) => `${lines.join('')}${func}`);
}
