import { add, defineModel, dense, exp, slice, sub, tanh } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { expectAllClose } from './close.js';
import { compiled, targets } from './compiled-module.js';
import { Subject } from './subject.js';

/** Differences of neighbouring steps: with a single step there are none. */
const differences = defineModel('differences', { dims: ['I'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({
  outputs: { y: exp(x), d: tanh(sub(slice(x, 1, 'T-1'), slice(x, 0, 'T-1'))) },
}));

/** Products over all steps but the first. */
const products = defineModel('products', { dims: ['I'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({
  outputs: { y: exp(x), d: tanh(add(dense('p', 'I', slice(x, 1, 'T-1')), dense('q', 'I', slice(x, 0, 'T-1')))) },
}));

describe.each([differences, products].flatMap((definition) => targets.map((target) => ({ name: definition.name, definition, target }))))('an axis without elements, in the $target module of $name', ({ definition, target }) => {
  it.each([{ maxSteps: 1 }, { maxSteps: 3 }])('is passed over, in forward, backward and step, with room for $maxSteps steps', async ({ maxSteps }) => {
    const { create } = await compiled({ definition, target, precision: 'float64' });
    for (const I of [1, 3, 8]) {
      const module = create({ sizes: { I }, batchSize: 2, maxSteps });
      for (const [T, B] of [[1, 1], [maxSteps, 2], [1, 2]] as const) {
        const subject = new Subject(definition, { I, T, B }, Float64Array, T + B + I);
        expectAllClose(subject.computed(module), subject.expected(), 1e-12);
      }
      const subject = new Subject(definition, { I, T: 1, B: 2 }, Float64Array, I);
      subject.setParameters(module);
      const { y, d } = module.step(subject.inputs);
      expectAllClose(new Map([['y', y ?? []]]), new Map([['y', subject.expected().get('out.y') ?? []]]), 1e-12);
      expect(d).toHaveLength(0);
    }
  });
});
