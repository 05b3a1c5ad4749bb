import type { Dim } from '../../graph/dim.js';
import type { Graph } from '../../graph/graph.js';
import { graphProgram } from '../graph-program.js';
import type { Values } from '../graph-program.js';
import { withoutTypes } from './javascript.js';
import { kernelLines } from './kernel-code.js';
import { indent } from './map-code.js';
import { MathFunctions } from './math-functions.js';
import type { MathMode } from './math-functions.js';
import { packFunction, ProductFunctions } from './product-function.js';
import { dimCode, Scope } from './scope.js';
import type { SymbolNames } from './scope.js';

export type Precision = 'float32' | 'float64';

export interface GraphFunctionOptions {
  readonly sizes: Readonly<Record<string, number>>;
  readonly precision?: Precision;
  readonly math?: MathMode;
  /** Runs the passes of a module's build first. */
  readonly optimize?: boolean;
  /** Writes sizes as names, as in a module whose creator gets them; otherwise they are numbers in the code. */
  readonly namedSizes?: boolean;
}

export interface GraphFunction {
  (inputs: Values): Map<string, Float32Array | Float64Array>;
  /** The TypeScript that was compiled. */
  readonly source: string;
}

/**
 * Compiles any graph to a function through the TypeScript target, for checking it against the interpreter. Sizes are
 * fixed; inputs are given and outputs returned by name.
 *
 * @throws when an input is missing or has the wrong length
 */
export function compileGraph(graph: Graph, { sizes, precision = 'float64', math = 'exact', optimize = false, namedSizes = false }: GraphFunctionOptions): GraphFunction {
  const placed = graphProgram(graph, { sizes, optimize, namedSizes, reserved: 0 });
  const { program, names } = placed;
  const maths = new MathFunctions(math);
  const products = new ProductFunctions();
  const packs = new Set<string>();
  const scope = new Scope([...names, ...program.buffers.map((buffer) => `${buffer.name}At`)]);
  const startWith = (symbols: SymbolNames) => (buffer: { name: string }, offset: Dim): string => {
    const rest = dimCode(offset, symbols);
    return rest === '0' ? `${buffer.name}At` : `${buffer.name}At + ${rest}`;
  };
  const context = {
    symbols: (symbol: string) => symbol,
    start: startWith((symbol) => symbol),
    partName: () => undefined,
    within: (symbols: SymbolNames) => ({ start: startWith(symbols) }),
    math: (name: Parameters<MathFunctions['name']>[0]) => maths.name(name),
    scope,
    products,
    usesPack() {
      packs.add('pack');
      return 'pack';
    },
  };
  const body = [...kernelLines(program.packs, context), ...kernelLines(program.entries[0]?.kernels ?? [], context)];
  const array = precision === 'float32' ? 'Float32Array' : 'Float64Array';
  const source = [
    ...names.map((name) => `const ${name} = ${String(sizes[name])};`),
    `const arena = new ${array}(${String(placed.length + 4)});`,
    ...[...placed.starts].map(([{ name }, start]) => `const ${name}At = ${String(start)};`),
    ...maths.definitions(),
    ...products.definitions(),
    ...[...packs].flatMap(packFunction),
    'function run(): void {',
    '  const memory = arena;',
    ...indent(body),
    '}',
    'return { arena, run };',
  ].join('\n');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the point is to run what was emitted; only tests and `cellwright check` do
  const create = new Function(withoutTypes(source)) as () => { arena: Float32Array | Float64Array; run: () => void };
  const { arena, run } = create();
  const call = (inputs: Values): Map<string, Float32Array | Float64Array> => {
    placed.place(inputs, arena);
    run();
    return placed.results(arena);
  };
  return Object.assign(call, { source });
}
