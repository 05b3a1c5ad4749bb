import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Dim, printShape, sameShape } from '../../src/graph/dim.js';
import type { Sizes } from '../../src/graph/dim.js';
import { Random } from '../support/random.js';

const symbols = ['H', 'I', 'T'] as const;

/** An expression, kept apart from the class under test. */
type Tree =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'plus' | 'minus' | 'times'; readonly left: Tree; readonly right: Tree }
  | { readonly kind: 'ceil'; readonly left: Tree; readonly divisor: number };

function trees({ quotients }: { quotients: boolean }): fc.Arbitrary<Tree> {
  return fc.letrec<{ tree: Tree }>((tie) => {
    const binary = fc.record({ kind: fc.constantFrom('plus' as const, 'minus' as const, 'times' as const), left: tie('tree'), right: tie('tree') });
    const ceil = fc.record({ kind: fc.constant('ceil' as const), left: tie('tree'), divisor: fc.integer({ min: 1, max: 4 }) });
    const leaves = [
      fc.record({ kind: fc.constant('number' as const), value: fc.integer({ min: -2, max: 3 }) }),
      fc.record({ kind: fc.constant('symbol' as const), name: fc.constantFrom(...symbols) }),
    ] as const;
    return { tree: fc.oneof({ maxDepth: 4 }, ...leaves, binary, ...(quotients ? [ceil] : [])) };
  }).tree;
}

function dimOf(tree: Tree): Dim {
  switch (tree.kind) {
    case 'number': return Dim.constant(tree.value);
    case 'symbol': return Dim.symbol(tree.name);
    case 'ceil': return Dim.ceilDiv(dimOf(tree.left), tree.divisor);
    default: return dimOf(tree.left)[tree.kind](dimOf(tree.right));
  }
}

function valueOf(tree: Tree, sizes: Sizes): number {
  switch (tree.kind) {
    case 'number': return tree.value;
    case 'symbol': return sizes[tree.name] ?? NaN;
    case 'ceil': return Math.ceil(valueOf(tree.left, sizes) / tree.divisor) + 0;
    case 'plus': return valueOf(tree.left, sizes) + valueOf(tree.right, sizes);
    case 'minus': return valueOf(tree.left, sizes) - valueOf(tree.right, sizes);
    case 'times': return valueOf(tree.left, sizes) * valueOf(tree.right, sizes);
  }
}

const random = new Random(1);
const manySizes: Sizes[] = Array.from({ length: 12 }, () => Object.fromEntries(symbols.map((name) => [name, random.integer(0, 30)])));
const valuesOf = (tree: Tree): number[] => manySizes.map((sizes) => valueOf(tree, sizes) + 0);

