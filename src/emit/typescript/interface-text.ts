import type { InterfaceDeclarationStructure, OptionalKind } from 'ts-morph';
import { tsMorph } from './ts-morph.js';

/** Interfaces as TypeScript, an empty line between them. */
export function interfaceText(interfaces: readonly OptionalKind<InterfaceDeclarationStructure>[]): string {
  const { IndentationText, Project, QuoteKind, StructureKind } = tsMorph();
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: { indentationText: IndentationText.TwoSpaces, quoteKind: QuoteKind.Single },
  });
  // ts-morph parses what it writes, so that it is given no more than it is needed for.
  const file = project.createSourceFile('interfaces.ts', {
    statements: interfaces.flatMap((each) => ['', { ...each, kind: StructureKind.Interface }]),
  });
  return file.getFullText().trim();
}
