import type { Graph } from '../graph/graph.js';
import type { BufferFactory } from '../lower/buffers.js';
import type { Buffer, View } from '../lower/kernel-program.js';
import { wholeView } from '../lower/view.js';
import type { ModelDefinition } from '../declare/model.js';
import { flatSize, partOf } from './regions.js';
import type { PlacedParameter } from './regions.js';

/** The flat array of all parameters, one for all programs of a module. */
export function parameterBuffer(buffers: BufferFactory, parameters: readonly PlacedParameter[]): Buffer {
  return buffers.make('parameters', 'parameter', [flatSize(parameters)]);
}

/** The same for their gradients. */
export function gradientBuffer(buffers: BufferFactory, parameters: readonly PlacedParameter[]): Buffer {
  return buffers.make('gradients', 'gradient', [flatSize(parameters)]);
}

export function parameterViews(buffers: BufferFactory, parameters: readonly PlacedParameter[]): Map<string, View> {
  return partsByName(parameterBuffer(buffers, parameters), parameters);
}

/** The part of each parameter in a flat array, by its name or by one made from it. */
export function partsByName(flat: Buffer, parameters: readonly PlacedParameter[], nameOf: (parameter: string) => string = (name) => name): Map<string, View> {
  return new Map(parameters.map((parameter) => [nameOf(parameter.name), partOf(flat, parameter)]));
}

/** Where the inputs of a program over sequences lie: what is placed already, others in regions of their own. */
export function inputViews(buffers: BufferFactory, graph: Graph, { states }: ModelDefinition, placed: ReadonlyMap<string, View>): Map<string, View> {
  const regionName = (name: string): string => (states.has(name) ? `${name}0` : name);
  return new Map(
    [...graph.inputs].map(([name, { type }]) => [name, placed.get(name) ?? wholeView(buffers.make(regionName(name), 'input', type.shape))]),
  );
}
