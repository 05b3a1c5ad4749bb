import { Dim } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node, ValueType } from '../graph/node.js';
import { batchDim } from '../graph/stage-dims.js';
import { substituteDims } from '../graph/substitute.js';
import type { ModelDefinition } from '../declare/model.js';
import type { View } from '../lower/kernel-program.js';
import { lowerProgram } from '../lower/lower-program.js';
import type { LoweredProgram } from '../lower/lower-program.js';
import type { Target } from '../lower/task.js';
import { wholeView } from '../lower/view.js';
import { scan } from '../ops/scan.js';
import { afterDifferentiation, beforeDifferentiation, runPasses, withFastMaths } from '../optimize/pipeline.js';
import type { PassObserver } from '../optimize/pipeline.js';
import type { OptimizerDefinition } from '../optimizers/optimizer.js';
import { batchFirst } from './batch-first.js';
import { batchStage } from './batch-stage.js';
import { needsMoreSteps, oneStep, uncertainSizesOf } from './uncertain-sizes.js';
import type { UncertainModelSize } from './uncertain-sizes.js';
import { alongDirection, directionalDerivatives, lowerDirectional } from './directional.js';
import type { DirectionalDerivative } from './directional.js';
import { cotangentName, gradientName, withGradients } from './gradients.js';
import { gradientBuffer, inputViews, parameterBuffer, parameterViews, partsByName } from './input-views.js';
import { flatSize, placeParameters } from './regions.js';
import type { PlacedParameter } from './regions.js';

export interface ProgramOptions {
  readonly sizes: Readonly<Record<string, number>>;
  /** Fixes the batch. */
  readonly batchSize?: number | undefined;
  readonly optimizer?: OptimizerDefinition | undefined;
  readonly forwardOnly: boolean;
  /** Entries that derive along a direction. */
  readonly derivatives?: readonly DirectionalDerivative[] | undefined;
  /** Sequences may have different lengths. */
  readonly lengths?: boolean;
  /** Sequences are `[B, T, …]` outside. */
  readonly batchFirst?: boolean;
  /** Fast maths takes values to be finite. */
  readonly math?: 'exact' | 'fast';
  readonly disabledPasses?: ReadonlySet<string>;
  afterPass?(program: string, pass: string, graph: Graph, milliseconds: number): void;
}

/** What a module is made of: programs over shared persistent storage. */
export interface Programs {
  readonly model: ModelDefinition;
  readonly sizes: Readonly<Record<string, number>>;
  /** The batch, where it was fixed. */
  readonly batchSize: number | undefined;
  /** Dims that the creator is given. */
  readonly freeDims: readonly string[];
  readonly parameters: readonly PlacedParameter[];
  /** Entries `forward`; without a loss `backward`, with one `loss` and `gradient`. */
  readonly sequence: LoweredProgram;
  /** Entry `step`; absent where the model runs backwards through time somewhere, or needs more steps than one. */
  readonly step: LoweredProgram | undefined;
  /** One entry each, called like the derivative: those that were asked for. */
  readonly directional: ReadonlyMap<DirectionalDerivative, LoweredProgram>;
  /** Entry `update`. */
  readonly update: LoweredProgram | undefined;
  readonly optimizer: OptimizerDefinition | undefined;
  /** The sequence program reads how many steps each example has: its input `lengths`. */
  readonly lengths: boolean;
  /** Sequences are `[B, T, …]` in what follows, not `[T, B, …]`. */
  readonly batchFirst: boolean;
  /** Sizes that come out negative for some of the sizes given later. */
  readonly uncertainSizes: readonly UncertainModelSize[];
  /** Types of inputs and outputs of the sequence program, by name; the batch is `B` in them, fixed or not. */
  readonly inputTypes: ReadonlyMap<string, ValueType>;
  readonly outputTypes: ReadonlyMap<string, ValueType>;
  readonly stepInputTypes: ReadonlyMap<string, ValueType>;
  readonly stepOutputTypes: ReadonlyMap<string, ValueType>;
}

