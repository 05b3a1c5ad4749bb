/** A field of the creator's options. */
export interface CreatorOption {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
}

/** What a target adds to the options that all creators have. */
export const creatorOptions = {
  typescript: [{ name: 'memory', type: 'ArrayBuffer', doc: 'Memory to use for the arena, at least as long as needed; made by default.' }],
  wasm: [
    { name: 'memory', type: '{ readonly buffer: ArrayBuffer }', doc: 'A WebAssembly.Memory to use, at least as large as needed, that is not grown later; made by default.' },
    { name: 'module', type: 'object', doc: 'The WebAssembly.Module of the .wasm file that `cellwright build --emit-wat` writes beside this one, for hosts that do not compile at run time; by default compiled from the same bytes in here. That of another build does not link.' },
  ],
} as const satisfies Readonly<Record<'typescript' | 'wasm', readonly CreatorOption[]>>;
