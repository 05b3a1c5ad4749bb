import { gruV1, gruV3 } from 'cellwright';
import { webAssembly } from '../../src/emit/wasm/host.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { compiled, targets } from './compiled-module.js';
import type { AnyModule, CompiledModule, Named } from './compiled-module.js';
import { expectAllClose } from './close.js';
import { prefixed, Subject } from './subject.js';

const sizes = { I: 3, H: 5 };
const created = { sizes, batchSize: 4, maxSteps: 6 };
const subject = new Subject(gruV3, { ...sizes, T: 6, B: 4 }, Float64Array);
const { inputs, initialState, cotangents, dFinalState } = subject;
const x = inputs.x ?? new Float64Array(0);

const wasmMemory = (pages: number) => new webAssembly.Memory({ initial: pages });

function refusalOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return String(error);
  }
  return '';
}

describe.each(targets)('the %s module', (target) => {
  let gru: CompiledModule;
  beforeAll(async () => {
    gru = await compiled({ definition: gruV3, target, precision: 'float64' });
  });

  function fresh(): AnyModule {
    const module = gru.create(created);
    subject.setParameters(module);
    return module;
  }

  /** All that a module holds. */
  const bytesOf = (module: AnyModule): Uint8Array => new Uint8Array(module.parameters.buffer).slice();

  describe('inputs', () => {
    it('may be the views of the module, which are then not copied', () => {
      const module = fresh();
      const expected = module.forward({ x }).outputs.y?.slice();
      module.inputs.x?.set(x);
      const own = module.inputs.x ?? x;
      expect(own).toHaveLength(6 * 4 * 3);
      expect(module.forward({ x: own }).outputs.y).toEqual(expected);
    });

    it('may be the start of such a view, for fewer steps or a smaller batch', () => {
      const module = fresh();
      const expected = module.forward({ x: x.subarray(0, 3 * 4 * 3) }).outputs.y?.slice();
      module.inputs.x?.fill(NaN);
      module.inputs.x?.set(x.subarray(0, 3 * 4 * 3));
      expect(module.forward({ x: module.inputs.x?.subarray(0, 3 * 4 * 3) ?? x }).outputs.y).toEqual(expected);
      const one = module.forward({ x: x.subarray(0, 6 * 3) }, { batchSize: 1 }).outputs.y?.slice();
      module.inputs.x?.set(x.subarray(0, 6 * 3));
      expect(module.forward({ x: module.inputs.x?.subarray(0, 6 * 3) ?? x }, { batchSize: 1 }).outputs.y).toEqual(one);
    });

    it('may lie elsewhere in the arena: they are moved to their place', () => {
      const module = fresh();
      const expected = module.forward({ x: x.slice(4 * 3) }).outputs.y?.slice();
      module.inputs.x?.set(x);
      expect(module.forward({ x: module.inputs.x?.subarray(4 * 3) ?? x }).outputs.y).toEqual(expected);
    });

    it('of a longer view than the batch has room for are refused', () => {
      const module = fresh();
      // The whole view, for a batch of one, is more steps than were created.
      expect(() => module.forward({ x: module.inputs.x ?? x }, { batchSize: 1 })).toThrow('inputs.x has 24 steps, more than the 6 created');
    });
  });

  describe('outputs', () => {
    it('are views into the arena that the next call writes again', () => {
      const module = fresh();
      const { outputs, finalState } = module.forward({ x });
      expect(outputs.y?.buffer).toBe(module.parameters.buffer);
      const kept = outputs.y?.slice();
      module.forward({ x: x.map((value) => -value) });
      expect(outputs.y).not.toEqual(kept);
      expect(module.forward({ x }).outputs.y).toBe(outputs.y);
      expect(outputs.y).toEqual(kept);
      expect(finalState.y).toEqual(kept?.subarray(-4 * 5));
    });
  });

  describe('backward', () => {
    it('throws before a forward call, the second time, and after a step', () => {
      const module = fresh();
      expect(() => module.backward(cotangents)).toThrow('call forward first');
      module.forward({ x });
      module.backward(cotangents);
      expect(() => module.backward(cotangents)).toThrow('call forward first');
      module.forward({ x });
      module.step({ x: x.subarray(0, 4 * 3) });
      expect(() => module.backward(cotangents)).toThrow('call forward first');
      module.forward({ x });
      module.load(module.save());
      expect(() => module.backward(cotangents)).toThrow('call forward first');
    });

    it('takes what is left out as zero', () => {
      const module = fresh();
      const zeros = (values: Named) => Object.fromEntries(Object.entries(values).map(([name, own]) => [name, own.map(() => 0)]));
      module.forward({ x });
      module.backward(cotangents, { dFinalState: zeros(dFinalState) });
      const expected = module.gradients.slice();
      module.forward({ x });
      module.backward(cotangents);
      expect(module.gradients).toEqual(expected);
      module.forward({ x });
      module.backward();
      expect(module.gradients.every((value) => value === 0)).toBe(true);
    });

    it('adds to the gradients when told to', () => {
      const module = fresh();
      const gradient = (accumulate: boolean) => {
        module.forward({ x }, { initialState });
        module.backward(cotangents, { dFinalState, accumulate });
        return module.gradients.slice();
      };
      const once = gradient(false);
      expectAllClose(new Map([['twice', gradient(true)]]), new Map([['twice', once.map((value) => 2 * value)]]), 1e-14);
      expect(gradient(false)).toEqual(once);
    });

    it('gives gradients that are views of one array', () => {
      const module = fresh();
      module.forward({ x });
      const { params } = module.backward(cotangents);
      expect(params).toBe(module.grads);
      expect(Object.values(params).reduce((total, own) => total + own.length, 0)).toBe(module.gradients.length);
      module.gradients.fill(7);
      expect(Object.values(params).every((own) => own.every((value) => value === 7))).toBe(true);
    });
  });

  describe('a call that is refused', () => {
    const wrong = (length: number) => new Float64Array(length);
    const float32 = new Float32Array(6 * 4 * 3);
    const mistakes: readonly (readonly [string, (module: AnyModule) => unknown, new (...values: never[]) => Error, string])[] = [
      ['an array of another type', (m) => m.forward({ x: float32 }), TypeError, 'inputs.x must be a Float64Array'],
      ['no array', (m) => m.forward({}), TypeError, 'inputs.x must be a Float64Array'],
      ['a plain array', (m) => m.forward({ x: Array.from(x) as unknown as Float64Array }), TypeError, 'inputs.x must be a Float64Array'],
      ['part of a step', (m) => m.forward({ x: wrong(13) }), RangeError, 'inputs.x must have a multiple of 12 elements, not 13'],
      ['no steps', (m) => m.forward({ x: wrong(0) }), RangeError, 'inputs.x must have a multiple of 12 elements, not 0'],
      ['more steps', (m) => m.forward({ x: wrong(84) }), RangeError, 'inputs.x has 7 steps, more than the 6 created'],
      ['a larger batch', (m) => m.forward({ x: wrong(15) }, { batchSize: 5 }), RangeError, 'batchSize must be an integer from 1 to 4'],
      ['half a batch', (m) => m.forward({ x: wrong(36) }, { batchSize: 1.5 }), RangeError, 'batchSize must be an integer'],
      ['a batch of none', (m) => m.forward({ x }, { batchSize: 0 }), RangeError, 'batchSize must be an integer'],
      ['a batch that is no number', (m) => m.forward({ x }, { batchSize: NaN }), RangeError, 'batchSize must be an integer'],
      ['a state of another batch', (m) => m.forward({ x }, { initialState: { y: wrong(15) } }), RangeError, 'initialState.y must have 20 elements, not 15'],
      ['a state of another type', (m) => m.forward({ x }, { initialState: { y: new Float32Array(20) } }), TypeError, 'initialState.y must be a Float64Array'],
      ['a cotangent of other steps', (m) => m.backward({ y: wrong(100) }), RangeError, 'cotangents.y must have 120 elements, not 100'],
      ['a final cotangent', (m) => m.backward(cotangents, { dFinalState: { y: wrong(5) } }), RangeError, 'dFinalState.y must have 20 elements, not 5'],
      ['part of an example', (m) => m.step({ x: wrong(4) }), RangeError, 'inputs.x must have a multiple of 3 elements, not 4'],
      ['a step of a larger batch', (m) => m.step({ x: wrong(15) }), RangeError, 'inputs.x has 5 examples, more than the 4 created'],
    ];

    it.each(mistakes)('for %s changes nothing', (_, call, type, message) => {
      const module = fresh();
      module.forward({ x }, { initialState });
      const before = bytesOf(module);
      const thrown = (() => {
        try {
          call(module);
        } catch (error) {
          return error;
        }
        return undefined;
      })();
      expect(thrown).toBeInstanceOf(type);
      expect(String(thrown)).toContain(message);
      expect(bytesOf(module)).toEqual(before);
      // What forward has kept is still there.
      module.backward(cotangents, { dFinalState });
      const expected = subject.expected();
      expectAllClose(new Map(prefixed('grad.', module.grads)), new Map([...expected].filter(([name]) => gruV3.parameters.has(name.slice(5)))), 1e-12);
    });
  });

  describe('values that are not finite', () => {
    it.each([NaN, Infinity, -Infinity, 1e308])('(%s) pass through and leave no trace', (bad) => {
      const module = fresh();
      const expected = subject.computed(module);
      const spoiled = x.slice();
      spoiled[7] = bad;
      const { outputs } = module.forward({ x: spoiled }, { initialState: { y: new Float64Array(20).fill(bad) } });
      if (Number.isNaN(bad)) expect(outputs.y?.every(Number.isNaN)).toBe(true);
      module.backward({ y: new Float64Array(120).fill(bad) });
      module.state.y?.fill(bad);
      module.step({ x: spoiled.subarray(0, 12) });
      module.resetState();
      expect(subject.computed(module)).toEqual(expected);
      const other = fresh();
      expect(module.step({ x: x.subarray(0, 12) })).toEqual(other.step({ x: x.subarray(0, 12) }));
    });
  });

  describe('the creator', () => {
    it('takes memory of the caller: exactly enough or more, but not less', () => {
      const expected = subject.computed(fresh());
      const page = 65536;
      const short = target === 'wasm' ? wasmMemory(0) : new ArrayBuffer(0);
      const refusal = refusalOf(() => gru.create({ ...created, memory: short }));
      const needed = Number(/^RangeError: memory must have at least (\d+) bytes, not 0$/.exec(refusal)?.[1]);
      const memories = target === 'wasm' ? [1, 2].map((more) => wasmMemory(Math.floor(needed / page) + more)) : [0, 1, 1000].map((more) => new ArrayBuffer(needed + more));
      for (const memory of memories) {
        const buffer = memory instanceof ArrayBuffer ? memory : memory.buffer;
        new Uint8Array(buffer).fill(0xff);
        const module = gru.create({ ...created, memory });
        expect(module.parameters.buffer).toBe(buffer);
        expect(subject.computed(module)).toEqual(expected);
        expect(new Uint8Array(buffer, needed).every((byte) => byte === 0xff)).toBe(true);
      }
      if (target === 'typescript') expect(() => gru.create({ ...created, memory: new ArrayBuffer(needed - 1) })).toThrow(`memory must have at least ${String(needed)} bytes, not ${String(needed - 1)}`);
    });

    it.each([
      [{ sizes: { I: 0, H: 5 } }, 'sizes.I must be a positive integer, not 0'],
      [{ sizes: { I: 3, H: 2.5 } }, 'sizes.H must be a positive integer, not 2.5'],
      [{ sizes: { I: 3 } }, 'sizes.H must be a positive integer, not undefined'],
      [{ sizes, batchSize: -1 }, 'batchSize must be a positive integer, not -1'],
      [{ sizes, maxSteps: NaN }, 'maxSteps must be a positive integer, not NaN'],
    ])('refuses %o', (options, message) => {
      expect(() => gru.create(options)).toThrow(new RangeError(message));
    });

    it('makes modules that share nothing', () => {
      const one = fresh();
      const other = fresh();
      const expected = one.forward({ x }).outputs.y?.slice();
      other.parameters.fill(0);
      other.forward({ x: x.map(() => 0) });
      expect(one.forward({ x }).outputs.y).toEqual(expected);
    });
  });

  describe('a module that only runs forward', () => {
    it('gives the same outputs from less memory, and has nothing else', async () => {
      const definition = gruV3;
      const { create, source } = await compiled({ definition, target, precision: 'float64', forwardOnly: true });
      const module = create(created);
      subject.setParameters(module);
      const full = fresh();
      expect(module.forward({ x }, { initialState })).toEqual(full.forward({ x }, { initialState }));
      expect(module.step({ x: x.subarray(0, 12) })).toEqual(full.step({ x: x.subarray(0, 12) }));
      for (const absent of ['backward', 'grads', 'gradients', 'resetTraining']) expect(module).not.toHaveProperty(absent);
      expect(/tape|gradient/i.exec(source)).toBeNull();
      expect(source.length).toBeLessThan(0.75 * gru.source.length);
      // More steps, so that whole pages of memory show the difference.
      const [less, more] = [create, gru.create].map((make) => make({ ...created, maxSteps: 600 }).parameters.buffer.byteLength);
      expect(less).toBeLessThan(0.6 * (more ?? 0));
    });
  });

  it('compiles to the same bytes again', async () => {
    const { source } = await compiled({ definition: gruV3, target, precision: 'float64' });
    const { compileModule } = await import('cellwright/compiler');
    expect((await compileModule({ definition: gruV3, target, precision: 'float64' })).files).toEqual([{ name: 'gru-v3.ts', text: source }]);
  });
});

describe('kernels that the caller has compiled', () => {
  it('serve any number of modules', async () => {
    const { create, binary } = await compiled({ definition: gruV3, target: 'wasm', precision: 'float64' });
    if (binary === undefined) throw new Error('no kernels');
    const expected = subject.computed(create(created));
    const module = new webAssembly.Module(binary);
    for (let k = 0; k < 2; k++) expect(subject.computed(create({ ...created, module }))).toEqual(expected);
  });

  it('are refused where they are those of another build', async () => {
    const { create } = await compiled({ definition: gruV3, target: 'wasm', precision: 'float64' });
    for (const other of [{ definition: gruV3, sizes: { I: 3, H: 5 } }, { definition: gruV1 }, { definition: gruV3, precision: 'float32' }] as const) {
      const { binary } = await compiled({ target: 'wasm', precision: 'float64', ...other });
      if (binary === undefined) throw new Error('no kernels');
      const module = new webAssembly.Module(binary);
      expect(refusalOf(() => create({ ...created, module }))).toMatch(/^TypeError: .*import/i);
    }
    expect(refusalOf(() => create({ ...created, module: {} }))).toMatch(/^TypeError: /);
  });
});
