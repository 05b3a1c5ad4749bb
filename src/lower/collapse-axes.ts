import { Dim } from '../graph/dim.js';
import type { Address, Axis, Guard, MapKernel, Scalar, Statement } from './kernel-program.js';

/**
 * Makes one axis of two adjacent ones, as often as it can be done, and drops axes of size 1: copies, sums of all elements and
 * whatever runs along its operands as they lie become one loop.
 *
 *     map b in 0..B, h in 0..H { y[H*b+h] = c[H*b+h] }   becomes   map j in 0..B*H { y[j] = c[j] }
 *
 * Two axes are one when every index and address that counts with them makes a step of the outer one as long as a whole run
 * of the inner one.
 */
export function collapseAxes(kernel: MapKernel): MapKernel {
  const { axes } = kernel;
  for (const [k, axis] of axes.entries()) {
    if (axis.size.equals(Dim.one)) {
      const others = [...axes.slice(0, k), ...axes.slice(k + 1)];
      return collapseAxes(withAxes(kernel, others, (dim) => dim.substitute(new Map([[axis.index, Dim.zero]]))));
    }
    const inner = axes[k + 1];
    const merged = inner === undefined ? undefined : merge(kernel, k, axis, inner);
    if (merged !== undefined) return collapseAxes(merged);
  }
  return kernel;
}

function merge(kernel: MapKernel, at: number, outer: Axis, inner: Axis): MapKernel | undefined {
  const size = outer.size.times(inner.size);
  const index = mergedName(kernel, outer, inner);
  const rewritten = new Map<string, Dim>();
  for (const dim of dimsOf(kernel.statements)) {
    const own = mergedIndex(dim, outer, inner, index);
    if (own === undefined) return undefined;
    rewritten.set(dim.key, own);
  }
  const axes = [...kernel.axes.slice(0, at), { index, size }, ...kernel.axes.slice(at + 2)];
  return withAxes(kernel, axes, (dim) => rewritten.get(dim.key) ?? dim);
}

/** An index or address by the merged axis; undefined where it does not go through both axes in one run. */
function mergedIndex(dim: Dim, outer: Axis, inner: Axis, index: string): Dim | undefined {
  const atStep = (o: Dim, i: Dim): Dim => dim.substitute(new Map([[outer.index, o], [inner.index, i]]));
  const start = atStep(Dim.zero, Dim.zero);
  const outerStep = atStep(Dim.one, Dim.zero).minus(start);
  const innerStep = atStep(Dim.zero, Dim.one).minus(start);
  const linear = start.plus(outerStep.times(Dim.symbol(outer.index))).plus(innerStep.times(Dim.symbol(inner.index)));
  if (!linear.equals(dim) || !outerStep.equals(innerStep.times(inner.size))) return undefined;
  return start.plus(innerStep.times(Dim.symbol(index)));
}

/** `j`, unless the kernel uses that name for something else. */
function mergedName({ axes, statements }: MapKernel, outer: Axis, inner: Axis): string {
  const taken = new Set([...dimsOf(statements), ...axes.map(({ size }) => size)].flatMap((dim) => dim.symbols()));
  for (const { index } of axes) taken.add(index);
  taken.delete(outer.index);
  taken.delete(inner.index);
  return taken.has('j') ? inner.index : 'j';
}

/** All indices and addresses of some statements. */
function dimsOf(statements: readonly Statement[]): Dim[] {
  const found: Dim[] = [];
  for (const statement of statements) {
    rewriteStatement(statement, (dim) => {
      found.push(dim);
      return dim;
    });
  }
  return found;
}

function withAxes(kernel: MapKernel, axes: readonly Axis[], rewrite: (dim: Dim) => Dim): MapKernel {
  return { ...kernel, axes, statements: kernel.statements.map((statement) => rewriteStatement(statement, rewrite)) };
}

function rewriteStatement(statement: Statement, rewrite: (dim: Dim) => Dim): Statement {
  const address = ({ buffer, offset }: Address): Address => ({ buffer, offset: rewrite(offset) });
  const guards = (all: readonly Guard[]): Guard[] => all.map(({ index, size }) => ({ index: rewrite(index), size: rewrite(size) }));
  const scalar = (value: Scalar): Scalar => (value.kind === 'dim' ? { kind: 'dim', dim: rewrite(value.dim) } : value);
  switch (statement.kind) {
    case 'load':
      return { ...statement, address: address(statement.address), guards: guards(statement.guards) };
    case 'bindIndex':
      return { ...statement, value: scalar(statement.value) };
    case 'compute':
      return { ...statement, operands: statement.operands.map(scalar) };
    case 'guarded':
      return { ...statement, value: scalar(statement.value), guards: guards(statement.guards) };
    case 'store':
      return { ...statement, address: address(statement.address), value: scalar(statement.value) };
    case 'accumulate':
      return { ...statement, address: address(statement.address), value: scalar(statement.value), guards: guards(statement.guards) };
  }
}
