import { Dim } from '../../graph/dim.js';
import type { Node, ValueType } from '../../graph/node.js';
import { batchDim } from '../../graph/stage-dims.js';
import { productShape } from '../product-sum.js';

/**
 * What it is worth to do work of a loop for all steps at once before it, in multiply-adds of a full product tile (a third of
 * a nanosecond in TypeScript) per step:
 *
 *     gain = Σ_products [1 kernel, unless the loop keeps it for another term] + multiply-adds · (slowness alone - 1)
 *     price = Σ_values handed over: elements · 1 pass over memory
 *
 * - A kernel of its own costs a call and the start of its loops, about 100.
 * - A product of one row streams its weights for that row alone: 1.1 (TypeScript) to 2 (WebAssembly) times the price of one
 *   whose rows share them. Two rows make a full tile in WebAssembly; more always do.
 * - What is handed over is written for all steps and read again, from the second- or third-level cache, where the loop
 *   would have used registers or the same few lines of the first: 1 to 10 per element.
 *
 * So at batch 1 the product `W·x` of an LSTM leaves (its rows become T) where x has more than six elements; of fewer it
 * stays in one kernel with `R·y`, and so it does at batch 16, where moving it costs 2 to 7 %. With 4 inputs and H = 16,
 * staying is 4 % faster forward and 1 % with backward in WebAssembly on Node 24, and 2 to 5 % in TypeScript. Measured at
 * T, I, H = 100, 16, 64 and batch 1, forward and with backward, WebAssembly: SRU 13 and 22 % faster, IndRNN 22 and 11 %,
 * minGRU 13 and 7 %, LSTM 3 and 2 %, GRU 3 and 7 %; TypeScript: the first three 11 to 22 and 4 to 7 %, the others the
 * same. At T, I, H = 50, 32, 64 and batch 16 to 64 all are the same to 6 % slower.
 */
const kernelCall = 100;
const slownessAlone = 1.5;
const passOverMemory = 3;

/** Sizes that stand for those that are not known at build: a free batch is taken to be one. */
const usual = { batch: 16, other: 64 };

export interface ProductWork {
  readonly node: Node;
  /** A term of a kernel that the loop keeps for the others. */
  readonly isFused: boolean;
}

/** Whether products, and what is between them and the values that the loop reads then, are done before the loop. */
export function paysBeforeLoop(products: readonly ProductWork[], handedOver: readonly Node[], steps: Dim): boolean {
  const gains = products.map(({ node, isFused }) => {
    const { rows, multiplyAdds } = sizesOf(node);
    return (isFused ? 0 : kernelCall) + multiplyAdds * (slowness(rows) - slowness(rows * usualSize(steps)));
  });
  const elements = handedOver.reduce((sum, { type }) => sum + elementsOf(type), 0);
  return gains.reduce((sum, gain) => sum + gain, 0) > elements * passOverMemory;
}

const slowness = (rows: number): number => (rows === 1 ? slownessAlone : 1);

function sizesOf(node: Node): { rows: number; multiplyAdds: number } {
  const shape = productShape(node);
  if (shape === undefined) throw new Error(`node ${node.id} is no product`);
  const { plain, plainLetters, rows, depth } = shape;
  const size = (letters: string): number => usualSize(Dim.product(Array.from(letters).flatMap((letter) => plain.type.shape[plainLetters.indexOf(letter)] ?? [])));
  return { rows: size(rows), multiplyAdds: elementsOf(node.type) * size(depth) };
}

export function elementsOf({ shape }: ValueType): number {
  return usualSize(Dim.product(shape));
}

function usualSize(dim: Dim): number {
  return dim.evaluate(Object.fromEntries(dim.symbols().map((name) => [name, name === batchDim.key ? usual.batch : usual.other])));
}
