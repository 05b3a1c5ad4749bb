import { Dim } from '../../graph/dim.js';
import { copiedRun } from '../../lower/copied-run.js';
import type { Address, Kernel } from '../../lower/kernel-program.js';
import { indent, MapCode, numberCode } from './map-code.js';
import type { MapCodeContext } from './map-code.js';
import type { ProductFunctions } from './product-function.js';
import { dimCode } from './scope.js';

export interface KernelCodeContext extends MapCodeContext {
  /** The product functions of the module. */
  readonly products: ProductFunctions;
  usesPack(): string;
  /** The same inside a loop that names its index. */
  within(symbols: MapCodeContext['symbols']): Pick<MapCodeContext, 'start'>;
}

/** The statements of some kernels. */
export function kernelLines(kernels: readonly Kernel[], context: KernelCodeContext): string[] {
  return kernels.flatMap((kernel) => linesOf(kernel, context));
}

function linesOf(kernel: Kernel, context: KernelCodeContext): string[] {
  const dim = (value: Dim): string => dimCode(value, context.symbols);
  const address = ({ buffer, offset }: Address): string => context.start(buffer, offset);
  switch (kernel.kind) {
    case 'map': {
      const run = copiedRun(kernel);
      if (run === undefined) return new MapCode(kernel, context).lines();
      const from = address(run.from);
      return [`memory.copyWithin(${address(run.to)}, ${from}, ${from} + ${dim(run.size)});`];
    }
    case 'fill': {
      const start = address(kernel.target);
      return [`memory.fill(${numberCode(kernel.value)}, ${start}, ${start} + ${dimCode(kernel.size, context.symbols)});`];
    }
    case 'pack': {
      const { source, depth, columns, panel } = kernel;
      const values = [address(source), dim(source.depthStride), dim(source.columnStride), dim(depth), dim(columns), context.start(panel, Dim.zero)];
      return [`${context.usesPack()}(${values.join(', ')});`];
    }
    case 'product': {
      const { rows, columns, target, start, terms } = kernel;
      const from = start.kind === 'zero' ? 'fromZero' : start.kind === 'target' ? 'fromTarget' : address(start.address);
      const operands = terms.map(({ operand, depth, panel }) =>
        [address(operand), dim(operand.rowStride), dim(operand.depthStride), context.start(panel, Dim.zero), dim(depth)].join(', '),
      );
      const head = [dim(rows), dim(columns), address(target), dim(target.rowStride), from].join(', ');
      return [`${context.products.name(terms.length, start.kind)}(${[head, ...operands].join(', ')});`];
    }
    case 'loop': {
      const inner = context.scope.inner();
      const name = inner.fresh(kernel.index);
      const symbols = (symbol: string): string => (symbol === kernel.index ? name : context.symbols(symbol));
      const start = (buffer: Address['buffer'], offset: Dim): string => context.within(symbols).start(buffer, offset);
      const body = kernelLines(kernel.body, { ...context, symbols, scope: inner, start });
      const count = dim(kernel.count);
      const head = kernel.reverse
        ? `for (let ${name} = ${count} - 1; ${name} >= 0; ${name}--) {`
        : `for (let ${name} = 0; ${name} < ${count}; ${name}++) {`;
      return [head, ...indent(body), '}'];
    }
  }
}
