import type { Dim } from '../graph/dim.js';
import type { ScalarCode } from '../ops/op.js';

/**
 * The program that both targets emit from: few kinds of kernels over views of one arena. Neither target looks at ops.
 * Addresses and bounds are dims: polynomials over sizes (`H`, `B`, `T`) and loop indices.
 */

export type BufferRole =
  /** Given by the caller and kept between calls. */
  | 'parameter'
  | 'gradient'
  /** In the space of the parameters. */
  | 'direction'
  /** The Hessian times the direction. */
  | 'product'
  | 'slot'
  | 'state'
  /** Filled by the caller before a call. */
  | 'input'
  /** Read by the caller after a call. */
  | 'output'
  /** Packed weights, derived from parameters. */
  | 'panel'
  /** Written and read within a program. */
  | 'scratch';

/** A contiguous region of the arena. */
export interface Buffer {
  readonly name: string;
  readonly role: BufferRole;
  /** For comments; the strides of views say how it is read. */
  readonly shape: readonly Dim[];
  /** Elements. */
  readonly size: Dim;
}

/** Where a value lies: element `[i, j, …]` is at `offset + i · strides[0] + j · strides[1] + …` of the buffer. */
export interface View {
  readonly buffer: Buffer;
  readonly offset: Dim;
  readonly strides: readonly Dim[];
}

export interface Address {
  readonly buffer: Buffer;
  readonly offset: Dim;
}

/** The value is zero unless `0 <= index < size`. */
export interface Guard {
  readonly index: Dim;
  readonly size: Dim;
}

export type Scalar =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'dim'; readonly dim: Dim }
  /** The result of an earlier statement of the same kernel. */
  | { readonly kind: 'value'; readonly id: number };

export type Statement =
  /** `id = memory[address]`, or zero where a guard fails. */
  | { readonly kind: 'load'; readonly id: number; readonly name: string | undefined; readonly address: Address; readonly guards: readonly Guard[] }
  /** Binds a loop-index-like symbol to a value read from memory, for look-ups. */
  | { readonly kind: 'bindIndex'; readonly symbol: string; readonly value: Scalar }
  | {
      readonly kind: 'compute';
      readonly id: number;
      readonly name: string | undefined;
      readonly op: string;
      readonly code: ScalarCode;
      readonly operands: readonly Scalar[];
      /** The result is a truth value. */
      readonly truth: boolean;
      /** Which operands are truth values. */
      readonly operandTruths: readonly boolean[];
    }
  /** A value that is zero where a guard fails. */
  | { readonly kind: 'guarded'; readonly id: number; readonly value: Scalar; readonly guards: readonly Guard[] }
  | { readonly kind: 'store'; readonly address: Address; readonly value: Scalar; readonly truth: boolean }
  /** `memory[address] += value`, where all guards hold. */
  | { readonly kind: 'accumulate'; readonly address: Address; readonly combine: 'sum' | 'max'; readonly value: Scalar; readonly guards: readonly Guard[] };

export interface Axis {
  /** The loop index, a symbol of addresses. */
  readonly index: string;
  readonly size: Dim;
}

/** A fused body over an index space, outermost axis first. Loads of a cell precede its stores. */
export interface MapKernel {
  readonly kind: 'map';
  readonly axes: readonly Axis[];
  readonly statements: readonly Statement[];
}

export interface ProductTerm {
  /** Element `[row, k]` lies at `address + row · rowStride + k · depthStride`. */
  readonly operand: Address & { readonly rowStride: Dim; readonly depthStride: Dim };
  readonly depth: Dim;
  /** `[columns / 4, depth, 4]`, filled by a pack kernel. */
  readonly panel: Buffer;
  /** What the panel was packed from: a target may read the weights there instead, so it lives as long. */
  readonly weights: Buffer;
}

/** `target[row, column] = start + Σ_terms Σ_k operand[row, k] · weight[k, column]`. */
export interface ProductKernel {
  readonly kind: 'product';
  readonly rows: Dim;
  readonly columns: Dim;
  readonly target: Address & { readonly rowStride: Dim };
  readonly start: { readonly kind: 'zero' } | { readonly kind: 'target' } | { readonly kind: 'bias'; readonly address: Address };
  readonly terms: readonly ProductTerm[];
}

/** Brings a matrix into panels of four columns, the last one filled up with zeros. */
export interface PackKernel {
  readonly kind: 'pack';
  /** Element `[k, column]` lies at `source + k · depthStride + column · columnStride`. */
  readonly source: Address & { readonly depthStride: Dim; readonly columnStride: Dim };
  readonly depth: Dim;
  readonly columns: Dim;
  readonly panel: Buffer;
}

/** Sets a run of elements to one value. */
export interface FillKernel {
  readonly kind: 'fill';
  readonly target: Address;
  readonly size: Dim;
  readonly value: number;
}

export interface LoopKernel {
  readonly kind: 'loop';
  readonly index: string;
  readonly count: Dim;
  readonly reverse: boolean;
  readonly body: readonly Kernel[];
}

export type Kernel = MapKernel | ProductKernel | PackKernel | FillKernel | LoopKernel;

/** The number of columns in a panel. */
export const panelWidth = 4;

export interface Entry {
  readonly name: string;
  readonly kernels: readonly Kernel[];
}

export interface KernelProgram {
  readonly entries: readonly Entry[];
  /** Packing of parameters, apart, so that a streaming step can do without. */
  readonly packs: readonly (PackKernel & { readonly entry: string })[];
  readonly buffers: readonly Buffer[];
  /** Where the outputs lie. */
  readonly outputs: ReadonlyMap<string, View>;
}
