import { ts } from 'ts-morph';
import { Dim } from '../../graph/dim.js';
import type { Graph } from '../../graph/graph.js';
import { substituteDims } from '../../graph/substitute.js';
import { symbolsOf } from '../../graph/symbols.js';
import { lowerProgram } from '../../lower/lower-program.js';
import { planMemory } from '../../lower/memory-plan.js';
import { wholeView } from '../../lower/view.js';
import { afterDifferentiation, beforeDifferentiation, runPasses } from '../../optimize/pipeline.js';
import { kernelLines } from './kernel-code.js';
import { indent } from './map-code.js';
import { MathFunctions } from './math-functions.js';
import type { MathMode } from './math-functions.js';
import { packFunction, productFunction } from './product-function.js';
import { dimCode, Scope } from './scope.js';
import type { SymbolNames } from './scope.js';

export type Precision = 'float32' | 'float64';
export type Values = ReadonlyMap<string, ArrayLike<number>>;

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
  const optimized = optimize ? runPasses(graph, [...beforeDifferentiation, ...afterDifferentiation]) : graph;
  const fixed = namedSizes ? optimized : substituteDims(optimized, new Map(Object.entries(sizes).map(([name, size]) => [name, Dim.constant(size)])));
  const names = namedSizes ? symbolsOf(fixed) : [];
  const program = lowerProgram({
    graph: fixed,
    entries: ['run'],
    entryOfOutput: () => 'run',
    inputs: (buffers) => new Map([...fixed.inputs].map(([name, node]) => [name, wholeView(buffers.make(name, 'input', node.type.shape))])),
    targets: () => new Map(),
    reserved: [],
  });
  const maths = new MathFunctions(math);
  const products = new Set<number>();
  const packs = new Set<string>();
  const scope = new Scope([...names, ...program.buffers.map((buffer) => `${buffer.name}At`)]);
  const startWith = (symbols: SymbolNames) => (buffer: { name: string }, offset: Dim): string => {
    const rest = dimCode(offset, symbols);
    return rest === '0' ? `${buffer.name}At` : `${buffer.name}At + ${rest}`;
  };
  const context = {
    symbols: (symbol: string) => symbol,
    start: startWith((symbol) => symbol),
    within: (symbols: SymbolNames) => ({ start: startWith(symbols) }),
    math: (name: Parameters<MathFunctions['name']>[0]) => maths.name(name),
    scope,
    usesProduct(terms: number) {
      products.add(terms);
      return `product${String(terms)}`;
    },
    usesPack() {
      packs.add('pack');
      return 'pack';
    },
  };
  const body = [...kernelLines(program.packs, context), ...kernelLines(program.entries[0]?.kernels ?? [], context)];
  let offset = 0;
  const starts = new Map<string, number>();
  const hosts = planMemory(program);
  for (const buffer of program.buffers) {
    if (hosts.has(buffer)) continue;
    starts.set(buffer.name, offset);
    offset += buffer.size.evaluate(sizes);
  }
  for (const [buffer, host] of hosts) starts.set(buffer.name, starts.get(host.name) ?? 0);
  const array = precision === 'float32' ? 'Float32Array' : 'Float64Array';
  const source = [
    'const fromZero = -1;',
    'const fromTarget = -2;',
    ...names.map((name) => `const ${name} = ${String(sizes[name])};`),
    `const arena = new ${array}(${String(offset + 4)});`,
    ...[...starts].map(([name, start]) => `const ${name}At = ${String(start)};`),
    ...maths.definitions(),
    ...[...products].sort().flatMap((terms) => productFunction(`product${String(terms)}`, terms)),
    ...[...packs].flatMap(packFunction),
    'function run(): void {',
    '  const memory = arena;',
    ...indent(body),
    '}',
    'return { arena, run };',
  ].join('\n');
  const javascript = ts.transpile(source, { target: ts.ScriptTarget.ES2022 });
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the point is to run what was emitted; only tests and `cellwright check` do
  const create = new Function(javascript) as () => { arena: Float32Array | Float64Array; run: () => void };
  const { arena, run } = create();
  const call = (inputs: Values): Map<string, Float32Array | Float64Array> => {
    for (const [name, view] of program.inputs) {
      const value = inputs.get(name);
      const length = view.buffer.size.evaluate(sizes);
      if (value?.length !== length) throw new RangeError(`the input '${name}' needs ${String(length)} elements, not ${String(value?.length)}`);
      arena.set(value, starts.get(view.buffer.name) ?? 0);
    }
    run();
    return new Map(
      [...program.outputs].map(([name, view]) => {
        const start = (starts.get(view.buffer.name) ?? 0) + view.offset.evaluate(sizes);
        const length = Dim.product(fixed.output(name).type.shape).evaluate(sizes);
        return [name, arena.slice(start, start + length)];
      }),
    );
  };
  return Object.assign(call, { source });
}
