import { add, applyCell, batchStage, bidirectional, bothEnds, cellModel, concat, DeclarationError, defineCell, defineModel, dense, evaluate, firstStep, gruV1, lastStep, layerNormalization, meanSquaredError, npLstm, sequence, stack, tanh } from 'cellwright';
import type { Expression, ModelDefinition, StackLayer, Tensor } from 'cellwright';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { checkDerivatives } from '../support/derivatives.js';
import { Random } from '../support/random.js';
import { randomTensor, shapeOf } from '../support/tensors.js';

const sizes = { T: 4, B: 2, I: 3, H: 5, K: 2 };
const signature = { dims: ['I', 'H'], inputs: { x: ['T', 'I'] } } as const;

function inputsOf(model: ModelDefinition, lengths = false): Map<string, Tensor> {
  return new Map([...batchStage(model, { lengths }).inputs].map(([name, { type }]) => [name, randomTensor(new Random(name.length), shapeOf(type, sizes))]));
}

/** Evaluates a model; values by the other's names. */
const outputs = (model: ModelDefinition, inputs: ReadonlyMap<string, Tensor>, lengths = false) => evaluate(batchStage(model, { lengths }), inputs, sizes);

describe('stack', () => {
  const stacked = (layers: readonly StackLayer[], residual = false) =>
    defineModel('stacked', signature, ({ x }) => ({ outputs: { y: stack(layers, x, { residual }) } }));

  it('runs different cells one above the other, under names by path', () => {
    const model = stacked([npLstm, gruV1]);
    const plain = defineModel('plain', signature, ({ x }) => {
      const below = sequence(npLstm, { x }, { name: 'L0' }).outputs.y;
      return { outputs: { y: sequence(gruV1, { x: below }, { name: 'L1' }).outputs.y } };
    });
    expect([...model.parameters.keys()]).toEqual([...plain.parameters.keys()]);
    expect([...model.states.keys()]).toEqual(['L0.y', 'L0.c', 'L1.y']);
    const inputs = inputsOf(plain);
    expect(outputs(model, inputs)).toEqual(outputs(plain, inputs));
  });

  it('adds what a layer is given where the shapes allow it', () => {
    const model = stacked([npLstm, gruV1], true);
    const plain = defineModel('plain', signature, ({ x }) => {
      const below = sequence(npLstm, { x }, { name: 'L0' }).outputs.y;
      return { outputs: { y: add(sequence(gruV1, { x: below }, { name: 'L1' }).outputs.y, below) } };
    });
    const inputs = inputsOf(plain);
    expect(outputs(model, inputs)).toEqual(outputs(plain, inputs));
  });

  it('takes functions as layers', () => {
    const model = defineModel('both', { dims: ['I', 'H'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({
      outputs: { y: stack([(value, name) => bidirectional(gruV1, value, { name }), (value, name) => layerNormalization(name, value), (value, name) => dense(name, 2, value)], x, { name: 'deep' }) },
    }));
    expect(model.parameters.has('deep.L0.bwd.W_r')).toBe(true);
    expect([...model.parameters.keys()].slice(-4)).toEqual(['deep.L1.g', 'deep.L1.b', 'deep.L2.W', 'deep.L2.b']);
    expect(outputs(model, inputsOf(model)).get('out.y')?.shape).toEqual([4, 2, 2]);
  });

  it('refuses a cell with several inputs', () => {
    const two = defineCell('two', { dims: ['H'], inputs: { a: ['H'], b: ['H'] }, states: { y: ['H'] } }, ({ a, b, y }) => ({ next: { y: add(a, b, y) }, outputs: { y } }));
    expect(() => stacked([two])).toThrow("the cell 'two' has not one input and one output");
  });
});

describe('bidirectional', () => {
  it('sets both directions side by side, under names by path', () => {
    const model = defineModel('both', signature, ({ x }) => ({ outputs: { y: bidirectional(npLstm, x) } }));
    const plain = defineModel('plain', signature, ({ x }) => ({
      outputs: { y: concat([sequence(npLstm, { x }, { name: 'fwd' }).outputs.y, sequence(npLstm, { x }, { name: 'bwd', reverse: true }).outputs.y], -1) },
    }));
    const inputs = inputsOf(plain);
    expect([...model.parameters.keys()]).toEqual([...plain.parameters.keys()]);
    expect(outputs(model, inputs)).toEqual(outputs(plain, inputs));
  });

  describe('at both ends', () => {
    const model = defineModel('ends', signature, ({ x }) => ({ outputs: { y: bothEnds(bidirectional(npLstm, x)) } }));
    const lengths = [3, 0];
    const { T, B, I, H } = sizes;

    /** Behind the end there is NaN. */
    function given(): Map<string, Tensor> {
      const inputs = inputsOf(model, true).set('lengths', { shape: [B], data: Float64Array.from(lengths) });
      inputs.get('x')?.data.forEach((_, k, own) => { if (Math.floor(k / (B * I)) >= (lengths[Math.floor(k / I) % B] ?? 0)) own[k] = NaN; });
      return inputs;
    }

    /** The states of one sequence after its steps, as the cell alone has them when it is run over these in some order. */
    function finalOutput(inputs: ReadonlyMap<string, Tensor>, direction: string, row: number, steps: readonly number[]): readonly number[] {
      const part = (value: Tensor | undefined, width: number) => Array.from(value?.data.subarray(row * width, (row + 1) * width) ?? []);
      const x = steps.flatMap((t) => Array.from(inputs.get('x')?.data.subarray((t * B + row) * I, (t * B + row + 1) * I) ?? []));
      const own = new Map<string, Tensor>([['x', { shape: [steps.length, 1, I], data: Float64Array.from(x) }]]);
      for (const [name, value] of inputs) {
        if (!name.startsWith(`${direction}.`)) continue;
        const state = name === `${direction}.y` || name === `${direction}.c`;
        own.set(name.slice(direction.length + 1), state ? { shape: [1, H], data: Float64Array.from(part(value, H)) } : value);
      }
      return Array.from(evaluate(batchStage(cellModel(npLstm)), own, { ...sizes, T: steps.length, B: 1 }).get('final.y')?.data ?? []);
    }

    it('gives what each direction has found out when it is through with a sequence', () => {
      const inputs = given();
      const found = outputs(model, inputs, true).get('out.y');
      expect(found?.shape).toEqual([B, 2 * H]);
      const expected = [...finalOutput(inputs, 'fwd', 0, [0, 1, 2]), ...finalOutput(inputs, 'bwd', 0, [2, 1, 0]), ...new Array<number>(2 * H).fill(0)];
      found?.data.forEach((value, k) => { expect(value).toBeCloseTo(expected[k] ?? NaN, 14); });
    });

    it('gives the same without lengths where all have all steps', () => {
      const inputs = given().set('lengths', { shape: [B], data: Float64Array.of(T, T) });
      inputs.get('x')?.data.forEach((_, k, own) => { own[k] = Math.sin(k); });
      const found = outputs(model, inputs).get('out.y');
      expect(found).toEqual(outputs(model, inputs, true).get('out.y'));
      const expected = [0, 1].flatMap((row) => [...finalOutput(inputs, 'fwd', row, [0, 1, 2, 3]), ...finalOutput(inputs, 'bwd', row, [3, 2, 1, 0])]);
      found?.data.forEach((value, k) => { expect(value).toBeCloseTo(expected[k] ?? NaN, 14); });
    });

    it('has the derivatives of that, and none by what lies behind the end', () => {
      const inputs = given();
      inputs.get('x')?.data.forEach((value, k, own) => { own[k] = Number.isNaN(value) ? 7 : value; });
      const graph = batchStage(model, { lengths: true });
      checkDerivatives({ graph: graph.withOutputs(new Map([['out.y', graph.output('out.y')]])), sizes, inputs, wrt: ['x', 'fwd.W_z', 'bwd.R_i'] }, 3, 'both ends');
    });

    it('is a vector whose shape layers know, of two directions only', () => {
      defineModel('typed', { ...signature, dims: [...signature.dims, 'O'] }, ({ x }) => {
        const ends = bothEnds(bidirectional(npLstm, x));
        expectTypeOf(ends).toEqualTypeOf<Expression<readonly [string | number]>>();
        expect(ends.node.type.shape.map(({ key }) => key)).toEqual(['2H']);
        const logits = dense('dense', 'O', ends);
        expectTypeOf(logits).toEqualTypeOf<Expression<readonly ['O']>>();
        // @ts-expect-error -- there are no steps any more
        expect(() => bothEnds(ends)).toThrow('lastStep takes a sequence of real numbers');
        return { outputs: { logits } };
      });
      expect(() => defineModel('odd', { dims: ['I'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({ outputs: { y: bothEnds(x) } }))).toThrow(
        'bothEnds takes two directions side by side, [T, 2H], not [T, I]',
      );
    });
  });
});

describe('the last and the first step', () => {
  const ends = defineModel('ends', { dims: ['I'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({ outputs: { last: lastStep(x), first: firstStep(x) } }));
  const x = { shape: [4, 2, 3], data: Float64Array.from({ length: 24 }, (_, k) => k + 1) };

  it('are rows of a sequence', () => {
    const found = outputs(ends, new Map([['x', x]]));
    expect(found.get('out.last')).toEqual({ shape: [2, 3], data: Float64Array.of(19, 20, 21, 22, 23, 24) });
    expect(found.get('out.first')).toEqual({ shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6) });
  });

  it('are those of each sequence, and zero for one without steps', () => {
    const found = outputs(ends, new Map([['x', x], ['lengths', { shape: [2], data: Float64Array.of(2, 0) }]]), true);
    expect(found.get('out.last')?.data).toEqual(Float64Array.of(7, 8, 9, 0, 0, 0));
    expect(found.get('out.first')?.data).toEqual(Float64Array.of(1, 2, 3, 0, 0, 0));
  });

  it('are the final state of a cell, from output to gradient', () => {
    const model = defineModel('state', signature, ({ x: steps }) => ({ outputs: { y: lastStep(sequence(gruV1, { x: steps }).outputs.y) } }));
    const inputs = inputsOf(model);
    const found = outputs(model, inputs);
    expect(found.get('out.y')).toEqual(found.get('final.y'));
    const graph = batchStage(model);
    checkDerivatives({ graph: graph.withOutputs(new Map([['out.y', graph.output('out.y')]])), sizes, inputs, wrt: ['x', 'W_n'] }, 3, 'the last step');
  });

  it('want steps', () => {
    expect(() => defineModel('none', { dims: ['I'], inputs: { x: ['I'] } }, ({ x: vector }) => ({
      // @ts-expect-error -- not along T
      outputs: { y: lastStep(vector) },
    }))).toThrow('lastStep takes a sequence of real numbers');
  });
});

describe('layerNormalization', () => {
  it('gives rows of mean zero and variance one, then scales and shifts them', () => {
    const model = defineModel('normal', { dims: ['I'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({ outputs: { y: layerNormalization('norm', x, { epsilon: 0 }) } }));
    const vector = (...data: number[]): Tensor => ({ shape: [3], data: Float64Array.from(data) });
    const inputs = new Map([['x', { shape: [1, 1, 3], data: Float64Array.of(1, 2, 3) }], ['norm.g', vector(1, 2, 3)], ['norm.b', vector(0, 1, -1)]]);
    const { data } = evaluate(batchStage(model), inputs, { T: 1, B: 1, I: 3 }).get('out.y') ?? { data: [] };
    [-Math.sqrt(1.5), 1, 3 * Math.sqrt(1.5) - 1].forEach((value, k) => { expect(data[k]).toBeCloseTo(value, 13); });
  });
});

describe('a cell inside of a cell', () => {
  const outer = defineCell('outer', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'], h: ['H'] } }, ({ x, y, c, h }) => {
    const below = applyCell(npLstm, { x, y, c }, { name: 'below' });
    const above = applyCell(gruV1, { x: below.outputs.y, y: h }, { name: 'above' });
    return { next: { ...below.next, h: above.next.y }, outputs: { out: above.outputs.y } };
  });

  it('is what the two compute as a stack', () => {
    const model = cellModel(outer);
    const plain = defineModel('plain', signature, ({ x }) => ({ outputs: { out: stack([npLstm, gruV1], x) } }));
    const inputs = inputsOf(plain);
    const renamed = new Map([...inputs].map(([name, value]) => [name === 'L1.y' ? 'h' : name.replace(/^L0\.([yc])$/, '$1').replace(/^L0\./, 'below.').replace(/^L1\./, 'above.'), value]));
    const [nested, expected] = [outputs(model, renamed).get('out.out'), outputs(plain, inputs).get('out.out')];
    expect(nested?.shape).toEqual(expected?.shape);
    nested?.data.forEach((value, k) => { expect(value).toBeCloseTo(expected?.data[k] ?? NaN, 14); });
  });

  const broken = (body: (values: { x: never; y: never }) => unknown) => () =>
    defineCell('broken', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, (values) => {
      body(values as never);
      return { next: { y: tanh(values.y) }, outputs: { y: values.y } };
    });

  it('refuses values that are missing, unknown or of another shape', () => {
    expect(broken(({ x }) => applyCell(gruV1, { x } as never))).toThrow("the cell 'gruV1' needs a value for 'y'");
    expect(broken(({ x, y }) => applyCell(gruV1, { x, y, q: y } as never))).toThrow("the cell 'gruV1' has no input or state 'q'; it has x, y");
    expect(broken(({ x, y }) => applyCell(npLstm, { x, y, c: x }))).toThrow("'c' of the cell 'npLstm' is [H]; x is [I]");
    expect(broken(({ x }) => applyCell(gruV1, { x, y: 1 } as never))).toThrow(DeclarationError);
  });
});

it('a model may have several inputs, and heads with losses of their own', () => {
  const model = defineModel(
    'heads',
    { dims: ['I', 'K', 'H'], inputs: { x: ['T', 'I'], u: ['T', 'K'] }, targets: { a: ['T', 'K'], b: ['I'] } },
    ({ x, u, a, b }) => {
      const hidden = sequence(gruV1, { x: concat([x, u], -1) }).outputs.y;
      const [each, whole] = [dense('each', 'K', hidden), dense('whole', 'I', lastStep(hidden))];
      return { outputs: { each, whole }, loss: [meanSquaredError(each, a), meanSquaredError(whole, b)] };
    },
  );
  const inputs = inputsOf(model);
  const graph = batchStage(model);
  checkDerivatives({ graph: graph.withOutputs(new Map([['loss', graph.output('loss')]])), sizes, inputs, wrt: ['W_n', 'each.W', 'whole.b'] }, 3, 'two heads');
});
