import type { Shape } from '../shape.js';
import { load, versionOf } from './peer.js';
import type { Peer, PreparedPass } from './peer.js';
import type { LayerWeights, Work } from './work.js';

/** What is used of `@jax-js/jax`. To pass an array on is to give it away, so `ref` stands wherever it is used again. */
interface Jax {
  readonly numpy: {
    array(values: Float32Array, options: { readonly shape: readonly number[] }): Tensor;
    zeros(shape: readonly number[]): Tensor;
    matmul(a: Tensor, b: Tensor): Tensor;
    tanh(a: Tensor): Tensor;
    split(a: Tensor, sections: number, axis: number): Tensor[];
    concatenate(parts: readonly Tensor[], axis: number): Tensor;
  };
  readonly nn: { sigmoid(a: Tensor): Tensor };
  init(device: string): Promise<readonly string[]>;
  defaultDevice(device: string): string;
  jit<F>(run: F): F;
  grad(loss: (...given: never[]) => Tensor, options: { readonly argnums: readonly number[] }): (...given: Tree[]) => Tree[];
}
interface Tensor {
  readonly ref: Tensor;
  add(other: Tensor): Tensor;
  mul(other: Tensor): Tensor;
  sum(): Tensor;
  dataSync(): Float32Array;
  dispose(): void;
}
type Tree = Tensor | readonly Tree[] | { readonly [name: string]: Tree };

/** `W` [I, 4H], `R` [H, 4H], `b` [4H], `p` [3, H]. */
type Weights = Readonly<Record<keyof LayerWeights, Tensor>>;
interface State {
  readonly y: Tensor;
  readonly c: Tensor;
}

/**
 * The LSTM with peepholes as one would write it there: all gates by one product, the products by the inputs before the
 * loop, the loop unrolled because there is no scan. Without `Worker`, which Node lacks, it runs on one thread.
 */
export async function jaxJs(work: Work, { T, B, I, H }: Shape): Promise<Peer> {
  const jax = (await load('@jax-js/jax')) as Jax;
  const { numpy: np, nn } = jax;
  await jax.init('wasm');
  jax.defaultDevice('wasm');

  const layer = ({ W, R, b, p }: Weights, x: Tensor, state: State): { readonly ys: Tensor; readonly state: State } => {
    const inputs = np.split(np.matmul(x, W).add(b), T, 0);
    const [pI, pF, pO] = np.split(p, 3, 0);
    let { y, c } = state;
    const ys: Tensor[] = [];
    for (const input of inputs) {
      const [aZ, aI, aF, aO] = np.split(input.add(np.matmul(y, R.ref)), 4, 1);
      if (!aZ || !aI || !aF || !aO || !pI || !pF || !pO) throw new Error('split gives fewer parts than asked for');
      const i = nn.sigmoid(aI.add(pI.ref.mul(c.ref)));
      const f = nn.sigmoid(aF.add(pF.ref.mul(c.ref)));
      c = np.tanh(aZ).mul(i).add(c.mul(f));
      const o = nn.sigmoid(aO.add(pO.ref.mul(c.ref)));
      y = np.tanh(c.ref).mul(o);
      ys.push(y.ref);
    }
    for (const used of [R, pI, pF, pO]) used?.dispose();
    return { ys: np.concatenate(ys, 0), state: { y, c } };
  };
  const network = (weights: readonly Weights[], x: Tensor, states: readonly State[]): { readonly ys: Tensor; readonly states: readonly State[] } => {
    const finals: State[] = [];
    let ys = x;
    weights.forEach((own, k) => {
      const state = states[k];
      if (state === undefined) throw new Error('a layer has no state');
      const result = layer(own, ys, state);
      ys = result.ys;
      finals.push(result.state);
    });
    return { ys, states: finals };
  };

  const weights = work.layers.map(({ W, R, b, p }, k): Weights => {
    const width = k === 0 ? I : H;
    return {
      W: np.array(transposed(W, 4 * H, width), { shape: [width, 4 * H] }),
      R: np.array(transposed(R, 4 * H, H), { shape: [H, 4 * H] }),
      b: np.array(b, { shape: [4 * H] }),
      p: np.array(p, { shape: [3, H] }),
    };
  });
  const x = np.array(work.x, { shape: [T * B, I] });
  const dY = np.array(work.dY, { shape: [T * B, H] });
  const zeroStates = (): State[] => weights.map(() => ({ y: np.zeros([B, H]), c: np.zeros([B, H]) }));
  const kept = (): Weights[] =>
    weights.map(({ W, R, b, p }) => ({ W: W.ref, R: R.ref, b: b.ref, p: p.ref }));
  const prepare = (carried: boolean) => (): PreparedPass => {
    const run = jax.jit(network);
    let states: readonly State[] = zeroStates();
    let y = new Float32Array(0);
    return {
      run: () => {
        const results = run(kept(), x.ref, carried ? states : zeroStates());
        y = results.ys.dataSync() as typeof y;
        if (carried) states = results.states;
        else for (const state of results.states) [state.y, state.c].forEach((each) => { each.dispose(); });
      },
      // What a step gives depends on the steps before it.
      ...(carried ? {} : { outputs: () => y }),
    };
  };
  const train = (): PreparedPass => {
    const loss = (given: readonly Weights[], input: Tensor, states: readonly State[], cotangent: Tensor): Tensor => {
      const { ys, states: finals } = network(given, input, states);
      for (const state of finals) [state.y, state.c].forEach((each) => { each.dispose(); });
      return ys.mul(cotangent).sum();
    };
    const gradient = jax.jit(jax.grad(loss as (...given: never[]) => Tensor, { argnums: [0, 1] }));
    return {
      run: () => {
        const results = gradient(kept(), x.ref, zeroStates() as unknown as Tree, dY.ref);
        for (const tensor of leaves(results)) tensor.dataSync();
      },
    };
  };
  return { version: versionOf('@jax-js/jax'), passes: { forward: prepare(false), step: prepare(true), train } };
}

function leaves(tree: Tree): Tensor[] {
  if (isTensor(tree)) return [tree];
  return (Array.isArray(tree) ? (tree as readonly Tree[]) : Object.values(tree)).flatMap(leaves);
}

const isTensor = (tree: Tree): tree is Tensor => 'dataSync' in tree;

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(values, (_, k) => values[(k % rows) * columns + Math.floor(k / rows)] ?? NaN);
}
