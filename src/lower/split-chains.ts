import type { MathFunction } from '../ops/op.js';
import type { Address, MapKernel, Scalar, Statement } from './kernel-program.js';

/** Functions that take so long that what needs the result of another one waits for it. */
const isSlow = {
  exp: true,
  expm1: true,
  log: true,
  log1p: true,
  tanh: true,
  sigmoid: true,
  softplus: true,
  sin: true,
  cos: true,
  pow: true,
  sqrt: false,
  floor: false,
  abs: false,
  sign: false,
  min: false,
  max: false,
} as const satisfies Record<MathFunction, boolean>;

type Valued = Extract<Statement, { id: number }>;
type Stored = Extract<Statement, { kind: 'store' | 'accumulate' }>;

/**
 * Takes a map apart where a slow function waits for another one, as `o` waits for the new memory of a peephole LSTM, and that
 * for `z`, `i` and `f`. A processor looks ahead over one element and a half: with the whole chain in one body it waits for
 * each, with a link of the chain in each body it has several elements under way. What a later body needs of an earlier one
 * it reads from where that stored it, if it did; the map stays whole where it did not.
 */
export function splitChains(kernel: MapKernel): readonly MapKernel[] {
  const values = new Map(kernel.statements.flatMap((each) => ('id' in each ? [[each.id, each] as const] : [])));
  const depths = depthsOf(kernel.statements);
  const depthOf = (scalar: Scalar): number => (scalar.kind === 'value' ? (depths.get(scalar.id) ?? 0) : 0);
  const stores = kernel.statements.flatMap((each) => (each.kind === 'store' || each.kind === 'accumulate' ? [each] : []));
  const last = Math.max(0, ...stores.map(({ value }) => depthOf(value)));
  if (last < 2 || kernel.statements.some(({ kind }) => kind === 'bindIndex')) return [kernel];
  const phases = new Map<number, Stored[]>();
  for (const store of stores) {
    const depth = Math.max(1, depthOf(store.value));
    phases.set(depth, [...(phases.get(depth) ?? []), store]);
  }
  const kept = new Map<number, Address>();
  const written = new Set<string>();
  const computed = new Set<number>();
  const parts: MapKernel[] = [];
  for (const [, own] of [...phases].sort(([a], [b]) => a - b)) {
    const part = bodyOf(own, values, kept, written, computed);
    if (part === undefined) return [kernel];
    parts.push({ ...kernel, statements: part });
    for (const store of own) {
      written.add(store.address.buffer.name);
      if (store.kind === 'store' && !store.truth && store.value.kind === 'value') kept.set(store.value.id, store.address);
    }
  }
  return parts;
}

/** How many slow functions lie on the longest way to each value, itself included. */
function depthsOf(statements: readonly Statement[]): Map<number, number> {
  const depths = new Map<number, number>();
  const depthOf = (scalar: Scalar): number => (scalar.kind === 'value' ? (depths.get(scalar.id) ?? 0) : 0);
  for (const statement of statements) {
    if (statement.kind === 'compute') depths.set(statement.id, Math.max(0, ...statement.operands.map(depthOf)) + (slow(statement.op) ? 1 : 0));
    else if (statement.kind === 'guarded') depths.set(statement.id, depthOf(statement.value));
    else if (statement.kind === 'load') depths.set(statement.id, 0);
  }
  return depths;
}

const slow = (op: string): boolean => op in isSlow && isSlow[op as MathFunction];

/**
 * What some stores need: values that earlier parts stored are read, the others computed. Undefined where this would compute a slow
 * function again, or read what an earlier part has overwritten.
 */
function bodyOf(
  stores: readonly Stored[],
  values: ReadonlyMap<number, Valued>,
  kept: ReadonlyMap<number, Address>,
  written: ReadonlySet<string>,
  computed: Set<number>,
): Statement[] | undefined {
  const needed = new Map<number, Valued>();
  const visit = (scalar: Scalar): boolean => {
    if (scalar.kind !== 'value' || needed.has(scalar.id)) return true;
    const value = values.get(scalar.id);
    if (value === undefined) return false;
    const address = kept.get(scalar.id);
    if (address !== undefined) {
      needed.set(value.id, { kind: 'load', id: value.id, name: 'name' in value ? value.name : undefined, address, guards: [] });
      return true;
    }
    switch (value.kind) {
      case 'load':
        if (written.has(value.address.buffer.name)) return false;
        break;
      case 'guarded':
        if (!visit(value.value)) return false;
        break;
      case 'compute':
        if (!value.operands.every(visit)) return false;
        if (slow(value.op) && computed.has(value.id)) return false;
        computed.add(value.id);
    }
    needed.set(value.id, value);
    return true;
  };
  if (!stores.every(({ value }) => visit(value)) || ![...needed.values()].some((each) => each.kind === 'compute' && slow(each.op))) return undefined;
  return [...needed.values(), ...stores];
}
