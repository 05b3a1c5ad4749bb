import { load } from './peer.js';
import type { Shape } from '../shape.js';
import type { LayerWeights, Work } from './work.js';

/** What is used of the package `onnx-proto`: the message types of the ONNX format. */
interface OnnxProto {
  readonly onnx: {
    readonly ModelProto: { encode(model: object): { finish(): Uint8Array }; create(model: object): object };
  };
}

const float = 1;
const int64 = 7;

/**
 * LSTMs with peepholes, one above the other, as an ONNX model. Inputs: `x` [T, B, I], and `y0`, `c0` [1, B, H] of each
 * layer; outputs: `y` [T, 1, B, H], and `yN`, `cN` of each layer.
 *
 * The operator orders gates i, o, f, z and peepholes i, o, f. Its second bias is zero.
 */
export async function onnxModel({ layers }: Work, shape: Shape): Promise<Uint8Array> {
  const { default: package_ } = (await load('onnx-proto')) as { readonly default: OnnxProto };
  const { ModelProto } = package_.onnx;
  const { T, B, I, H } = shape;
  const states = layers.flatMap((_, k) => [`y0_${String(k)}`, `c0_${String(k)}`]);
  const finals = layers.flatMap((_, k) => [`yN_${String(k)}`, `cN_${String(k)}`]);
  const graph = {
    name: 'lstm',
    input: [tensorInfo('x', [T, B, I]), ...states.map((name) => tensorInfo(name, [1, B, H]))],
    output: [tensorInfo('y', [T, 1, B, H]), ...finals.map((name) => tensorInfo(name, [1, B, H]))],
    initializer: [
      ...layers.flatMap((layer, k) => layerTensors(layer, k, k === 0 ? I : H, H)),
      { name: 'axes', dims: [1], dataType: int64, int64Data: [1] },
    ],
    node: layers.flatMap((_, k) => layerNodes(k, layers.length, H)),
  };
  const model = { irVersion: 8, opsetImport: [{ domain: '', version: 14 }], producerName: 'bench', graph };
  return ModelProto.encode(ModelProto.create(model)).finish();
}

function layerNodes(k: number, count: number, hidden: number): object[] {
  const own = String(k);
  const output = k === count - 1 ? 'y' : `y_${own}`;
  const lstm = {
    opType: 'LSTM',
    input: [k === 0 ? 'x' : `x_${own}`, `W_${own}`, `R_${own}`, `B_${own}`, '', `y0_${own}`, `c0_${own}`, `P_${own}`],
    output: [output, `yN_${own}`, `cN_${own}`],
    attribute: [{ name: 'hidden_size', type: 2, i: hidden }],
  };
  // The axis of directions, which is 1 of 4, is not in the way of the next layer then.
  const squeeze = { opType: 'Squeeze', input: [output, 'axes'], output: [`x_${String(k + 1)}`] };
  return k === count - 1 ? [lstm] : [lstm, squeeze];
}

function layerTensors({ W, R, b, p }: LayerWeights, k: number, width: number, hidden: number): object[] {
  const own = String(k);
  // From z, i, f, o and from i, f, o.
  const gates = (values: Float32Array): Float32Array => reordered(values, [1, 3, 2, 0], 4);
  const bias = new Float32Array(8 * hidden);
  bias.set(gates(b));
  return [
    floatTensor(`W_${own}`, [1, 4 * hidden, width], gates(W)),
    floatTensor(`R_${own}`, [1, 4 * hidden, hidden], gates(R)),
    floatTensor(`B_${own}`, [1, 8 * hidden], bias),
    floatTensor(`P_${own}`, [1, 3 * hidden], reordered(p, [0, 2, 1], 3)),
  ];
}

function reordered(values: Float32Array, order: readonly number[], parts: number): Float32Array {
  const size = values.length / parts;
  const result = new Float32Array(values.length);
  order.forEach((from, to) => {
    result.set(values.subarray(from * size, (from + 1) * size), to * size);
  });
  return result;
}

function floatTensor(name: string, dims: readonly number[], values: Float32Array): object {
  return { name, dims, dataType: float, rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

function tensorInfo(name: string, dims: readonly number[]): object {
  return { name, type: { tensorType: { elemType: float, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } } };
}
