import type { Buffer, Kernel, Statement } from './kernel-program.js';

/**
 * Whether overwriting a value in place would be seen by something that still needs the old one: a kernel that reads it
 * after the one that writes it, or the writer itself at another element than the one it writes.
 */
export function hasHazard(kernels: readonly Kernel[], buffer: Buffer): boolean {
  const writers = kernels.flatMap((kernel, at) => (writes(kernel, buffer) ? [at] : []));
  const [first] = writers;
  if (first === undefined) return false;
  return kernels.some((kernel, at) => at >= first && reads(kernel, buffer) && !(at === first && writers.length === 1 && overwritesItself(kernel, buffer)));
}

function statements(kernel: Kernel): readonly Statement[] {
  return kernel.kind === 'map' ? kernel.statements : [];
}

export function writes(kernel: Kernel, buffer: Buffer): boolean {
  switch (kernel.kind) {
    case 'map':
      return statements(kernel).some((s) => (s.kind === 'store' || s.kind === 'accumulate') && s.address.buffer === buffer);
    case 'product':
    case 'fill':
      return kernel.target.buffer === buffer;
    case 'pack':
      return kernel.panel === buffer;
    case 'loop':
      return kernel.body.some((each) => writes(each, buffer));
  }
}

export function reads(kernel: Kernel, buffer: Buffer): boolean {
  switch (kernel.kind) {
    case 'map':
      return statements(kernel).some((s) => (s.kind === 'load' || s.kind === 'accumulate') && s.address.buffer === buffer);
    case 'product':
      return (
        kernel.terms.some((term) => term.operand.buffer === buffer || term.panel === buffer || term.weights === buffer) ||
        (kernel.start.kind === 'bias' && kernel.start.address.buffer === buffer) ||
        (kernel.start.kind === 'target' && kernel.target.buffer === buffer)
      );
    case 'pack':
      return kernel.source.buffer === buffer;
    case 'fill':
      return false;
    case 'loop':
      return kernel.body.some((each) => reads(each, buffer));
  }
}

/** A map that reads of a buffer only the element that it writes at the same point. */
function overwritesItself(kernel: Kernel, buffer: Buffer): boolean {
  const own = statements(kernel);
  const stores = own.flatMap((s) => (s.kind === 'store' && s.address.buffer === buffer ? [s.address.offset.key] : []));
  const accumulates = own.some((s) => s.kind === 'accumulate' && s.address.buffer === buffer);
  const loads = own.flatMap((s) => (s.kind === 'load' && s.address.buffer === buffer ? [s.address.offset.key] : []));
  return !accumulates && stores.length === 1 && loads.every((key) => key === stores[0]);
}
