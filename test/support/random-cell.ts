import { add, affine, broadcast, defineCell, diagonal, exp, layerNorm, matrixVector, mean, mul, neg, outer, parameter, relu, sigmoid, softplus, sub, tanh } from 'cellwright';
import type { CellDefinition, Expression } from 'cellwright';
import type { Random } from './random.js';

type Vector = Expression<readonly ['H']>;
type Matrix = Expression<readonly ['H', 'H']>;

const activations: readonly ((a: Vector) => Vector)[] = [sigmoid, tanh, (a) => tanh(softplus(a)), (a) => exp(neg(relu(a))), (a) => layerNorm(a, { epsilon: 1e-3 })];

/**
 * A cell that nobody would think of: gates that see the input, some of the states and peepholes, some of them products of what
 * gates let through; states that are mixtures, one of them perhaps a matrix; an output of the state's or of another size.
 */
export function randomCell(random: Random): CellDefinition {
  const vectors = ['y', 'c', 'n'].slice(0, random.integer(1, 3));
  const matrices = random.chance(0.3) ? ['M'] : [];
  const states: Record<string, readonly 'H'[]> = {};
  for (const name of vectors) states[name] = ['H'];
  for (const name of matrices) states[name] = ['H', 'H'];
  return defineCell('randomCell', { dims: ['I', 'H'], inputs: { x: ['I'] }, states }, ({ x, ...old }) => {
    const vector = (name: string): Vector => old[name] as Vector;
    const state = (): Vector => vector(random.pick(vectors));
    const gates: Vector[] = [];
    const gate = (): Vector => random.pick(gates);
    for (let k = random.integer(2, 6); k > 0; k--) {
      const name = `g${String(gates.length)}`;
      const operands = { ...(gates.length === 0 || random.chance(0.8) ? { W: x } : {}), ...(random.chance(0.8) ? { R: state() } : {}) };
      let sum: Vector = Object.keys(operands).length === 0 ? mul(gate(), state()) : affine(name, 'H', operands, random.chance(0.8) ? {} : { bias: false });
      if (random.chance(0.4)) sum = add(sum, diagonal(`p_${name}`, state()));
      // As where a reset gate acts before the product.
      if (gates.length > 0 && random.chance(0.3)) sum = add(sum, matrixVector(parameter(`U_${name}`, ['H', 'H']), mul(gate(), state())));
      gates.push(random.pick(activations)(sum));
    }
    const next: Record<string, Vector | Matrix> = {};
    for (const name of vectors) {
      const f = sigmoid(gate());
      next[name] = random.chance(0.5) ? add(mul(f, vector(name)), mul(sub(1, f), tanh(gate()))) : tanh(add(mul(f, state()), gate()));
    }
    // Of all gates, since parameters that nothing uses are refused.
    let output = mul(sigmoid(gates.reduce((left, right) => add(left, right))), next[random.pick(vectors)] as Vector);
    for (const name of matrices) {
      const memory: Matrix = add(mul(broadcast(mean(sigmoid(gate())), ['H', 'H']), old[name] as Matrix), mul(0.1, outer(tanh(gate()), tanh(gate()))));
      next[name] = memory;
      output = add(output, mul(0.1, matrixVector(memory, tanh(gate()))));
    }
    return { next, outputs: { out: random.chance(0.3) ? matrixVector(parameter('P', ['I', 'H']), output) : output } };
  });
}
