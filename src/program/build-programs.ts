import { Dim } from '../graph/dim.js';
import { embed } from '../graph/embed.js';
import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node, ValueType } from '../graph/node.js';
import { batchDim, timeDim } from '../graph/stage-dims.js';
import { substituteDims } from '../graph/substitute.js';
import type { ModelDefinition } from '../declare/model.js';
import { vjp } from '../differentiate/reverse.js';
import type { BufferFactory } from '../lower/buffers.js';
import type { View } from '../lower/kernel-program.js';
import { lowerProgram } from '../lower/lower-program.js';
import type { LoweredProgram } from '../lower/lower-program.js';
import type { Target } from '../lower/task.js';
import { wholeView } from '../lower/view.js';
import { fill } from '../ops/construct.js';
import { scan } from '../ops/scan.js';
import { afterDifferentiation, beforeDifferentiation, runPasses, withFastMaths } from '../optimize/pipeline.js';
import type { PassObserver } from '../optimize/pipeline.js';
import type { OptimizerDefinition } from '../optimizers/optimizer.js';
import { batchStage } from './batch-stage.js';
import { flatSize, partOf, placeParameters } from './regions.js';
import type { PlacedParameter } from './regions.js';

export interface ProgramOptions {
  readonly sizes: Readonly<Record<string, number>>;
  /** Fixes the batch. */
  readonly batchSize?: number | undefined;
  readonly optimizer?: OptimizerDefinition | undefined;
  readonly forwardOnly: boolean;
  /** Sequences may have different lengths. */
  readonly lengths?: boolean;
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
  /** Entry `step`; absent where the model runs backwards through time somewhere. */
  readonly step: LoweredProgram | undefined;
  /** Entry `update`. */
  readonly update: LoweredProgram | undefined;
  readonly optimizer: OptimizerDefinition | undefined;
  /** The sequence program reads how many steps each example has: its input `lengths`. */
  readonly lengths: boolean;
  /** Types of inputs and outputs of the sequence program, by name; the batch is `B` in them, fixed or not. */
  readonly inputTypes: ReadonlyMap<string, ValueType>;
  readonly outputTypes: ReadonlyMap<string, ValueType>;
  readonly stepInputTypes: ReadonlyMap<string, ValueType>;
  readonly stepOutputTypes: ReadonlyMap<string, ValueType>;
}

/** The cotangent of output `out.y` is the input `d.y`, that of `final.c` is `dFinal.c`. */
export const cotangentName = (output: string): string =>
  output.startsWith('final.') ? `dFinal.${output.slice('final.'.length)}` : `d.${output.slice('out.'.length)}`;
export const gradientName = (input: string): string => `grad.${input}`;

