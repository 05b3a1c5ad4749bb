import type { MapKernel } from '../../lower/kernel-program.js';
import { MapNest } from './map-nest.js';
import type { MapFunctionContext, Origin } from './map-nest.js';
import { scheduleOf } from './map-schedule.js';

export interface MapFunction {
  readonly lines: readonly string[];
  /** Which indices of the loops around it the function is given, and then where the buffers are. */
  readonly indices: readonly string[];
  readonly origins: readonly Origin[];
}

/**
 * A map as one function. The last vector along an axis may reach beyond it: it is computed as a whole, and stored in part.
 */
export function mapFunction(name: string, kernel: MapKernel, indices: readonly string[], context: MapFunctionContext): MapFunction {
  const code = context.newFunction(indices);
  const nest = new MapNest(kernel, scheduleOf(kernel), code, context);
  const body = nest.lines();
  const read = code.readParameters;
  const { origins } = nest;
  return { lines: code.text(name, body, read, origins.map(({ parameter }) => `(param $${parameter} i32)`)), indices: read, origins };
}

/** What is the same for functions that differ in names only. */
export function functionKey({ lines }: MapFunction): string {
  const numbers = new Map<string, string>();
  return lines.join('\n').replace(/(call )?\$(\w+)/g, (whole, call: string | undefined, name: string) => {
    if (call !== undefined) return whole;
    const number = numbers.get(name) ?? String(numbers.size);
    numbers.set(name, number);
    return `$${number}`;
  });
}
