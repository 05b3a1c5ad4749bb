import { Dim } from '../graph/dim.js';
import { freshName } from '../graph/fresh-name.js';
import type { Buffer, BufferRole, View } from './kernel-program.js';
import { permutedView, wholeView } from './view.js';

/** Makes the buffers of a program, each with a name of its own. */
export class BufferFactory {
  readonly #taken: Set<string>;
  #made: Buffer[] = [];

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  get all(): readonly Buffer[] {
    return this.#made;
  }

  make(name: string, role: BufferRole, shape: readonly Dim[], size = Dim.product(shape)): Buffer {
    const buffer = { name: freshName(this.#taken, identifier(name)), role, shape, size };
    this.#made.push(buffer);
    return buffer;
  }

  /** A fresh loop index or value name; never the name of a buffer. */
  name(wanted: string): string {
    return freshName(this.#taken, identifier(wanted));
  }

  /** What was made after a mark can be taken back, when a way of lowering turns out not to work. */
  mark(): number {
    return this.#made.length;
  }

  release(mark: number): void {
    for (const buffer of this.#made.slice(mark)) this.#taken.delete(buffer.name);
    this.#made = this.#made.slice(0, mark);
  }
}

/** `dense.W` becomes `denseW`, `gradient.x` `gradientX`. */
export function identifier(name: string): string {
  const joined = name.replace(/[^A-Za-z0-9_$]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '');
  return /^[A-Za-z_$]/.test(joined) ? joined : `_${joined}`;
}

/** A buffer in which the axes of a value stand in another order; the view is in the value's own. */
export function permutedBuffer(buffers: BufferFactory, name: string, shape: readonly Dim[], order: readonly number[]): View {
  const buffer = buffers.make(name, 'scratch', order.map((axis) => shape[axis] ?? Dim.one));
  return permutedView(wholeView(buffer), shape, order);
}
