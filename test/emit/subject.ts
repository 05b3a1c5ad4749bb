import { cellModel, batchStage, evaluate } from 'cellwright';
import type { CellDefinition, Graph, ModelDefinition, Tensor } from 'cellwright';
import { cotangentName, gradientName, withGradients } from '../../src/program/gradients.js';
import { Random } from '../support/random.js';
import { randomTensor, shapeOf } from '../support/tensors.js';
import { largestError } from './close.js';
import type { AnyModule, Named, Values } from './compiled-module.js';

/** A definition at a random point: what a module computes, and what the interpreter says about it. */
export class Subject {
  readonly model: ModelDefinition;
  readonly graph: Graph;
  readonly #gradients: Graph;
  readonly values = new Map<string, Tensor>();

  constructor(
    definition: CellDefinition | ModelDefinition,
    /** T and B included. */
    readonly sizes: Readonly<Record<string, number>>,
    readonly array: Float32ArrayConstructor | Float64ArrayConstructor,
    seed = 1,
  ) {
    this.model = definition.kind === 'cell' ? cellModel(definition) : definition;
    this.graph = batchStage(this.model);
    this.#gradients = withGradients(this.model, this.graph);
    const random = new Random(seed);
    for (const [name, { type }] of this.#gradients.inputs) {
      const shape = shapeOf(type, sizes);
      // Large matrices of smaller numbers, so that sums stay where functions are not flat.
      const bound = this.model.parameters.has(name) && shape.length > 1 ? Math.min(1, 3 / Math.sqrt(shape.at(-1) ?? 1)) : 1;
      const { data } = randomTensor(random, shape, [-bound, bound]);
      // Rounded, so that both sides see the same numbers.
      this.values.set(name, { shape, data: Float64Array.from(array.from(data)) });
    }
  }

  /** Values by name, as a module takes them. */
  arrays(names: Iterable<string>, valueName: (name: string) => string = (name) => name): Record<string, Values> {
    return Object.fromEntries([...names].flatMap((name) => {
      const value = this.values.get(valueName(name));
      return value === undefined ? [] : [[name, this.array.from(value.data)]];
    }));
  }

  get inputs(): Named {
    return this.arrays(this.model.inputs.keys());
  }

  get batch(): Named {
    return this.arrays([...this.model.inputs.keys(), ...this.model.targets.keys()]);
  }

  get initialState(): Named {
    return this.arrays(this.model.states.keys());
  }

  get cotangents(): Named {
    return this.arrays(this.model.outputs, (name) => cotangentName(`out.${name}`));
  }

  get dFinalState(): Named {
    return this.arrays(this.model.states.keys(), (name) => cotangentName(`final.${name}`));
  }

  setParameters(module: AnyModule): void {
    for (const [name, values] of Object.entries(this.arrays(this.model.parameters.keys()))) module.params[name]?.set(values);
    module.packParameters();
  }

  /** Outputs, final states and gradients by the interpreter: `out.y`, `final.c`, `grad.W`. */
  expected(): Map<string, Float64Array> {
    return new Map([...evaluate(this.#gradients, this.values, this.sizes)].map(([name, { data }]) => [name, data]));
  }

  /** The same point with numbers of another type, each perhaps changed. */
  as(array: Float32ArrayConstructor | Float64ArrayConstructor, changed: (value: number) => number = (value) => value): Subject {
    const other = new Subject(this.model, this.sizes, array);
    for (const [name, { shape, data }] of this.values) other.values.set(name, { shape, data: data.map(changed) });
    return other;
  }

  /**
   * By how much values move, by name and relative as `largestError` is, where every number given is off by half a unit in the
   * last place of float32: what no computation in float32 need better.
   *
   * @param compute - the interpreter, unless something faster is good enough
   */
  sensitivity(compute: (subject: Subject) => ReadonlyMap<string, ArrayLike<number>> = (subject) => subject.expected()): Map<string, number> {
    const meant = compute(this.as(Float64Array));
    const worst = new Map([...meant.keys()].map((name) => [name, 0]));
    for (const seed of [1, 2, 3]) {
      const random = new Random(seed);
      const moved = compute(this.as(Float64Array, (value) => value * (1 + (random.chance(0.5) ? 1 : -1) * 2 ** -24)));
      for (const [name, values] of moved) worst.set(name, Math.max(worst.get(name) ?? 0, largestError(values, meant.get(name) ?? [])));
    }
    return worst;
  }

  /** The same by a module. */
  computed(module: AnyModule): Map<string, Values> {
    this.setParameters(module);
    const { outputs, finalState } = module.forward(this.inputs, { initialState: this.initialState, batchSize: this.sizes.B ?? 1 });
    const found = new Map([...prefixed('out.', outputs), ...prefixed('final.', finalState)]);
    const gradients = module.backward(this.cotangents, { dFinalState: this.dFinalState });
    for (const group of [gradients.params, gradients.inputs, gradients.initialState]) for (const [name, values] of prefixed(gradientName(''), group)) found.set(name, values);
    return found;
  }
}

/** Copies, since views change with the next call. */
export function prefixed(prefix: string, values: Named): (readonly [string, Values])[] {
  return Object.entries(values).map(([name, own]) => [`${prefix}${name}`, own.slice()] as const);
}
