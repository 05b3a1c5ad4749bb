import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { DeclarationError } from '../../src/declare/index.js';

/**
 * Runs a declaration with one mistake, on the line of the calling test file that ends in `// mistake: <label>`, and gives
 * what the error says behind file and line. Fails unless it is a `DeclarationError` that points at that line.
 */
export function reasonAt(fileUrl: string, label: string, declare: () => unknown): string {
  const file = fileURLToPath(fileUrl);
  const error = thrownBy(declare);
  expect(error).toBeInstanceOf(DeclarationError);
  const place = `${file}:${lineOf(file, label)}: `;
  expect(error.message.slice(0, place.length)).toBe(place);
  return error.message.slice(place.length);
}

function thrownBy(declare: () => unknown): Error {
  try {
    declare();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('the mistake was not noticed');
}

function lineOf(file: string, label: string): number {
  const lines = readFileSync(file, 'utf8').split('\n');
  const found = lines.flatMap((line, k) => (line.endsWith(`// mistake: ${label}`) ? [k + 1] : []));
  const [line] = found;
  if (line === undefined || found.length > 1) throw new Error(`${found.length} lines are labelled '${label}'`);
  return line;
}
