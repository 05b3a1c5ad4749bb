import type { Dim } from '../../graph/dim.js';
import type { Axis, Guard, MapKernel, Scalar, Statement } from '../../lower/kernel-program.js';

/** In which order the loops of a map run, and along which axis its vectors lie. */
export interface MapSchedule {
  readonly outer: readonly Axis[];
  /** The axis of the lanes; without one, elements are computed one by one, in the first lane. */
  readonly vector: Axis | undefined;
  /** The loop inside that over vectors. */
  readonly rows: Axis | undefined;
}

/**
 * Vectors lie along an axis along which every operand either follows in memory or stays. The axis outside of it becomes the
 * innermost loop: what doesn't depend on it (peephole weights, sums over the batch) then stays in locals, and independent
 * rows hide the latency of exponentials and divisions. Not so where a sum runs along the vectors: it needs them innermost.
 */
export function scheduleOf({ axes, statements }: MapKernel): MapSchedule {
  const vector = [...axes].reverse().find(({ index }) => fitsVectors(index, statements));
  const others = axes.filter((axis) => axis !== vector);
  const last = others.at(-1);
  if (vector === undefined || last === undefined || sumsAlong(vector.index, statements)) return { outer: others, vector, rows: undefined };
  return { outer: others.slice(0, -1), vector, rows: last };
}

function fitsVectors(index: string, statements: readonly Statement[]): boolean {
  const bound = new Set<string>();
  let contiguous = false;
  const depends = (dim: Dim): boolean => dim.symbols().includes(index);
  const guarded = (guards: readonly Guard[]): boolean => guards.some((guard) => depends(guard.index) || depends(guard.size));
  for (const statement of statements) {
    switch (statement.kind) {
      case 'load':
      case 'store':
      case 'accumulate': {
        const stride = strideAlong(statement.address.offset, index);
        if (stride === undefined || (statement.kind !== 'store' && guarded(statement.guards))) return false;
        if (stride === 1) contiguous = true;
        else if (statement.kind === 'store') return false;
        // A sum along the lanes is kept in a local: its place must be one, and always meant.
        else if (statement.kind === 'accumulate' && (statement.guards.length > 0 || statement.address.offset.symbols().some((symbol) => bound.has(symbol)))) return false;
        break;
      }
      case 'bindIndex':
        // What is looked up must be one place for all lanes.
        bound.add(statement.symbol);
        if (!staysAlong(statement.value, index, statements)) return false;
        break;
      case 'guarded':
        if (guarded(statement.guards)) return false;
        break;
      case 'compute':
        if (statement.operands.some((operand) => operand.kind === 'dim' && nonLinear(operand.dim, index))) return false;
    }
  }
  return contiguous;
}

/** How far apart neighbours along an axis lie: 0 or 1, or undefined for anything else. */
export function strideAlong(offset: Dim, index: string): 0 | 1 | undefined {
  const terms = offset.terms.filter(({ atoms }) => atoms.some((atom) => (atom.kind === 'symbol' ? atom.name === index : atom.numerator.symbols().includes(index))));
  const [term, ...rest] = terms;
  if (term === undefined) return 0;
  return rest.length === 0 && term.coefficient === 1 && term.atoms.length === 1 && term.atoms[0]?.kind === 'symbol' ? 1 : undefined;
}

function nonLinear(dim: Dim, index: string): boolean {
  return dim.terms.some(({ atoms }) => atoms.length > 1 || atoms[0]?.kind === 'ceilDiv') && dim.symbols().includes(index);
}

function staysAlong(scalar: Scalar, index: string, statements: readonly Statement[]): boolean {
  if (scalar.kind === 'number') return true;
  if (scalar.kind === 'dim') return !scalar.dim.symbols().includes(index);
  const source = statements.find((statement) => 'id' in statement && statement.id === scalar.id);
  if (source === undefined) return false;
  if (source.kind === 'load') return strideAlong(source.address.offset, index) === 0;
  if (source.kind === 'compute') return source.operands.every((operand) => staysAlong(operand, index, statements));
  return source.kind === 'guarded' && staysAlong(source.value, index, statements);
}

function sumsAlong(index: string, statements: readonly Statement[]): boolean {
  return statements.some((statement) => statement.kind === 'accumulate' && strideAlong(statement.address.offset, index) === 0);
}
