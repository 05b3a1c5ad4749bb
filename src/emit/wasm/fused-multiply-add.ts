/**
 * How the same bytes serve hosts with and without relaxed SIMD: `mul`, `local.get`, `add` take as many bytes as `local.get`,
 * `relaxed_madd` and three `nop`s, so that a module's creator rewrites one into the other before it compiles.
 */
const instructions = {
  f32: { multiply: 0xe6, add: 0xe4, fused: 0x85 },
  f64: { multiply: 0xf2, add: 0xf0, fused: 0x87 },
} as const;

export type FloatLane = keyof typeof instructions;

/** Statements that make `fused` of a module's `code`: the same with one instruction where there were two. */
export function fusingLines(lane: FloatLane): string[] {
  const { multiply, add, fused } = instructions[lane];
  return [
    '// For hosts that multiply and add in one instruction `mul`, `local.get`, `add` become `local.get` and that one: they take as',
    '// many bytes.',
    'const fused = code.slice();',
    'for (let k = 0; k + 9 <= code.length; k++) {',
    `  if (code[k] !== 253 || code[k + 1] !== ${String(multiply)} || code[k + 2] !== 1 || code[k + 3] !== 32) continue;`,
    '  const end = code[k + 4]! < 128 ? k + 5 : k + 6;',
    `  if (code[end] !== 253 || code[end + 1] !== ${String(add)} || code[end + 2] !== 1) continue;`,
    '  fused.copyWithin(k, k + 3, end);',
    `  fused.set([253, ${String(fused)}, 2, 1, 1, 1], end - 3);`,
    '  k = end + 2;',
    '}',
  ];
}
