import { ts } from 'ts-morph';

export interface JavaScriptModule {
  readonly code: string;
  readonly declarations: string;
}

/**
 * A generated TypeScript module as JavaScript and its declarations. Types are cut out of the text and all else stays as it
 * is, comments and blank lines included, so that both forms read the same.
 */
export function javaScriptOf(source: string): JavaScriptModule {
  const file = parsed(source);
  const preamble = source.slice(0, Math.max(0, source.indexOf('\n\n') + 2));
  const declarations = file.statements.flatMap((statement) => {
    if (ts.isInterfaceDeclaration(statement)) return [withDocs(statement)];
    return ts.isFunctionDeclaration(statement) && !isAmbient(statement) ? [signatureOf(statement)] : [];
  });
  return { code: withoutTypesIn(file), declarations: `${preamble}${declarations.join('\n\n')}\n` };
}

/** A statement with the comment that documents it; not with what stands above that. */
function withDocs(node: ts.Node): string {
  const { text } = node.getSourceFile();
  const docs = ts.getJSDocCommentsAndTags(node).filter((doc) => ts.isJSDoc(doc));
  return text.slice(Math.min(node.getStart(), ...docs.map((doc) => doc.pos)), node.end);
}

function signatureOf(statement: ts.FunctionDeclaration): string {
  const docs = ts.getJSDocCommentsAndTags(statement).map((doc) => `${doc.getText()}\n`);
  const parameters = statement.parameters.map(({ name, type, initializer }) => `${name.getText()}${initializer === undefined ? '' : '?'}: ${type?.getText() ?? 'unknown'}`);
  return `${docs.join('')}export declare function ${statement.name?.text ?? ''}(${parameters.join(', ')}): ${statement.type?.getText() ?? 'void'};`;
}

/** Tells the types of what the host provides. */
function isAmbient(node: ts.Node): boolean {
  return (ts.isVariableStatement(node) || ts.isFunctionDeclaration(node)) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) === true;
}

/** Emitted TypeScript, which may be the body of a function, as JavaScript, in a third of the time that the compiler takes. */
export const withoutTypes = (source: string): string => withoutTypesIn(parsed(source));

const parsed = (source: string): ts.SourceFile => ts.createSourceFile('module.ts', source, ts.ScriptTarget.ES2022, true);

function withoutTypesIn(file: ts.SourceFile): string {
  const { text } = file;
  const cuts: [start: number, end: number][] = [];
  /** From the end of what comes before, so that the colon goes too. */
  const cutAnnotation = (before: ts.Node, type: ts.Node | undefined): void => {
    if (type !== undefined) cuts.push([before.end, type.end]);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || isAmbient(node)) {
      const docs = ts.getJSDocCommentsAndTags(node);
      cuts.push([Math.min(node.getStart(), ...docs.map((doc) => doc.pos)), node.end]);
      return;
    }
    if (ts.isParameter(node) || ts.isVariableDeclaration(node)) cutAnnotation(node.name, node.type);
    if (ts.isNonNullExpression(node)) cuts.push([node.expression.end, node.end]);
    if (ts.isAsExpression(node)) cuts.push([node.expression.end, node.end]);
    // The signature of an index has no parenthesis, and stands in a type that is cut as a whole.
    if (ts.isFunctionLike(node) && !ts.isIndexSignatureDeclaration(node)) {
      const { typeParameters, type, parameters } = node;
      if (typeParameters !== undefined) cuts.push([typeParameters.pos - 1, typeParameters.end + 1]);
      // The annotation of the result starts behind the parenthesis.
      if (type !== undefined) cuts.push([text.indexOf(')', parameters.end) + 1, type.end]);
    }
    node.forEachChild(visit);
  };
  visit(file);
  let code = '';
  let at = 0;
  for (const [start, end] of cuts.sort(([a], [b]) => a - b)) {
    if (start < at) continue;
    code += text.slice(at, start);
    at = end;
  }
  return `${(code + text.slice(at)).replace(/\n{3,}/g, '\n\n').trimEnd()}\n`;
}
