import { leastValue } from '../../graph/least-value.js';
import { timeDim } from '../../graph/stage-dims.js';
import { oneStep } from '../../program/uncertain-sizes.js';
import type { UncertainModelSize } from '../../program/uncertain-sizes.js';
import type { ModuleContext } from './module-context.js';
import { dimCode } from './scope.js';
import type { SymbolNames } from './scope.js';

const dependsOnSteps = ({ size }: UncertainModelSize): boolean => size.symbols().includes(timeDim.key);

/** Statements that refuse sizes which come out negative, as far as the sizes that a creator is given decide alone; a module in which none can has none. */
export function createdSizeLines({ programs, sizes }: ModuleContext): string[] {
  return checks(programs.uncertainSizes.filter((each) => !dependsOnSteps(each)), sizes.capacity);
}

/** The same as far as the number of steps decides, in a call that computes the loss or one that does not. */
export function calledSizeLines({ programs, sizes }: ModuleContext, withLoss: boolean): string[] {
  return checks(programs.uncertainSizes.filter((each) => dependsOnSteps(each) && (withLoss || !each.ofLoss)), sizes.requested);
}

/** The same for a single step. */
export function stepSizeLines({ programs, sizes }: ModuleContext): string[] {
  const own = programs.uncertainSizes.filter((each) => dependsOnSteps(each) && !each.ofLoss && leastValue(each.size.substitute(oneStep)) < 0);
  return checks(own, (symbol) => (symbol === timeDim.key ? '1' : sizes.requested(symbol)));
}

function checks(sizes: readonly UncertainModelSize[], symbols: SymbolNames): string[] {
  return sizes.map(({ what, size }) => {
    const value = dimCode(size, symbols);
    const given = size.symbols().map((symbol) => `${symbol} = \${${symbols(symbol)}}`);
    return `if (${value} < 0) throw new RangeError(\`${what} would be \${${value}} with ${given.join(', ')}\`);`;
  });
}