/** @throws RangeError for a batch that is no positive integer */
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
  const batched = batchStage(model, { sizes });
  const sequences = options.lengths ? batchStage(model, { sizes, lengths: true, observer: observe('sequence') }) : batched;
  const fixed = (graph: Graph): Graph => (batchSize === undefined ? graph : substituteDims(graph, new Map([[batchDim.key, Dim.constant(batchSize)]])));
  const sequenceGraph = optimized('sequence', fixed(sequences), (graph) => (options.forwardOnly ? graph : withGradients(model, graph)));
  const replacements = new Map(Object.entries(sizes).map(([name, size]) => [name, Dim.constant(size)]));
  const declared = [...model.parameters.values()].map((parameter) => ({
    ...parameter,
    shape: parameter.shape.map((dim) => dim.substitute(replacements)),
  }));
  const parameters = placeParameters(declared, sequenceGraph);
  const steps = canStep(batched) ? stepStage(batched) : undefined;
  const stepGraph = steps && optimized('step', fixed(steps));
  const sequence = lowerSequence(model, sequenceGraph, parameters, options.forwardOnly);
  return {
    model,
    sizes,
    batchSize,
    freeDims: model.dims.filter((name) => sizes[name] === undefined),
    parameters,
    sequence,
    step: stepGraph === undefined ? undefined : lowerStep(model, stepGraph, parameters),
    update: optimizer === undefined ? undefined : lowerUpdate(optimizer, parameters, optimized),
    optimizer,
    lengths: options.lengths === true,
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

/** Adds the gradients: from given cotangents of outputs and final states, or of the loss where there is one. */
export function withGradients(model: ModelDefinition, graph: Graph): Graph {
  if (!model.hasLoss) {
    const outputs = [...graph.outputs].filter(([, node]) => node.type.dtype === 'real').map(([name]) => name);
    const wrt = [...graph.inputs].filter(([, node]) => node.type.dtype === 'real').map(([name]) => name);
    return vjp(graph, { wrt, cotangents: new Map(outputs.map((name) => [name, cotangentName(name)])), gradientName });
  }
  const gradients = vjp(graph, { wrt: [...model.parameters.keys()], cotangents: new Map([['loss', 'd.loss']]), gradientName });
  const builder = new GraphBuilder();
  const inputs = new Map<string, Node>();
  for (const [name, node] of gradients.inputs) {
    if (name === 'd.loss') inputs.set(name, fill(builder, 1, []));
    else inputs.set(name, builder.declareInput(name, builder.node(node.op, [], node.attributes)));
  }
  return builder.finish(embed(builder, gradients, inputs));
}

/** One step: the sequence of length one, without its loss. */
function stepStage(batched: Graph): Graph {
  const outputs = new Map([...batched.outputs].filter(([name]) => name !== 'loss'));
  return substituteDims(batched.withOutputs(outputs), new Map([[timeDim.key, Dim.one]]));
}

function canStep(graph: Graph): boolean {
  return graph.nodes.every((node) => !isNode(node, scan) || !node.attributes.reverse);
}

function flatBuffers(buffers: BufferFactory, parameters: readonly PlacedParameter[], gradients: boolean) {
  const size = flatSize(parameters);
  return {
    parameters: buffers.make('parameters', 'parameter', [size]),
    gradients: gradients ? buffers.make('gradients', 'gradient', [size]) : undefined,
  };
}

function lowerSequence(model: ModelDefinition, graph: Graph, parameters: readonly PlacedParameter[], forwardOnly: boolean): LoweredProgram {
  const last = model.hasLoss ? 'gradient' : 'backward';
  const entries = ['forward', ...(model.hasLoss ? ['loss'] : []), ...(forwardOnly ? [] : [last])];
  let gradients: View['buffer'] | undefined;
  return lowerProgram({
    graph,
    entries,
    entryOfOutput: (name) => (name === 'loss' ? 'loss' : name.startsWith('grad.') ? last : 'forward'),
    inputs(buffers) {
      const flat = flatBuffers(buffers, parameters, !forwardOnly);
      gradients = flat.gradients;
      return inputViews(buffers, graph, parameters, flat.parameters, (name) => (model.states.has(name) ? `${name}0` : name));
    },
    targets() {
      const targets = new Map<string, Target>();
      for (const parameter of parameters) {
        const name = gradientName(parameter.name);
        if (gradients !== undefined && graph.outputs.has(name)) targets.set(name, { view: partOf(gradients, parameter), mode: 'accumulate' });
      }
      return targets;
    },
    reserved: [],
  });
}

function inputViews(
  buffers: BufferFactory,
  graph: Graph,
  parameters: readonly PlacedParameter[],
  flat: View['buffer'],
  nameOf: (name: string) => string,
): Map<string, View> {
  const views = new Map<string, View>();
  for (const [name, node] of graph.inputs) {
    const parameter = parameters.find((each) => each.name === name);
    views.set(name, parameter === undefined ? wholeView(buffers.make(nameOf(name), 'input', node.type.shape)) : partOf(flat, parameter));
  }
  return views;
}

/** The state stays in the arena from step to step, and is replaced in place where nothing still needs the old one. */
function lowerStep(model: ModelDefinition, graph: Graph, parameters: readonly PlacedParameter[]): LoweredProgram {
  return lowerProgram({
    graph,
    entries: ['step'],
    entryOfOutput: () => 'step',
    inputs(buffers) {
      const flat = flatBuffers(buffers, parameters, false);
      const views = new Map<string, View>();
      for (const [name, node] of graph.inputs) {
        if (model.targets.has(name)) continue; // Only the loss reads it.
        const parameter = parameters.find((each) => each.name === name);
        const role = model.states.has(name) ? 'state' : 'input';
        const own = role === 'state' ? `${name}State` : `${name}Step`;
        views.set(name, parameter === undefined ? wholeView(buffers.make(own, role, node.type.shape)) : partOf(flat.parameters, parameter));
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
      const flat = flatBuffers(buffers, parameters, true);
      const views = new Map<string, View>();
      for (const [name, node] of graph.inputs) {
        if (name === 'parameters') views.set(name, wholeView(flat.parameters));
        else if (name === 'gradients' && flat.gradients !== undefined) views.set(name, wholeView(flat.gradients));
        else if (name.startsWith('slot.')) views.set(name, wholeView(buffers.make(name.slice('slot.'.length), 'slot', node.type.shape)));
        else views.set(name, wholeView(buffers.make(name, 'input', node.type.shape)));
      }
      return views;
    },
    targets: () => new Map(),
    inPlace: new Map([...graph.outputs.keys()].filter((name) => graph.inputs.has(name)).map((name) => [name, name])),
    reserved: [],
  });
}
