import type load from 'wabt';

let encoder: ReturnType<typeof load> | undefined;

/** Loaded when it is first needed: a build of TypeScript modules has no use for it. */
async function loadEncoder(): ReturnType<typeof load> {
  const { default: load } = await import('wabt');
  return load();
}

/**
 * WebAssembly text to its binary form, with SIMD, relaxed SIMD and bulk memory.
 *
 * @throws Error with line and column when the text is malformed or the module not valid
 */
export async function encodeText(text: string): Promise<Uint8Array<ArrayBuffer>> {
  encoder ??= loadEncoder();
  // Of a string wabt copies one character at a time.
  const module = (await encoder).parseWat('kernels.wat', new TextEncoder().encode(text), { simd: true, relaxed_simd: true, bulk_memory: true });
  try {
    module.validate();
    return Uint8Array.from(module.toBinary({ canonicalize_lebs: true }).buffer);
  } finally {
    module.destroy();
  }
}
