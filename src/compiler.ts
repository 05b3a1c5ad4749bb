/** The compiler as a library, apart from the language: it loads ts-morph, which a definition does not need. */
export { compileModule } from './compile.js';
export type { CompiledModule, CompileObserver } from './compile.js';
export { compileGraph } from './emit/typescript/graph-function.js';
export { compileGraphToWasm } from './emit/wasm/graph-function.js';
export type { WasmGraphFunction, WasmGraphFunctionOptions } from './emit/wasm/graph-function.js';
export type { GraphFunction, GraphFunctionOptions, Precision } from './emit/typescript/graph-function.js';
