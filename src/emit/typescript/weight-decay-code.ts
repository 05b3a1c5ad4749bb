import { Dim } from '../../graph/dim.js';
import { decayOf } from '../../optimizers/weight-decay.js';
import { numberCode } from './map-code.js';
import type { ModuleContext } from './module-context.js';
import { dimCode } from './scope.js';

/** Statements that write how much each parameter decays, where that differs between them. */
export function weightDecayLines({ programs, layout, sizes }: ModuleContext): string[] {
  const { optimizer, update, parameters } = programs;
  const view = update?.inputs.get('weightDecay');
  const decay = optimizer?.weightDecay;
  if (view === undefined || decay === undefined) return [];
  const at = layout.view(view, sizes.capacity);
  const fills = parameters.flatMap(({ name, shape, offset }) => {
    const rate = decayOf(decay, { name, rank: shape.length });
    if (rate === 0) return [];
    const [start, end] = [offset, offset.plus(Dim.product(shape))].map((dim) => dimCode(dim, sizes.capacity));
    return [`arena.fill(${numberCode(rate)}, ${at} + ${String(start)}, ${at} + ${String(end)}); // ${name}`];
  });
  return ['// How much each parameter decays.', ...fills];
}