/** @throws RangeError for a batch that is no positive integer, and for sizes that make others negative */
export function buildPrograms(model: ModelDefinition, options: ProgramOptions): Programs {
  const { sizes, batchSize, optimizer } = options;
  if (batchSize !== undefined && !(Number.isSafeInteger(batchSize) && batchSize > 0)) throw new RangeError(`batchSize is ${String(batchSize)}; a batch is a positive integer`);
  const observe = (program: string): PassObserver => (pass, graph, milliseconds) => options.afterPass?.(program, pass, graph, milliseconds);
  const optimized = (program: string, graph: Graph, differentiate: (graph: Graph) => Graph = (each) => each): Graph =>
    runPasses(
      differentiate(runPasses(graph, beforeDifferentiation, observe(program), options.disabledPasses)),
      options.math === 'fast' ? [...withFastMaths, ...afterDifferentiation] : afterDifferentiation,
      observe(program),
      options.disabledPasses,
    );
  const replacements = new Map(Object.entries(sizes).map(([name, size]) => [name, Dim.constant(size)]));
  const uncertain = uncertainSizesOf(model, replacements);
  const batched = batchStage(model, { sizes });
  const timeMajor = options.lengths ? batchStage(model, { sizes, lengths: true, observer: observe('sequence') }) : batched;
  const sequences = options.batchFirst ? batchFirst(timeMajor) : timeMajor;
  const fixed = (graph: Graph): Graph => (batchSize === undefined ? graph : substituteDims(graph, new Map([[batchDim.key, Dim.constant(batchSize)]])));
  const start = fixed(sequences);
  const sequenceGraph = optimized('sequence', start, (graph) => (options.forwardOnly ? graph : withGradients(model, graph)));
  const declared = [...model.parameters.values()].map((parameter) => ({
    ...parameter,
    shape: parameter.shape.map((dim) => dim.substitute(replacements)),
  }));
  const parameters = placeParameters(declared, sequenceGraph);
  const steps = canStep(batched) && !needsMoreSteps(uncertain) ? stepStage(batched) : undefined;
  const stepGraph = steps && optimized('step', fixed(steps));
  const sequence = lowerSequence(model, sequenceGraph, parameters, options.forwardOnly);
  return {
    model,
    sizes,
    batchSize,
    freeDims: model.dims.filter((name) => sizes[name] === undefined),
    parameters,
    sequence,
    directional: new Map(
      directionalDerivatives
        .filter((kind) => options.derivatives?.includes(kind))
        .map((kind) => [kind, lowerDirectional(kind, model, optimized(kind, start, (graph) => alongDirection(kind, model, graph)), parameters)]),
    ),
    step: stepGraph === undefined ? undefined : lowerStep(model, stepGraph, parameters),
    update: optimizer === undefined ? undefined : lowerUpdate(optimizer, parameters, optimized),
    optimizer,
    lengths: options.lengths === true,
    batchFirst: options.batchFirst === true,
    uncertainSizes: uncertain,
    ...typesOf(sequences, sequenceGraph),
    stepInputTypes: typesOf(steps, stepGraph).inputTypes,
    stepOutputTypes: typesOf(steps, stepGraph).outputTypes,
  };
}

/** The types of what a program takes and gives, as they are before the batch is fixed. */
function typesOf(declared: Graph | undefined, program: Graph | undefined): Pick<Programs, 'inputTypes' | 'outputTypes'> {
  const inputs = [...(declared?.inputs ?? [])].map(([name, { type }]) => [name, type] as const);
  const outputs = [...(declared?.outputs ?? [])].map(([name, { type }]) => [name, type] as const);
  const known = (own: typeof inputs, derived: typeof inputs, rename: (name: string) => string) =>
    new Map([...derived.map(([name, type]) => [rename(name), type] as const), ...own]);
  const pick = (nodes: ReadonlyMap<string, Node> | undefined, types: ReadonlyMap<string, ValueType>): Map<string, ValueType> =>
    new Map([...(nodes ?? [])].map(([name, { type }]) => [name, types.get(name) ?? type]));
  return {
    inputTypes: pick(program?.inputs, known(inputs, outputs, cotangentName)),
    outputTypes: pick(program?.outputs, known(outputs, inputs, gradientName)),
  };
}

