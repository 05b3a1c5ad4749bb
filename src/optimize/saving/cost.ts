import type { Graph } from '../../graph/graph.js';
import { isNode } from '../../graph/node.js';
import type { Node } from '../../graph/node.js';
import type { MathFunction, ScalarCode, VectorCode } from '../../ops/op.js';
import { result } from '../../ops/result.js';
import { elementsOf } from '../sequence-work/cost.js';
import { isHandedOver } from './hand-over.js';

/**
 * Prices, in simple operations (one addition, multiplication or comparison) on one element: a tenth of a nanosecond in
 * WebAssembly, a third of one in TypeScript. Batch and sizes that are not known count as usual ones.
 *
 * - What is saved is stored for all steps, and loaded again when the other steps have driven it out of the first-level cache: at
 *   10 to 20 bytes per nanosecond, half a nanosecond for both in float32, 3 + 2. Where the step has to store it anyway, since
 *   another of its kernels reads it, keeping it costs the cache only, 1.
 * - A division takes several times as long as a multiplication, on both targets.
 * - A transcendental function takes 0.8 to 1.3 ns in WebAssembly, 4 ns in TypeScript, up to 25 with the platform's functions. So
 *   it is never computed again: `tanh c` of an LSTM stays saved.
 * - What is computed again, but not used in the map that does so, is stored and loaded just as well, if in the first-level cache: 4.
 * - Each value may need a kernel more, 100 as in `sequence-work/cost.ts`: gains below that are none.
 *
 * Time with the pass over time without it, forward and backward, in turns, and how much less memory a module has:
 *
 *     T, B, I, H        50, 16, 32, 64              100, 1, 16, 64              memory at 50, 16, 32, 64
 *                       WebAssembly, TypeScript     WebAssembly, TypeScript
 *     gru-v3            1.00   0.99                 1.00   0.99                  6 %
 *     gru-v1            0.97   1.00                 1.01   1.00                  7 %
 *     cifg              1.00   1.01                 0.99   1.02                  8 %
 *     sru               0.98   0.99                 0.99   0.99                 12 %
 *     unicornn          0.97   0.98                 0.98   0.99                 14 %
 *     phased-lstm       0.97   1.00                                             28 %
 *     mlstm             0.89   0.97                                             42 %
 *
 * Had division the price of 4, what a layer norm divides would be divided again: 0.98 and 1.07. `tanh c` of the vanilla LSTM
 * computed again, with fast maths: 1.01 and 1.02, at 100, 32, 64, 128 0.98 and 1.00, with 6 % less memory.
 */
const storing = 3;
const keepingScratch = 1;
const loading = 2;
const division = 8;
const transcendental = 20;
const throughScratch = 4;
const kernelCall = 100;

const functionPrice = {
  abs: 1,
  cos: transcendental,
  exp: transcendental,
  expm1: transcendental,
  floor: 1,
  log: transcendental,
  log1p: transcendental,
  max: 1,
  min: 1,
  pow: 2 * transcendental,
  sigmoid: transcendental,
  sign: 3,
  sin: transcendental,
  softplus: transcendental,
  sqrt: division,
  tanh: transcendental,
} as const satisfies Record<MathFunction, number>;

export function priceOfLoading(node: Node): number {
  return loading * elementsOf(node.type);
}

/** What it costs a step to keep one of its values. */
export function priceOfStoring(node: Node, step: Graph): number {
  return (isHandedOver(node, step) ? keepingScratch : storing) * elementsOf(node.type);
}

/** What it costs to compute a value again where its operands are at hand; infinite where that is out of the question. */
export function priceOfComputing(node: Node): number {
  const { lowering } = node.op;
  switch (lowering.kind) {
    case 'scalar':
      return kernelCall + operationsOf(lowering.code, node.operands.length) * elementsOf(node.type);
    case 'constant':
    case 'iota':
    case 'read':
    case 'reshape':
    case 'split':
      return 0;
    case 'result':
      return isPart(node) ? 0 : Infinity;
    case 'input':
    case 'contract':
    case 'concat':
    case 'reduce':
    case 'gather':
    case 'scatterAdd':
    case 'fold':
    case 'scan':
      return Infinity;
  }
}

/** What it costs besides to hand a computed value to those that read a node of a step. */
export function priceOfHandingOver(node: Node, step: Graph): number {
  return isHandedOver(node, step) ? throughScratch * elementsOf(node.type) : 0;
}

function isPart(node: Node): boolean {
  const [parent] = node.operands;
  return isNode(node, result) && parent?.op.lowering.kind === 'split';
}

/** The operations on one element, counted in the WebAssembly of the op: the TypeScript does the same ones. */
function operationsOf(code: ScalarCode, operands: number): number {
  let count = 0;
  const counted = (price: number): string => {
    count += price;
    return '';
  };
  const counter: VectorCode = {
    constant: () => '',
    let: () => '',
    unary: (instruction) => counted(instruction === 'sqrt' ? division : 1),
    binary: (instruction) => counted(instruction === 'div' ? division : 1),
    compare: () => counted(1),
    logic: () => counted(1),
    not: () => counted(1),
    select: () => counted(1),
    math: (name) => counted(functionPrice[name]),
  };
  code.wasm(Array.from({ length: operands }, () => ''), counter);
  return count;
}
