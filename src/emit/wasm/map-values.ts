import type { Dim } from '../../graph/dim.js';
import type { Scalar, Statement } from '../../lower/kernel-program.js';

/** Values that differ from row to row. */
export function movingValues(statements: readonly Statement[], rows: string | undefined): Set<number> {
  const moving = new Set<number>();
  const stored = storedBuffers(statements);
  const boundMoving = new Set<string>();
  const moves = (dim: Dim): boolean => dim.symbols().some((symbol) => symbol === rows || boundMoving.has(symbol));
  const scalarMoves = (scalar: Scalar): boolean => (scalar.kind === 'value' ? moving.has(scalar.id) : scalar.kind === 'dim' && moves(scalar.dim));
  for (const statement of statements) {
    switch (statement.kind) {
      case 'load':
        if (moves(statement.address.offset) || statement.guards.some((guard) => moves(guard.index)) || stored.has(statement.address.buffer.name)) moving.add(statement.id);
        break;
      case 'compute':
        if (statement.operands.some(scalarMoves)) moving.add(statement.id);
        break;
      case 'guarded':
        if (scalarMoves(statement.value) || statement.guards.some((guard) => moves(guard.index))) moving.add(statement.id);
        break;
      case 'bindIndex':
        boundMoving.add(statement.symbol);
        break;
      case 'store':
      case 'accumulate':
        break;
    }
  }
  return moving;
}

/** What a map writes may have changed by the next row. */
function storedBuffers(statements: readonly Statement[]): Set<string> {
  return new Set(statements.flatMap((each) => (each.kind === 'store' || each.kind === 'accumulate' ? [each.address.buffer.name] : [])));
}

/** How often each value is read. */
export function countUses(statements: readonly Statement[]): Map<number, number> {
  const uses = new Map<number, number>();
  const use = (scalar: Scalar): void => {
    if (scalar.kind === 'value') uses.set(scalar.id, (uses.get(scalar.id) ?? 0) + 1);
  };
  for (const statement of statements) {
    if (statement.kind === 'compute') statement.operands.forEach(use);
    else if (statement.kind !== 'load') use(statement.value);
  }
  return uses;
}
