import type { Tensor } from '../../src/ops/op.js';

export type Vector = readonly number[];
export type Matrix = readonly Vector[];

/** `f` of the elements of vectors of one length. */
export function map(f: (...elements: number[]) => number, ...vectors: readonly Vector[]): number[] {
  const length = vectors[0]?.length ?? 0;
  if (vectors.some((vector) => vector.length !== length))
    throw new Error(`vectors of lengths ${vectors.map((v) => v.length).join(', ')}`);
  return Array.from({ length }, (_, k) => f(...vectors.map((vector) => element(vector, k))));
}

export function element(vector: Vector, k: number): number {
  const value = vector[k];
  if (value === undefined) throw new Error(`no element ${k} in a vector of ${vector.length}`);
  return value;
}

export const sum = (...vectors: readonly Vector[]): number[] =>
  map((...values) => values.reduce((a, b) => a + b), ...vectors);
export const product = (...vectors: readonly Vector[]): number[] =>
  map((...values) => values.reduce((a, b) => a * b), ...vectors);
export const inner = (a: Vector, b: Vector): number =>
  map((u, v) => u * v, a, b).reduce((total, value) => total + value, 0);
export const times = (matrix: Matrix, vector: Vector): number[] => matrix.map((row) => inner(row, vector));

export const sig = (a: number): number => 1 / (1 + Math.exp(-a));
export const sigmoid = (a: Vector): number[] => map(sig, a);
export const tanh = (a: Vector): number[] => map(Math.tanh, a);
export const relu = (a: Vector): number[] => map((value) => Math.max(value, 0), a);

/** `u · a + (1 - u) · b`. */
export const blend = (u: Vector, a: Vector, b: Vector): number[] =>
  map((share, p, q) => share * p + (1 - share) * q, u, a, b);

/** The parameters of a cell, which remember which of them were read. */
export class Weights {
  readonly read = new Set<string>();

  constructor(private readonly tensors: ReadonlyMap<string, Tensor>) {}

  vector(name: string): number[] {
    return [...this.tensor(name, 1).data];
  }

  matrix(name: string): number[][] {
    const { shape, data } = this.tensor(name, 2);
    const [rows = 0, columns = 0] = shape;
    return Array.from({ length: rows }, (_, row) => [...data.subarray(row * columns, (row + 1) * columns)]);
  }

  tensor(name: string, rank: number): Tensor {
    const found = this.tensors.get(name);
    if (found?.shape.length !== rank) throw new Error(`no parameter '${name}' of rank ${rank}`);
    this.read.add(name);
    return found;
  }

  /** `W_g x + b_g`. */
  ofInput(gate: string, x: Vector, path = ''): number[] {
    return sum(times(this.matrix(`${path}W_${gate}`), x), this.vector(`${path}b_${gate}`));
  }

  /** `W_g x + R_g y + b_g`. */
  ofBoth(gate: string, x: Vector, y: Vector, path = ''): number[] {
    return sum(this.ofInput(gate, x, path), times(this.matrix(`${path}R_${gate}`), y));
  }

  /** `sig(W_g x + R_g y + p_g * c + b_g)`. */
  peepholeGate(gate: string, x: Vector, y: Vector, c: Vector): number[] {
    return sigmoid(sum(this.ofBoth(gate, x, y), product(this.vector(`p_${gate}`), c)));
  }
}

export type State = Readonly<Record<string, Vector>>;

/** One step of one example; arrays of higher rank are flat, row by row. */
export type PlainStep = (weights: Weights, inputs: State, state: State) => { readonly next: State; readonly y: Vector };

/** The value of a name that must be there. */
export function valueOf(values: State, name: string): Vector {
  const found = values[name];
  if (found === undefined) throw new Error(`no value '${name}'`);
  return found;
}
