/** What a page calls of a vanilla LSTM, whatever its target and precision. */
interface Lstm {
  readonly params: object;
  readonly inputs: { readonly x: Float32Array | Float64Array };
  forward(inputs: object): { readonly outputs: { readonly y: ArrayLike<number> } };
  backward(cotangents: object): { readonly params: object; readonly inputs: { readonly x: ArrayLike<number> } };
  step(inputs: object): { readonly y: ArrayLike<number> };
}

export interface Exports {
  readonly createVanillaLstm: (options: { readonly sizes: { readonly I: number; readonly H: number }; readonly batchSize: number; readonly maxSteps: number; readonly module?: object }) => Lstm;
  readonly initializeVanillaLstm: (module: Lstm, seed: number) => void;
}

/** A forward and a backward pass and a step, the same in a browser and in Node: outputs and gradients one after another. */
export function runModule({ createVanillaLstm, initializeVanillaLstm }: Exports, module?: object): number[] {
  const lstm = createVanillaLstm({ sizes: { I: 5, H: 18 }, batchSize: 3, maxSteps: 4, ...(module === undefined ? {} : { module }) });
  initializeVanillaLstm(lstm, 1);
  const { x } = lstm.inputs;
  for (let k = 0; k < x.length; k++) x[k] = Math.sin(k);
  const found: number[] = [];
  const { y } = lstm.forward({ x }).outputs;
  found.push(...Array.from(y));
  const dY = x instanceof Float32Array ? new Float32Array(y.length).fill(1) : new Float64Array(y.length).fill(1);
  const { params, inputs } = lstm.backward({ y: dY });
  for (const gradient of [...Object.values(params as Record<string, ArrayLike<number>>), inputs.x]) found.push(...Array.from(gradient));
  found.push(...Array.from(lstm.step({ x: x.slice(0, 3 * 5) }).y));
  return found;
}
