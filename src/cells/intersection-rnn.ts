import { add, affine, defineCell, linear, mul, ones, relu, sigmoid, sub, tanh } from '../declare/index.js';

/**
 * The intersection RNN (+RNN): one gate carries the state over time, another the input through the layer. Collins,
 * Sohl-Dickstein & Sussillo 2017, "Capacity and Trainability in Recurrent Neural Networks".
 *
 * The depth gate passes the input on, which needs I = H; here x is projected first by `W_p`, without a bias. The
 * candidates are relu over depth and tanh over time; biases of both gates start at 1, as in TensorFlow's
 * `IntersectionRNNCell`.
 */
export const intersectionRnn = defineCell(
  'intersectionRnn',
  { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { h: ['H'] } },
  ({ x, h }) => {
    const p = linear('p', 'H', { W: x });
    const through = relu(affine('y', 'H', { W: p, R: h }));
    const candidate = tanh(affine('h', 'H', { W: p, R: h }));
    const depth = sigmoid(affine('d', 'H', { W: p, R: h }, { bias: ones }));
    const time = sigmoid(affine('t', 'H', { W: p, R: h }, { bias: ones }));
    const y = add(mul(depth, p), mul(sub(1, depth), through));
    const hNext = add(mul(time, h), mul(sub(1, time), candidate));
    return { next: { h: hNext }, outputs: { y }, named: { p } };
  },
);
