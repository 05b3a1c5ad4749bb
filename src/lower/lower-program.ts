import type { Graph } from '../graph/graph.js';
import { symbolsOf } from '../graph/symbols.js';
import { BufferFactory } from './buffers.js';
import { hasHazard } from './hazard.js';
import { copyView } from './scan-loop.js';
import type { Buffer, Kernel, KernelProgram, PackKernel, View } from './kernel-program.js';
import { entriesOf, lowerGraph } from './lower-graph.js';
import { PanelCache } from './product-kernel.js';
import { splitChains } from './split-chains.js';
import type { Target } from './task.js';
import { isRun, wholeView } from './view.js';

export interface ProgramRequest {
  readonly graph: Graph;
  /** The parts of the program, in the order in which they run. */
  readonly entries: readonly string[];
  entryOfOutput(name: string): string;
  /** Where each input lies, made with the given factory. */
  inputs(buffers: BufferFactory): ReadonlyMap<string, View>;
  /** Where outputs have to lie; the others lie where it suits, as one run of elements. */
  targets(inputs: ReadonlyMap<string, View>): ReadonlyMap<string, Target>;
  /** Outputs that take the place of an input, by name: updates. */
  readonly inPlace?: ReadonlyMap<string, string>;
  /** Names that buffers must not take. */
  readonly reserved: readonly string[];
}

export interface LoweredProgram extends KernelProgram {
  readonly inputs: ReadonlyMap<string, View>;
}

/** Lowers a graph with all its entries to kernels over one set of buffers. */
export function lowerProgram(request: ProgramRequest): LoweredProgram {
  const first = attempt(request, new Set());
  const apart = outputsApart(request, first);
  const second = apart.size === 0 ? first : attempt(request, apart);
  const overwritten = overwrittenTooSoon(request, second);
  const program = overwritten.length === 0 ? second : attempt(request, new Set([...apart, ...overwritten]));
  // Only now: a part that goes on from a state which an earlier part has updated in place does not look as if it were safe.
  return { ...program, entries: program.entries.map((entry) => ({ ...entry, kernels: splitMaps(entry.kernels) })) };
}

function splitMaps(kernels: readonly Kernel[]): Kernel[] {
  return kernels.flatMap((kernel): readonly Kernel[] => {
    if (kernel.kind === 'loop') return [{ ...kernel, body: splitMaps(kernel.body) }];
    return kernel.kind === 'map' ? splitChains(kernel) : [kernel];
  });
}

/** Outputs that need a place of their own: they are no run of elements where they lie, or an update overwrites them. */
function outputsApart({ graph, inPlace = new Map() }: ProgramRequest, { outputs, inputs, targeted }: Attempt): Set<string> {
  const updates = new Map([...inPlace].map(([output, input]) => [inputs.get(input)?.buffer, graph.output(output)]));
  return new Set(
    [...graph.outputs].flatMap(([name, node]) => {
      const view = outputs.get(name);
      const update = updates.get(view?.buffer);
      const kept = isRun(view, node.type.shape) && (update === undefined || update === node);
      return targeted.has(name) || kept ? [] : [name];
    }),
  );
}

/** Updates that can't be written in place, since something still needs the old value. */
function overwrittenTooSoon({ inPlace = new Map<string, string>() }: ProgramRequest, { entries, inputs }: Attempt): string[] {
  const kernels = entries.flatMap((entry) => entry.kernels);
  return [...inPlace].flatMap(([output, input]) => {
    const buffer = inputs.get(input)?.buffer;
    return buffer !== undefined && hasHazard(kernels, buffer) ? [output] : [];
  });
}

interface Attempt extends LoweredProgram {
  /** Outputs whose place was given. */
  readonly targeted: ReadonlySet<string>;
}

/** Lowers with some outputs in places of their own; what they update is copied back at the end. */
function attempt(request: ProgramRequest, copied: ReadonlySet<string>): Attempt {
  const { graph, entries } = request;
  const reserved = [...request.reserved, 'B', 'T', ...symbolsOf(graph)];
  const buffers = new BufferFactory(reserved);
  const inputs = request.inputs(buffers);
  const targets = new Map([...request.targets(inputs)].map(([name, target]) => [name, [target]]));
  const copyBack: Kernel[] = [];
  for (const [output, input] of request.inPlace ?? []) {
    const view = inputs.get(input);
    if (view !== undefined && !copied.has(output)) targets.set(output, [{ view, mode: 'store' }]);
  }
  for (const name of copied) {
    const { shape } = graph.output(name).type;
    const view = wholeView(buffers.make(outputName(name), 'output', shape));
    targets.set(name, [{ view, mode: 'store' }]);
    const place = inputs.get(request.inPlace?.get(name) ?? '');
    if (place !== undefined) copyBack.push(copyView(view, place, shape, reserved));
  }
  const packs = new Map<PackKernel, number>();
  const entryIndex = (name: string): number => Math.max(0, entries.indexOf(request.entryOfOutput(name)));
  const level = lowerGraph(
    { graph, inputs, indices: new Map(), targets, entryOf: entriesOf(graph, entryIndex) },
    {
      buffers,
      panels: new PanelCache(),
      reserved,
      entryCount: entries.length,
      packParameter(kernel, entry) {
        packs.set(kernel, Math.min(entry, packs.get(kernel) ?? entry));
      },
    },
    undefined,
  );
  const kept = new Set<Buffer>(buffers.all);
  const outputs = new Map<string, View>();
  for (const name of graph.outputs.keys()) {
    const view = targets.get(name)?.[0]?.view ?? level.view(name);
    if (view !== undefined) outputs.set(name, view);
  }
  return {
    entries: entries.map((name, k) => ({ name, kernels: [...(level.entries[k] ?? []), ...(k === entries.length - 1 ? copyBack : [])] })),
    packs: [...packs].filter(([kernel]) => kept.has(kernel.panel)).map(([kernel, entry]) => ({ ...kernel, entry: entries[entry] ?? '' })),
    buffers: buffers.all,
    outputs,
    inputs,
    targeted: new Set(targets.keys()),
  };
}

function outputName(name: string): string {
  return name.replace(/^(out|final|grad)\./, '');
}
