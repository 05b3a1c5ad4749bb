import type { Dim } from '../graph/dim.js';
import type { Buffer, Kernel, KernelProgram } from './kernel-program.js';
import { lifetimesOf } from './lifetimes.js';
import type { Lifetime } from './lifetimes.js';

/**
 * Which buffers lie in the region of another, because they are never needed at the same time: from each of them to the
 * one whose region it is. Only what a program writes itself takes part, and only buffers of equal size: sizes are known
 * when a module is made, and regions of another size would have to be compared then.
 */
export function planMemory(program: KernelProgram): ReadonlyMap<Buffer, Buffer> {
  const lifetimes = lifetimesOf(program);
  const panels = new Set([...program.packs, ...program.entries.flatMap(({ kernels }) => parameterPacks(kernels))].map(({ panel }) => panel));
  const shares = ({ role }: Buffer): boolean => role === 'scratch' || role === 'output' || role === 'panel';
  const candidates = program.buffers.flatMap((buffer) => {
    const lifetime = shares(buffer) && !panels.has(buffer) ? lifetimes.get(buffer) : undefined;
    return lifetime === undefined ? [] : [{ buffer, lifetime }];
  });
  const regions = new Map<string, Region[]>();
  const hosts = new Map<Buffer, Buffer>();
  for (const { buffer, lifetime } of candidates.sort((a, b) => bySize(a.buffer, b.buffer) || a.lifetime.first - b.lifetime.first)) {
    const key = constantSize(buffer.size) === undefined ? buffer.size.key : 'constant';
    const alike = regions.get(key) ?? [];
    regions.set(key, alike);
    const free = alike.find(({ taken }) => taken.every((other) => !overlap(other, lifetime)));
    if (free === undefined) alike.push({ host: buffer, taken: [lifetime] });
    else {
      free.taken.push(lifetime);
      hosts.set(buffer, free.host);
    }
  }
  return hosts;
}

interface Region {
  readonly host: Buffer;
  readonly taken: Lifetime[];
}

export function overlap(a: Lifetime, b: Lifetime): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Of constant sizes the largest comes first, so that the others fit into its region. */
function bySize(a: Buffer, b: Buffer): number {
  return (constantSize(b.size) ?? 0) - (constantSize(a.size) ?? 0);
}

function constantSize(size: Dim): number | undefined {
  return size.symbols().length === 0 ? size.evaluate({}) : undefined;
}

/** Panels of parameters stay packed from call to call. */
function parameterPacks(kernels: readonly Kernel[]): Extract<Kernel, { kind: 'pack' }>[] {
  return kernels.flatMap((kernel) => {
    if (kernel.kind === 'loop') return parameterPacks(kernel.body);
    return kernel.kind === 'pack' && kernel.source.buffer.role === 'parameter' ? [kernel] : [];
  });
}
