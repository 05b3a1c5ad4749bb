import type { EquationSource } from './equation-error.js';
import type { Span } from './syntax.js';

export type Token = Span & {
  readonly kind: 'name' | 'number' | 'symbol' | 'line' | 'end';
  readonly text: string;
};

const patterns = [
  ['space', /[ \t\r]+|#[^\n]*|\/\/[^\n]*/y],
  ['line', /\n|;/y],
  ['number', /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ['name', /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y],
  ['symbol', /[-+*/=(),:'[\]]/y],
] as const;

/** Behind these an expression goes on in the next line; a line that starts with one of the second continues the one before. */
const unfinished = new Set(['+', '-', '*', '/', '=', ',', '(', '[', ':']);
const continuing = new Set(['+', '-', '*', '/', ')', ']', ',']);

/** The words and signs of a text; ends of lines only where a statement may end. */
export function tokensOf(source: EquationSource): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (const token of read(source)) {
    const last = tokens.at(-1);
    if (token.kind === 'line') {
      if (depth > 0 || last === undefined || last.kind === 'line' || unfinished.has(last.text)) continue;
    } else if (last?.kind === 'line' && continuing.has(token.text)) {
      tokens.pop();
    }
    if (token.text === '(' || token.text === '[') depth++;
    if (token.text === ')' || token.text === ']') depth = Math.max(0, depth - 1);
    tokens.push(token);
  }
  return tokens;
}

function* read(source: EquationSource): Generator<Token> {
  const { text } = source;
  let start = 0;
  while (start < text.length) {
    const found = patterns.flatMap(([kind, pattern]) => {
      pattern.lastIndex = start;
      const match = pattern.exec(text);
      return match === null ? [] : [{ kind, text: match[0] }];
    });
    const [first] = found;
    if (first === undefined) {
      const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
      throw source.error(start, `'${character}' has no meaning here; names have letters, digits and _, products are written a * b or W x`);
    }
    const end = start + first.text.length;
    if (first.kind !== 'space') yield { kind: first.kind, text: first.text, start, end };
    start = end;
  }
  yield { kind: 'line', text: '\n', start, end: start };
  yield { kind: 'end', text: '', start, end: start };
}
