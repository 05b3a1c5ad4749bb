import { vanillaLstm } from 'cellwright';
import { expect, it } from 'vitest';
import { compiled, targets } from './compiled-module.js';
import type { AnyModule, Checkpoint, Values } from './compiled-module.js';

const sizes = { I: 2, H: 3 };

const bytesOf = ({ buffer, byteOffset, byteLength }: Values): string => Buffer.from(buffer, byteOffset, byteLength).toString('hex');

/** Both zeros, the ends of the range, and numbers that are not round in base ten. */
const cases = targets.flatMap((target) => [
  { target, precision: 'float32' as const, values: [-0, 0, 2 ** -149, -(2 ** -149), 2 ** -126, (2 - 2 ** -23) * 2 ** 127, -0.1, 1 / 3, -(2 ** -149) * 5] },
  { target, precision: 'float64' as const, values: [-0, 0, Number.MIN_VALUE, -2 * Number.MIN_VALUE, 2 ** -1022, Number.MAX_VALUE, -0.1, 1 / 3, -Number.MAX_VALUE] },
]);

it.each(cases)('numbers come through JSON to the bit: $target, $precision', async ({ target, precision, values }) => {
  const { create } = await compiled({ definition: vanillaLstm, target, precision });
  const module = create({ sizes });
  const fill = (own: Values, from: number): void => { own.forEach((_, k) => { own[k] = values[(k + from) % values.length] ?? NaN; }); };
  fill(module.parameters, 0);
  Object.values(module.state).forEach((own, k) => { fill(own, k); });
  const resumed: AnyModule = create({ sizes });
  resumed.load(JSON.parse(JSON.stringify(module.save({ state: true }))) as Checkpoint);
  expect(bytesOf(resumed.parameters)).toBe(bytesOf(module.parameters));
  for (const [name, own] of Object.entries(module.state)) expect(bytesOf(resumed.state[name] ?? own.slice(0, 0))).toBe(bytesOf(own));
});
