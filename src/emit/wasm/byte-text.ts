/**
 * Bytes as printable text for a module's source. Most bytes of WebAssembly take one character, the others two: hexadecimals take a
 * tenth more after compression, since they break what belongs together, and base64 takes a half more.
 *
 * A byte is first moved on by 3, so that the first byte of vector instructions comes to be a small number like most others.
 * Then it is a digit of base 84, after one of three signs where it is 84 or more.
 */
const base = 84;
const moved = 3;
/** The sign of zero: from here on there are no quotes. */
const first = '('.charCodeAt(0);

export function byteText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const value = (byte + moved) % 256;
    const group = Math.floor(value / base);
    return `${group === 0 ? '' : String.fromCharCode(first + base - 1 + group)}${String.fromCharCode(first + (value % base))}`;
  }).join('');
}

/** Statements that make the bytes of a text again. */
export function decodingLines(text: string, bytes: string): string[] {
  return [
    '// One character for a small byte; the others are two.',
    'const decoded: number[] = [];',
    'let group = 0;',
    `for (const sign of '${text.replaceAll('\\', '\\\\')}') {`,
    `  const digit = sign.charCodeAt(0) - ${String(first)};`,
    `  if (digit < ${String(base)}) decoded.push(digit + ${String(base)} * group - ${String(moved)});`,
    `  group = Math.max(0, digit - ${String(base - 1)});`,
    '}',
    `const ${bytes} = Uint8Array.from(decoded);`,
  ];
}
