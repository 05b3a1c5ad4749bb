import { reads, writes } from './hazard.js';
import type { Buffer, Kernel, KernelProgram } from './kernel-program.js';

/** From the first to the last kernel, both included, at which a buffer must not be overwritten by others. */
export interface Lifetime {
  readonly first: number;
  readonly last: number;
}

/** A kernel that is no loop, at its place in the order of all kernels. */
interface Placed {
  readonly kernel: Kernel;
  readonly entry: number;
  /** The loops around it, outermost first. */
  readonly loops: readonly Span[];
}

/** The kernels of a loop. */
interface Span {
  first: number;
  last: number;
}

/**
 * How long each buffer holds something that is still needed, counted in kernels over all entries in their order; the
 * bodies of loops count once. What one entry leaves to a later one, and what the caller reads, lives to the end. A
 * buffer lives as long as a loop that uses it, unless each step writes it anew and nothing outside of the loop reads it.
 * Buffers that are read before they are written have no lifetime here: they keep something from call to call.
 */
export function lifetimesOf(program: KernelProgram): Map<Buffer, Lifetime> {
  const placed: Placed[] = [];
  program.entries.forEach(({ kernels }, entry) => { place(kernels, entry, [], placed); });
  const exposed = new Set([...program.outputs.values()].map(({ buffer }) => buffer));
  const found = new Map<Buffer, Lifetime>();
  for (const buffer of program.buffers) {
    const uses = placed.flatMap(({ kernel }, at) => (reads(kernel, buffer) || writes(kernel, buffer) ? [at] : []));
    const [first] = uses;
    const last = uses.at(-1);
    const start = first === undefined ? undefined : placed[first];
    if (first === undefined || last === undefined || start === undefined || reads(start.kernel, buffer)) continue;
    const staysOn = exposed.has(buffer) || placed[last]?.entry !== start.entry;
    const span: Span = { first, last: staysOn ? placed.length : last };
    for (const loop of new Set(uses.flatMap((at) => placed[at]?.loops ?? []))) {
      const inside = uses.filter((at) => at >= loop.first && at <= loop.last);
      const isAnew = inside.length === uses.length && !staysOn;
      if (isAnew) continue;
      span.first = Math.min(span.first, loop.first);
      span.last = Math.max(span.last, loop.last);
    }
    found.set(buffer, span);
  }
  return found;
}

function place(kernels: readonly Kernel[], entry: number, loops: readonly Span[], placed: Placed[]): void {
  for (const kernel of kernels) {
    if (kernel.kind === 'loop') {
      const span: Span = { first: placed.length, last: placed.length };
      place(kernel.body, entry, [...loops, span], placed);
      span.last = placed.length - 1;
    } else placed.push({ kernel, entry, loops });
  }
}
