import type { Dim } from '../../graph/dim.js';
import type { Buffer } from '../../lower/kernel-program.js';
import type { KernelCodeContext } from './kernel-code.js';
import { MathFunctions } from './math-functions.js';
import type { MathMode } from './math-functions.js';
import { bytesPerElement } from './module-context.js';
import type { ModuleContext } from './module-context.js';
import { packFunctions, runFunctions } from './module-entries.js';
import { packFunction, ProductFunctions } from './product-function.js';
import type { Scope, SymbolNames } from './scope.js';

/** What the targets differ in: the arena, and the functions that compute. All else of a module is the same. */
export interface ModuleKernels {
  /** For the preamble. */
  readonly description: string;
  /** Declarations at the top of the module. */
  readonly declarations: readonly string[];
  /** Statements before the regions: the constant `region`. */
  readonly beforeRegions: readonly string[];
  /** Statements after the regions: the constant `arena`, full of zeros. */
  readonly arena: readonly string[];
  /** The functions of the entries, and for packing. */
  readonly functions: readonly string[];
  /** Statements for a new number of rows and steps. */
  readonly start: readonly string[];
}

/** Kernels as TypeScript functions over one typed array. */
export function typeScriptKernels(context: ModuleContext, scope: Scope, math: MathMode): ModuleKernels {
  const { array } = context;
  return {
    description: `${math} maths`,
    declarations: [],
    beforeRegions: ['let arenaLength = 0;', 'const region = (length: number): number => (arenaLength += length) - length;'],
    arena: [
      `const bytes = ${String(bytesPerElement[array])} * (arenaLength + 4);`,
      'if (options.memory !== undefined && options.memory.byteLength < bytes) throw new RangeError(`memory must have at least ${bytes} bytes, not ${options.memory.byteLength}`);',
      `const arena = new ${array}(options.memory ?? new ArrayBuffer(bytes), 0, arenaLength + 4);`,
      'arena.fill(0);',
    ],
    functions: kernelFunctions(context, scope, math),
    start: [],
  };
}

function kernelFunctions({ programs, layout, sizes }: ModuleContext, scope: Scope, math: MathMode): string[] {
  const maths = new MathFunctions(math);
  const products = new ProductFunctions();
  const packNames = new Set<string>();
  const startWith =
    (symbols: SymbolNames) =>
    (buffer: Buffer, offset: Dim): string =>
      layout.start(buffer, offset, symbols);
  const code: KernelCodeContext = {
    symbols: sizes.duringCall,
    start: startWith(sizes.duringCall),
    partName: (buffer, offset) => layout.partName(buffer, offset),
    within: (symbols) => ({ start: startWith(symbols) }),
    math: (name) => maths.name(name),
    scope,
    products,
    usesPack() {
      packNames.add('pack');
      return 'pack';
    },
  };
  const runs = runFunctions(programs, code);
  const packFunctionsLines = packFunctions(programs, code);
  return [
    ...maths.definitions(),
    ...products.definitions(),
    ...[...packNames].flatMap((name) => [...packFunction(name), '']),
    ...packFunctionsLines,
    ...runs,
  ];
}
