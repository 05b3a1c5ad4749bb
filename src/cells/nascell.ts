import { add, defineCell, linear, mul, relu, sigmoid, tanh } from '../declare/index.js';

/**
 * The cell found by architecture search: Zoph & Le 2017, "Neural Architecture Search with Reinforcement Learning",
 * appendix, as TensorFlow's `NASCell` computes it: eight pairs of products, no biases.
 */
export const nasCell = defineCell(
  'nasCell',
  { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } },
  ({ x, y, c }) => {
    const l0 = sigmoid(linear('', 'H', { W_0: x, R_0: y }));
    const l1 = relu(linear('', 'H', { W_1: x, R_1: y }));
    const l2 = sigmoid(linear('', 'H', { W_2: x, R_2: y }));
    const l3 = relu(mul(linear('', 'H', { W_3: x }), linear('', 'H', { R_3: y })));
    const l4 = tanh(linear('', 'H', { W_4: x, R_4: y }));
    const l5 = sigmoid(linear('', 'H', { W_5: x, R_5: y }));
    const l6 = tanh(linear('', 'H', { W_6: x, R_6: y }));
    const l7 = sigmoid(linear('', 'H', { W_7: x, R_7: y }));
    const q0 = tanh(add(tanh(mul(l0, l1)), c));
    const q1 = tanh(add(l2, l3));
    const q2 = tanh(mul(l4, l5));
    const q3 = sigmoid(add(l6, l7));
    const cNext = mul(q0, q1);
    const yNext = tanh(mul(cNext, tanh(add(q2, q3))));
    return {
      next: { y: yNext, c: cNext },
      outputs: { y: yNext },
      named: { l0, l1, l2, l3, l4, l5, l6, l7, q0, q1, q2, q3 },
    };
  },
);
