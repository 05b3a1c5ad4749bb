import { byteText, decodingLines, quotedText } from './byte-text.js';

/**
 * How one text serves hosts with and without relaxed SIMD: `mul`, `local.get`, `add` take as many bytes as `local.get`,
 * `relaxed_madd` and three `nop`s. In the text a sign and the number of the local stand for either, which compresses best, and
 * a module's creator puts in what its host knows.
 */
const instructions = {
  f32: { multiply: 0xe6, add: 0xe4, fused: 0x85 },
  f64: { multiply: 0xf2, add: 0xf0, fused: 0x87 },
} as const;

export type FloatLane = keyof typeof instructions;

const [vectorPrefix, localGet, nop] = [0xfd, 0x20, 0x01];
const sign = '!';

/** What stands before and behind the number of the local. */
type Around = readonly [before: readonly number[], behind: readonly number[]];
const separate = (lane: FloatLane): Around => [[vectorPrefix, instructions[lane].multiply, 0x01, localGet], [vectorPrefix, instructions[lane].add, 0x01]];
export const fused = (lane: FloatLane): Around => [[localGet], [vectorPrefix, instructions[lane].fused, 0x02, nop, nop, nop]];

/** Statements that give the WebAssembly module of a binary, as one instruction where the host multiplies and adds in one, after others for that case. */
export function fusingLines(binary: Uint8Array, lane: FloatLane, whereFused: readonly string[]): string[] {
  const parts = splitAtMultiplyAdds(binary, lane);
  // A local that takes one character needs no sign behind it.
  const isShort = parts.every(({ local }) => byteText(local).length <= 1);
  const text = parts.map(({ before, local }) => `${byteText(before)}${local.length === 0 ? '' : `${sign}${byteText(local)}${isShort ? '' : sign}`}`).join('');
  const replacement = ([before, behind]: Around): string => quotedText(`${byteText(before)}$1${byteText(behind)}`);
  return [
    `// ${sign} stands for a multiplication and an addition, with the number of a local behind it.`,
    `const code = ${quotedText(text)};`,
    'const decode = (multiplyAdd: string): Uint8Array => {',
    ...decodingLines(`code.replace(/${sign}${isShort ? '(.)' : `(.+?)${sign}`}/g, multiplyAdd)`).map((line) => `  ${line}`),
    '  return Uint8Array.from(decoded);',
    '};',
    '// As one instruction, where the host has it, and as two.',
    `const fused = decode(${replacement(fused(lane))});`,
    `if (!WebAssembly.validate(fused)) return new WebAssembly.Module(decode(${replacement(separate(lane))}));`,
    ...whereFused,
    'return new WebAssembly.Module(fused);',
  ];
}

/** The bytes up to each `mul`, `local.get`, `add`, with those of the local's number, and what comes after the last. */
export function splitAtMultiplyAdds(binary: Uint8Array, lane: FloatLane): { readonly before: Uint8Array; readonly local: Uint8Array }[] {
  const [multiply, add] = separate(lane);
  const has = (at: number, bytes: readonly number[]): boolean => bytes.every((byte, k) => binary[at + k] === byte);
  const parts: { before: Uint8Array; local: Uint8Array }[] = [];
  let from = 0;
  for (let k = 0; k < binary.length; k++) {
    if (!has(k, multiply)) continue;
    let end = k + multiply.length;
    while ((binary[end] ?? 0) >= 0x80) end++;
    end++;
    if (!has(end, add)) continue;
    parts.push({ before: binary.subarray(from, k), local: binary.subarray(k + multiply.length, end) });
    from = end + add.length;
    k = from - 1;
  }
  return [...parts, { before: binary.subarray(from), local: new Uint8Array(0) }];
}
