import { describe, expect, it } from 'vitest';
import { Dim } from '../../src/graph/dim.js';
import { GraphBuilder } from '../../src/graph/graph.js';
import type { Graph } from '../../src/graph/graph.js';
import { resultsOf } from '../../src/graph/rebuild.js';
import { verify } from '../../src/graph/verify.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import { input } from '../../src/ops/input.js';
import type { Tensor } from '../../src/ops/op.js';
import { registry } from '../../src/ops/registry.js';
import { elementCount, forEachIndex, offsetOf, rowMajorStrides } from '../../src/ops/strides.js';
import { batchGraph } from '../../src/optimize/batch.js';
import { checkDerivatives, gradientOf, tangentOf } from '../support/derivatives.js';
import type { Differentiable } from '../support/derivatives.js';
import { Random } from '../support/random.js';
import { expectClose, expectNear, stack, tensor, tensorNamed } from '../support/tensors.js';
import { dims, sizes } from './op-case.js';
import type { OpCase, OperandCase, Read } from './op-case.js';
import { opCases } from './op-cases.js';

const operandName = (slot: number): string => `x${slot}`;
const resultName = (index: number): string => `y${index}`;

function draw(random: Random, { shape, dtype, range: [low, high] }: OperandCase): Tensor {
  const numbers = dims(...shape).map((dim) => dim.evaluate(sizes));
  const value = (): number => (dtype === 'real' ? random.uniform(low, high) : random.integer(low, high));
  return tensor(numbers, Array.from({ length: elementCount(numbers) }, value));
}

function reader({ shape, data }: Tensor): Read {
  const strides = rowMajorStrides(shape);
  return (...index) => (index.every((each, axis) => each >= 0 && each < (shape[axis] ?? 0)) ? (data[offsetOf(index, strides)] ?? NaN) : 0);
}

function instantiate(opCase: OpCase, seed: number): Differentiable {
  const random = new Random(seed);
  const builder = new GraphBuilder();
  const operands = opCase.operands.map(({ shape, dtype }, slot) => {
    const name = operandName(slot);
    return builder.declareInput(name, builder.node(input, [], { name, type: { dtype, shape: dims(...shape) } }));
  });
  const results = resultsOf(builder, opCase.build(builder, operands));
  return {
    graph: builder.finish(new Map(results.map((node, index) => [resultName(index), node]))),
    sizes,
    inputs: new Map(opCase.operands.map((operand, slot) => [operandName(slot), draw(random, operand)])),
    wrt: opCase.operands.flatMap(({ dtype }, slot) => (dtype === 'real' ? [operandName(slot)] : [])),
  };
}

/** For each operand no batch axis or one at each place, but not none for all. */
function placements(operands: readonly OperandCase[]): (number | undefined)[][] {
  const all = operands.reduce<(number | undefined)[][]>(
    (rest, { shape }) => rest.flatMap((own) => [undefined, ...[...shape, 0].map((_, axis) => axis)].map((axis) => [...own, axis])),
    [[]],
  );
  return all.filter((axes) => axes.some((axis) => axis !== undefined));
}

/** Evaluates a batch at once and its examples one by one. */
function checkBatch(graph: Graph, examples: readonly ReadonlyMap<string, Tensor>[], axes: ReadonlyMap<string, number>): void {
  const [first = new Map<string, Tensor>()] = examples;
  const batched = batchGraph(graph, axes, Dim.symbol('N'));
  verify(batched.graph);
  const inputs = [...first].map(([name, shared]) => {
    const axis = axes.get(name);
    return [name, axis === undefined ? shared : stack(examples.map((example) => tensorNamed(example, name)), axis)] as const;
  });
  const together = evaluate(batched.graph, new Map(inputs), sizes);
  const alone = examples.map((example) => {
    const own = [...first].map(([name, shared]) => [name, axes.has(name) ? tensorNamed(example, name) : shared] as const);
    return evaluate(graph, new Map(own), sizes);
  });
  for (const [name, actual] of together) {
    const axis = batched.axes.get(name);
    const expected = alone.map((values) => tensorNamed(values, name));
    const where = `output ${name} with batch axes ${JSON.stringify(Object.fromEntries(axes))}`;
    if (axis === undefined) expected.forEach((each) => { expectClose(actual, each, 1e-12, where); });
    else expectClose(actual, stack(expected, axis), 1e-12, where);
  }
}

describe.each(Object.entries(opCases))('%s', (name, cases: readonly OpCase[]) => {
  it('stands in the registry under its own name', () => {
    expect(registry[name as keyof typeof registry].name).toBe(name);
  });

  describe.each(cases.map((opCase, k) => [k, opCase] as const))('case %i', (k, opCase) => {
    const f = instantiate(opCase, 100 + k);

    it('means what its formula says', () => {
      verify(f.graph);
      const reads = opCase.operands.map((_, slot) => reader(tensorNamed(f.inputs, operandName(slot))));
      [...evaluate(f.graph, f.inputs, sizes).values()].forEach(({ shape, data }, result) => {
        expect(data.length).toBe(elementCount(shape));
        forEachIndex(shape, (index, position) => {
          expectNear(data[position] ?? NaN, opCase.meaning(reads, index, result), 1e-12, `element [${index.join(', ')}] of result ${result}`);
        });
      });
    });

    if (opCase.lawful && f.wrt.length > 0) {
      it('has forward and reverse derivatives that agree with central differences', () => {
        for (let seed = 0; seed < 4; seed++) checkDerivatives(instantiate(opCase, seed), seed, 'order 1');
      });

      it('has second derivatives that agree with central differences', () => {
        for (let seed = 0; seed < 3; seed++) {
          const own = instantiate(opCase, seed);
          checkDerivatives(gradientOf(own, new Random(seed)), seed, 'derivative of vjp');
          checkDerivatives(tangentOf(own, new Random(seed)), seed, 'derivative of jvp');
        }
      });
    }

    if (opCase.operands.length > 0) {
      it('gives a batch what it gives each example', () => {
        const random = new Random(k);
        const examples = Array.from({ length: sizes.N }, () =>
          new Map(opCase.operands.map((operand, slot) => [operandName(slot), draw(random, operand)])),
        );
        for (const axes of placements(opCase.operands)) {
          const named = axes.flatMap((axis, slot) => (axis === undefined ? [] : [[operandName(slot), axis] as const]));
          checkBatch(f.graph, examples, new Map(named));
        }
      });
    }
  });
});