/** One step: the sequence of length one, without its loss. */
function stepStage(batched: Graph): Graph {
  const outputs = new Map([...batched.outputs].filter(([name]) => name !== 'loss'));
  return substituteDims(batched.withOutputs(outputs), oneStep);
}

function canStep(graph: Graph): boolean {
  return graph.nodes.every((node) => !isNode(node, scan) || !node.attributes.reverse);
}

function lowerSequence(model: ModelDefinition, graph: Graph, parameters: readonly PlacedParameter[], forwardOnly: boolean): LoweredProgram {
  const last = model.hasLoss ? 'gradient' : 'backward';
  const entries = ['forward', ...(model.hasLoss ? ['loss'] : []), ...(forwardOnly ? [] : [last])];
  const targets = new Map<string, Target>();
  return lowerProgram({
    graph,
    entries,
    entryOfOutput: (name) => (name === 'loss' ? 'loss' : name.startsWith('grad.') ? last : 'forward'),
    inputs(buffers) {
      const placed = parameterViews(buffers, parameters);
      if (!forwardOnly) {
        for (const [name, view] of partsByName(gradientBuffer(buffers, parameters), parameters, gradientName)) {
          if (graph.outputs.has(name)) targets.set(name, { view, mode: 'accumulate' });
        }
      }
      return inputViews(buffers, graph, model, placed);
    },
    targets: () => targets,
    reserved: [],
  });
}

/** The state stays in the arena from step to step, and is replaced in place where nothing still needs the old one. */
function lowerStep(model: ModelDefinition, graph: Graph, parameters: readonly PlacedParameter[]): LoweredProgram {
  return lowerProgram({
    graph,
    entries: ['step'],
    entryOfOutput: () => 'step',
    inputs(buffers) {
      const placed = parameterViews(buffers, parameters);
      const views = new Map<string, View>();
      for (const [name, node] of graph.inputs) {
        if (model.targets.has(name)) continue; // Only the loss reads it.
        const role = model.states.has(name) ? 'state' : 'input';
        const own = role === 'state' ? `${name}State` : `${name}Step`;
        views.set(name, placed.get(name) ?? wholeView(buffers.make(own, role, node.type.shape)));
      }
      return views;
    },
    targets: () => new Map(),
    inPlace: new Map([...model.states.keys()].map((name) => [`final.${name}`, name])),
    reserved: [],
  });
}

function lowerUpdate(
  optimizer: OptimizerDefinition,
  parameters: readonly PlacedParameter[],
  optimized: (program: string, graph: Graph) => Graph,
): LoweredProgram {
  const size = flatSize(parameters);
  const graph = optimized('update', substituteDims(optimizer.update, new Map([['P', size]])));
  return lowerProgram({
    graph,
    entries: ['update'],
    entryOfOutput: () => 'update',
    inputs(buffers) {
      const flat = new Map([
        ['parameters', parameterBuffer(buffers, parameters)],
        ['gradients', gradientBuffer(buffers, parameters)],
      ]);
      const views = new Map<string, View>();
      for (const [name, node] of graph.inputs) {
        const slot = name.startsWith('slot.');
        const own = flat.get(name) ?? (slot ? buffers.make(name.slice('slot.'.length), 'slot', node.type.shape) : buffers.make(name, 'input', node.type.shape));
        views.set(name, wholeView(own));
      }
      return views;
    },
    targets: () => new Map(),
    inPlace: new Map([...graph.outputs.keys()].filter((name) => graph.inputs.has(name)).map((name) => [name, name])),
    reserved: [],
  });
}
