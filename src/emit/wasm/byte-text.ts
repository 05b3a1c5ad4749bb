/**
 * Bytes as printable text for a module's source. Most bytes of WebAssembly take one character, the others two: hexadecimals take a
 * tenth more after compression, since they break what belongs together, and base64 takes a half more.
 *
 * A byte is first moved on by 3, so that the first byte of vector instructions comes to be a small number like most others.
 * Then it is a digit of base 84, after one of three signs where it is 84 or more.
 */
const base = 84;
const moved = 3;
/** The sign of zero: from here on there are no quotes, and before it are signs for other things. */
const first = '('.charCodeAt(0);

export function byteText(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => {
    const value = (byte + moved) % 256;
    const group = Math.floor(value / base);
    return `${group === 0 ? '' : String.fromCharCode(first + base - 1 + group)}${String.fromCharCode(first + (value % base))}`;
  }).join('');
}

/** A text as a literal of generated code. */
export const quotedText = (text: string): string => `'${text.replaceAll('\\', '\\\\')}'`;

/** Statements that add the bytes of a text to the list `decoded`. */
export function decodingLines(text: string): string[] {
  return [
    '// One character for a small byte; the others are two.',
    'const decoded: number[] = [];',
    'let group = 0;',
    `for (const sign of ${text}) {`,
    `  const digit = sign.charCodeAt(0) - ${String(first + moved)};`,
    `  if (digit < ${String(base - moved)}) decoded.push(digit + group);`,
    `  group = Math.max(0, ${String(base)} * (digit - ${String(base - moved - 1)}));`,
    '}',
  ];
}
