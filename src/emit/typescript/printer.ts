import type { InterfaceDeclarationStructure, OptionalKind } from 'ts-morph';
import type { JavaScriptModule } from './javascript.js';

/** What emitting needs the TypeScript compiler for. It is slow to load, so that another thread may do it meanwhile. */
export interface Printer {
  /** Interfaces as TypeScript, an empty line between them. */
  interfaces(structures: readonly OptionalKind<InterfaceDeclarationStructure>[]): Promise<string>;
  /** A generated TypeScript module as JavaScript and its declarations. */
  javaScript(source: string): Promise<JavaScriptModule>;
}

/** On the thread that asks; loads the compiler when it does. */
export const ownPrinter: Printer = {
  interfaces: async (structures) => (await import('./interface-text.js')).interfaceText(structures),
  javaScript: async (source) => (await import('./javascript.js')).javaScriptOf(source),
};
