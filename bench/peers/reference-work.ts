import { pathToFileURL } from 'node:url';
import { buildModule } from '../build-module.js';
import type { Case } from '../cases.js';
import type { GeneratedModule, ModuleExports } from '../generated-module.js';
import { randomValues } from '../random-values.js';
import type { LayerWeights, Work } from './work.js';

/** Of the gates, in the order of `LayerWeights`, and of those with peepholes. */
const gates = ['z', 'i', 'f', 'o'] as const;
const peepholeGates = ['i', 'f', 'o'] as const;
/** How the layers of a case are called in the names of its parameters. */
const prefixes = (layers: number): readonly string[] => (layers === 1 ? [''] : ['below.', 'above.']);

/** Makes up the work of a case of vanilla LSTMs, and lets a generated module do it. */
export async function referenceWork(folder: string, { definition, layers, shape }: Case): Promise<Work> {
  const { T, B, I, H } = shape;
  const weights = prefixes(layers).map((_, k): LayerWeights => {
    const random = (count: number, seed: number): Float32Array => randomValues(count, 10 * k + seed, 1 / Math.sqrt(H));
    const width = k === 0 ? I : H;
    return { W: random(4 * H * width, 1), R: random(4 * H * H, 2), b: random(4 * H, 3), p: random(3 * H, 4) };
  });
  const x = randomValues(T * B * I, 5);
  const built = await buildModule(folder, { definition, target: 'typescript', precision: 'float32', math: 'exact' });
  const exports = (await import(pathToFileURL(built.file).href)) as Readonly<Record<string, unknown>>;
  const create = exports[built.create] as ModuleExports['create'];
  const module = create({ sizes: { I, H }, batchSize: B, maxSteps: T });
  setParameters(module, weights);
  const { y } = module.forward({ x }).outputs;
  if (y === undefined) throw new Error(`'${definition.name}' has no output 'y'`);
  return { layers: weights, x, dY: randomValues(T * B * H, 6), y: Float32Array.from(y) };
}

function setParameters({ params }: GeneratedModule, layers: readonly LayerWeights[]): void {
  const set = (name: string, values: Float32Array, k: number): void => {
    const parameter = params[name];
    if (parameter === undefined) throw new Error(`the module has no parameter '${name}'`);
    parameter.set(values.subarray(k * parameter.length, (k + 1) * parameter.length));
  };
  prefixes(layers.length).forEach((prefix, layer) => {
    const weights = layers[layer];
    if (weights === undefined) return;
    gates.forEach((gate, k) => {
      set(`${prefix}W_${gate}`, weights.W, k);
      set(`${prefix}R_${gate}`, weights.R, k);
      set(`${prefix}b_${gate}`, weights.b, k);
    });
    peepholeGates.forEach((gate, k) => {
      set(`${prefix}p_${gate}`, weights.p, k);
    });
  });
}
