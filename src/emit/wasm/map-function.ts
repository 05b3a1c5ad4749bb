import type { MapKernel } from '../../lower/kernel-program.js';
import { MapNest } from './map-nest.js';
import type { MapFunctionContext } from './map-nest.js';
import { scheduleOf } from './map-schedule.js';

/**
 * A map as one function, given the indices of the loops around it. The last vector along an axis may reach beyond it: it is
 * computed as a whole, and stored in part.
 */
export function mapFunction(name: string, kernel: MapKernel, parameters: readonly string[], context: MapFunctionContext): string[] {
  const code = context.newFunction(parameters);
  const nest = new MapNest(kernel, scheduleOf(kernel), code, context);
  return code.text(name, nest.lines());
}
