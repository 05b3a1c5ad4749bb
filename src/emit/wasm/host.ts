/** The part of the WebAssembly interface of JavaScript that running a kernel module takes; `lib: es2022` has no types for it. */
interface WebAssemblyHost {
  readonly Memory: new (descriptor: { readonly initial: number; readonly maximum?: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyHost }).WebAssembly;