describe('a dim', () => {
  it('has the value of the expression that it was made from', () => {
    fc.assert(fc.property(trees({ quotients: true }), (tree) => {
      const dim = dimOf(tree);
      expect(manySizes.map((sizes) => dim.evaluate(sizes) + 0)).toEqual(valuesOf(tree));
    }), { seed: 1 });
  });

  it('has the same key as another polynomial exactly when their values are the same', () => {
    const rearranged = trees({ quotients: false }).chain((a) => fc.tuple(fc.constant(a), trees({ quotients: false }), fc.constantFrom(
      (b: Tree): Tree => ({ kind: 'minus', left: { kind: 'plus', left: b, right: a }, right: b }),
      (b: Tree): Tree => ({ kind: 'plus', left: { kind: 'times', left: a, right: b }, right: { kind: 'times', left: { kind: 'minus', left: { kind: 'number', value: 1 }, right: b }, right: a } }),
      (b: Tree): Tree => b,
    )));
    fc.assert(fc.property(rearranged, ([a, b, rearrange]) => {
      const other = rearrange(b);
      expect(dimOf(a).equals(dimOf(other))).toBe(JSON.stringify(valuesOf(a)) === JSON.stringify(valuesOf(other)));
    }), { seed: 2 });
  });

  it('has the same key as another linear quotient exactly when their values are the same', () => {
    const byValues = new Map<string, Set<string>>();
    const keys = new Set<string>();
    for (let slope = -3; slope <= 7; slope++) {
      for (let offset = -5; offset <= 7; offset++) {
        for (let divisor = 1; divisor <= 6; divisor++) {
          const { key } = Dim.ceilDiv(Dim.symbol('T').times(slope).plus(offset), divisor);
          const values = Array.from({ length: 40 }, (_, size) => Math.ceil((slope * size + offset) / divisor)).join();
          byValues.set(values, (byValues.get(values) ?? new Set()).add(key));
          keys.add(key);
        }
      }
    }
    expect([...byValues.values()].filter((group) => group.size > 1)).toEqual([]);
    expect(keys.size).toBe(byValues.size);
  });

  it('reads back what it prints', () => {
    fc.assert(fc.property(trees({ quotients: true }), (tree) => {
      const { key } = dimOf(tree);
      expect(Dim.from(key).key).toBe(key);
    }), { seed: 3 });
  });

  it('stands for a sum when it is substituted', () => {
    fc.assert(fc.property(trees({ quotients: true }), trees({ quotients: true }), (tree, replacement) => {
      const substituted = dimOf(tree).substitute(new Map([['H', dimOf(replacement)]]));
      for (const sizes of manySizes) {
        const expected = valueOf(tree, { ...sizes, H: valueOf(replacement, sizes) });
        // Beyond the safe integers neither side is exact.
        if (Math.abs(expected) < 2 ** 40) expect(substituted.evaluate(sizes) + 0).toBe(expected + 0);
      }
    }), { seed: 4 });
  });

  it.each([
    ['4H', '4H'],
    ['H+I', 'I + H'],
    ['T+1', '1+T'],
    ['2L+1', 'L + 1 + L'],
    ['H*I-1', 'I*H - 1'],
    ['0', 'H - H'],
    ['ceil(T/3)', 'ceil(T/3)'],
    ['T+2', 'ceil((2T+3)/2)'],
    ['ceil((T+1)/2)', 'ceil((2T + 1)/4)'],
    ['ceil(T/6)', 'ceil(ceil(T/2)/3)'],
    ['ceil((T+1)/2)-1', 'ceil((T - 1)/2)'],
    ['2H+2I', '2*(H + I)'],
  ])('is written %s where a user wrote %s', (key, source) => {
    expect(Dim.from(source).key).toBe(key);
  });

  it.each(['', '4.5', 'H+', '/H', 'H/2', 'ceil(T/0)', 'ceil(T/H)', 'ceil(T', 'a b)', '(H'])('can not be read from %j', (source) => {
    expect(() => Dim.from(source)).toThrow(RangeError);
  });

  it('names the symbol that has no size', () => {
    expect(() => Dim.from('4H+I').evaluate({ I: 3 })).toThrow(/'H' of '4H\+I'/);
  });

  it('has a constant value only when no symbol is in it', () => {
    expect(Dim.from('H-H+7').constantValue).toBe(7);
    expect(Dim.zero.constantValue).toBe(0);
    expect(Dim.from('H').constantValue).toBeUndefined();
    expect(Dim.ceilDiv(Dim.from(7), 2).constantValue).toBe(4);
  });

  it('lists its symbols, also those inside of quotients', () => {
    expect(Dim.from('ceil((T+I)/2)*H+1').symbols()).toEqual(['H', 'I', 'T']);
  });

  it('is an integer', () => {
    expect(() => Dim.constant(1.5)).toThrow(RangeError);
    expect(() => Dim.ceilDiv(Dim.symbol('T'), 0)).toThrow(RangeError);
  });
});

describe('shapes', () => {
  it('are equal when their dims are, in order', () => {
    const shape = (...sources: string[]) => sources.map((source) => Dim.from(source));
    expect(sameShape(shape('H', 'I+1'), shape('H', '1+I'))).toBe(true);
    expect(sameShape(shape('H', 'I'), shape('I', 'H'))).toBe(false);
    expect(sameShape(shape('H'), shape('H', '1'))).toBe(false);
    expect(printShape(shape('4H', 'I+H'))).toBe('[4H, H+I]');
  });
});
