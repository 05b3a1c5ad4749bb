import { Dim } from '../../graph/dim.js';
import type { Buffer, Kernel, PackKernel, ProductKernel, ProductTerm } from '../../lower/kernel-program.js';

/** How a term is multiplied from where its weights lie, without panels. */
export type SingleTerm =
  /** Each column is a run of weights: sums of products along runs. */
  | { readonly kind: 'runs'; readonly term: ProductTerm; readonly pack: PackKernel }
  /** Each row of weights is a run: tiles read them with the stride of the matrix. */
  | { readonly kind: 'rows'; readonly term: ProductTerm; readonly pack: PackKernel }
  /** One row of weights, added to each row of the target as often as the operand says. */
  | { readonly kind: 'outer'; readonly term: ProductTerm; readonly pack: PackKernel };

const one = new Map([
  ['B', Dim.one],
  ['T', Dim.one],
]);
/** Whether a product has rows, columns and depth for all sizes, as one over `T-1` steps has not. */
export const isNeverEmpty = ({ rows, columns, terms }: ProductKernel): boolean => [rows, columns, ...terms.map(({ depth }) => depth)].every(({ isPositive }) => isPositive);

/** Whether a size is one in a call for one example of one step. */
export const isOneOnce = (dim: Dim): boolean => dim.substitute(one).equals(Dim.one);

/**
 * What a call with one example of one step does without panels: to pack a matrix takes longer than to multiply it by a
 * single row. So it is in online learning, where each step has new weights.
 */
export class SingleRow {
  readonly #packs = new Map<Buffer, PackKernel>();
  readonly #products = new Map<ProductKernel, readonly SingleTerm[]>();
  readonly #needed = new Set<Buffer>();

  constructor(packs: readonly PackKernel[], kernels: readonly Kernel[]) {
    for (const pack of packs) this.#packs.set(pack.panel, pack);
    this.#collect(kernels);
    this.#plan(kernels);
  }

  /** The terms of a product, or undefined where it needs its panels in any case. */
  terms(product: ProductKernel): readonly SingleTerm[] | undefined {
    return this.#products.get(product);
  }

  /** Whether some product needs a panel even then. */
  isNeeded(panel: Buffer): boolean {
    return this.#needed.has(panel);
  }

  /** Whether all products do without a panel then. */
  avoids(panel: Buffer): boolean {
    return this.#packs.has(panel) && !this.#needed.has(panel);
  }

  #collect(kernels: readonly Kernel[]): void {
    for (const kernel of kernels) {
      if (kernel.kind === 'pack') this.#packs.set(kernel.panel, kernel);
      else if (kernel.kind === 'loop') this.#collect(kernel.body);
    }
  }

  #plan(kernels: readonly Kernel[]): void {
    for (const kernel of kernels) {
      if (kernel.kind === 'loop') this.#plan(kernel.body);
      if (kernel.kind !== 'product') continue;
      const terms = isNeverEmpty(kernel) ? kernel.terms.map((term) => this.#term(kernel, term)) : [undefined];
      if (terms.every((term) => term !== undefined)) this.#products.set(kernel, terms);
      else for (const { panel } of kernel.terms) this.#needed.add(panel);
    }
  }

  #term({ rows, start }: ProductKernel, term: ProductTerm): SingleTerm | undefined {
    const pack = this.#packs.get(term.panel);
    if (pack === undefined) return undefined;
    const { depthStride, columnStride } = pack.source;
    if (columnStride.equals(Dim.one)) return { kind: start.kind === 'target' && isOneOnce(term.depth) ? 'outer' : 'rows', term, pack };
    const alongRuns = depthStride.equals(Dim.one) && term.operand.depthStride.equals(Dim.one);
    return alongRuns && isOneOnce(rows) ? { kind: 'runs', term, pack } : undefined;
  }
}
