import { vanillaLstm } from 'cellwright';
import { compileModule } from 'cellwright/compiler';
import { describe, expect, it } from 'vitest';

/** The functions of a module's kernels by name, each with the functions that it calls. */
async function calls(forwardOnly: boolean): Promise<Map<string, string[]>> {
  const { kernels } = await compileModule({ definition: vanillaLstm, target: 'wasm', forwardOnly });
  const functions = (kernels?.text ?? '').split('\n  (func $').slice(1);
  return new Map(functions.map((text) => [/^\w+/.exec(text)?.[0] ?? '', [...text.matchAll(/call \$(\w+)/g)].map(([, name]) => name ?? '')]));
}

const maps = (names: Iterable<string>): string[] => [...names].filter((name) => name.includes('_map'));

describe('the functions of maps', () => {
  it('are shared by what differs only in where it works', async () => {
    const functions = await calls(true);
    const [step, forward] = ['runStep', 'runForward_t'].map((name) => maps(functions.get(name) ?? []));
    expect(step).toHaveLength(2);
    // The gates; the last one of a step stores its outputs twice, once as the state.
    expect(step?.filter((name) => forward?.includes(name) === true)).toEqual(['runForward_t_map']);
  });

  it('are not where one keeps what backward reads', async () => {
    const functions = await calls(false);
    const [step, forward] = ['runStep', 'runForward_t'].map((name) => maps(functions.get(name) ?? []));
    expect(step).toHaveLength(2);
    expect(step?.filter((name) => forward?.includes(name) === true)).toEqual([]);
  });
});
