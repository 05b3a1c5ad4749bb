import { Dim } from '../graph/dim.js';
import type { Address, MapKernel } from './kernel-program.js';

export interface CopiedRun {
  readonly from: Address;
  readonly to: Address;
  /** Elements. */
  readonly size: Dim;
}

/** What a map copies as one run, if that is all it does. */
export function copiedRun({ axes: [axis, ...others], statements: [load, store, ...rest] }: MapKernel): CopiedRun | undefined {
  if (axis === undefined || others.length > 0 || rest.length > 0 || load?.kind !== 'load' || store?.kind !== 'store') return undefined;
  if (load.guards.length > 0 || store.truth || store.value.kind !== 'value' || store.value.id !== load.id) return undefined;
  const start = ({ buffer, offset }: Address): Address => ({ buffer, offset: offset.minus(Dim.symbol(axis.index)) });
  const run = { from: start(load.address), to: start(store.address), size: axis.size };
  return [run.from, run.to].some(({ offset }) => offset.symbols().includes(axis.index)) ? undefined : run;
}
