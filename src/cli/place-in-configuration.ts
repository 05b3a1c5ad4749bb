import { readFileSync } from 'node:fs';
import { ts } from 'ts-morph';
import type { Place } from './user-error.js';
import type { ConfigurationPath } from './validate-configuration.js';

/**
 * Where a value of the default export is written: the place of its key, of a list's element, or of the nearest part around
 * it that is written out as a literal.
 */
export function placeInConfiguration(file: string, path: ConfigurationPath): Place {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const exported = source.statements.find((statement) => ts.isExportAssignment(statement));
  if (exported === undefined) return { file };
  let place: ts.Node = exported.expression;
  let value = literal(exported.expression, source);
  for (const key of path) {
    const part = value === undefined ? undefined : partOf(value, key);
    if (part === undefined) break;
    place = part.place;
    value = literal(part.value, source);
  }
  const { line, character } = source.getLineAndCharacterOfPosition(place.getStart(source));
  return { file, line: line + 1, column: character + 1 };
}

function partOf(value: ts.Expression, key: string | number): { place: ts.Node; value: ts.Expression } | undefined {
  if (typeof key === 'number') {
    // Behind a spread, indices can't be told.
    const element = ts.isArrayLiteralExpression(value) && !value.elements.some(ts.isSpreadElement) ? value.elements[key] : undefined;
    return element === undefined ? undefined : { place: element, value: element };
  }
  if (!ts.isObjectLiteralExpression(value)) return undefined;
  for (const property of value.properties) {
    if (property.name === undefined || property.name.getText().replace(/^['"]|['"]$/g, '') !== key) continue;
    if (ts.isPropertyAssignment(property)) return { place: property.name, value: property.initializer };
    if (ts.isShorthandPropertyAssignment(property)) return { place: property.name, value: property.name };
  }
  return undefined;
}

/** Follows what only passes a literal on: parentheses, types, `defineConfig(…)`, and constants of the same file. */
function literal(expression: ts.Expression, source: ts.SourceFile): ts.Expression | undefined {
  if (ts.isParenthesizedExpression(expression) || ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression)) {
    return literal(expression.expression, source);
  }
  if (ts.isCallExpression(expression)) {
    const [argument] = expression.arguments;
    return argument === undefined ? undefined : literal(argument, source);
  }
  if (!ts.isIdentifier(expression)) return expression;
  const declarations = source.statements.flatMap((statement) => (ts.isVariableStatement(statement) ? statement.declarationList.declarations : []));
  const initializer = declarations.find(({ name }) => ts.isIdentifier(name) && name.text === expression.text)?.initializer;
  return initializer === undefined || initializer === expression ? undefined : literal(initializer, source);
}
