import { add, broadcast, defineCell, filledWith, heUniform, matrixVector, mul, parameter, relu, sigmoid, sub, sum } from 'cellwright';

/** Units that forget at a rate of their own, and an output that is not the state. No product with the state. */
export const definition = defineCell('leakyIntegrator', { dims: ['I', 'H'], inputs: { x: ['I'], gain: [] }, states: { level: ['H'] } }, ({ x, gain, level }) => {
  const rate = sigmoid(parameter('leak', ['H'], filledWith(-2)));
  const drive = relu(mul(matrixVector(parameter('in.W', ['H', 'I'], heUniform), x), broadcast(gain, ['H'])));
  const next = add(mul(rate, drive), mul(sub(1, rate), level));
  return { next: { level: next }, outputs: { level: next, total: sum(next) }, named: { rate, drive } };
});
