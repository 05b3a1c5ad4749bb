import { describe, expect, it } from 'vitest';
import { Dim } from '../../src/graph/dim.js';
import type { Buffer, KernelProgram, MapKernel, Statement } from '../../src/lower/kernel-program.js';
import { printKernels } from '../../src/lower/print.js';
import { add } from '../../src/ops/add.js';
import { mul } from '../../src/ops/mul.js';
import { tanh } from '../../src/ops/tanh.js';
import type { ScalarCode } from '../../src/ops/op.js';

const [B, H, I, T, t, b, h] = ['B', 'H', 'I', 'T', 't', 'b', 'h'].map((name) => Dim.symbol(name)) as [Dim, Dim, Dim, Dim, Dim, Dim, Dim];
const buffer = (name: string, role: Buffer['role'], ...shape: Dim[]): Buffer => ({ name, role, shape, size: Dim.product(shape) });

const x = buffer('x', 'input', T, B, I);
const bias = buffer('b', 'parameter', H);
const W = buffer('W', 'parameter', H, I);
const panel = buffer('WPanel', 'panel', Dim.ceilDiv(H, 4), I, Dim.constant(4));
const gates = buffer('gates', 'scratch', B, H);
const y = buffer('y', 'output', T.plus(1), B, H);

function codeOf({ lowering }: { lowering: { kind: string; code?: ScalarCode } }): ScalarCode {
  if (lowering.code === undefined) throw new Error('not an elementwise op');
  return lowering.code;
}
const compute = (id: number, op: typeof add, operands: readonly number[], name?: string): Statement => ({
  kind: 'compute', id, name, op: op.name, code: codeOf(op), operands: operands.map((value) => ({ kind: 'value', id: value })), truth: false, operandTruths: [],
});
const cell = b.times(H).plus(h);

const map: MapKernel = {
  kind: 'map',
  axes: [{ index: 'b', size: B }, { index: 'h', size: H }],
  statements: [
    { kind: 'load', id: 0, name: undefined, address: { buffer: gates, offset: cell }, guards: [] },
    { kind: 'load', id: 1, name: undefined, address: { buffer: y, offset: t.times(B).times(H).plus(cell) }, guards: [{ index: t.minus(1), size: T }] },
    compute(2, tanh, [0], 'z'),
    compute(3, mul, [2, 2]),
    compute(4, add, [3, 1]),
    { kind: 'store', address: { buffer: y, offset: t.plus(1).times(B).times(H).plus(cell) }, value: { kind: 'value', id: 4 }, truth: false },
    { kind: 'accumulate', address: { buffer: bias, offset: h }, combine: 'sum', value: { kind: 'value', id: 2 }, guards: [] },
  ],
};

const program: KernelProgram = {
  buffers: [x, bias, W, panel, gates, y],
  packs: [{ kind: 'pack', source: { buffer: W, offset: Dim.zero, depthStride: Dim.one, columnStride: I }, depth: I, columns: H, panel, entry: 'forward' }],
  entries: [
    {
      name: 'forward',
      kernels: [
        { kind: 'fill', target: { buffer: y, offset: Dim.zero }, size: B.times(H), value: 0 },
        {
          kind: 'loop', index: 't', count: T, reverse: true, body: [
            {
              kind: 'product', rows: B, columns: H, target: { buffer: gates, offset: Dim.zero, rowStride: H }, start: { kind: 'bias', address: { buffer: bias, offset: Dim.zero } },
              terms: [{ operand: { buffer: x, offset: t.times(B).times(I), rowStride: I, depthStride: Dim.one }, depth: I, panel, weights: panel }],
            },
            map,
          ],
        },
      ],
    },
  ],
  outputs: new Map([['out.y', { buffer: y, offset: B.times(H), strides: [B.times(H), H, Dim.one] }]]),
};

describe('printKernels', () => {
  it('prints buffers, packs, loops, products and maps with their addresses', () => {
    expect(printKernels(program)).toBe(`input     x [T, B, I]
parameter b [H]
parameter W [H, I]
panel     WPanel [ceil(H/4), I, 4]
scratch   gates [B, H]
output    y [T+1, B, H]
entry forward {
  pack k in 0..I, column in 0..H { WPanel[k, column] = W[I*column+k] } // parameters only
  fill y[0] … B*H elements = 0
  loop t in T-1 down to 0 {
    product row in 0..B, column in 0..H {
      gates[H*row+column] = b[column]
        + Σ k in 0..I: x[B*I*t+I*row+k] · WPanel[k, column]
    }
    map b in 0..B, h in 0..H {
      yBefore = y[B*H*t+H*b+h] if 0 <= t-1 < T else 0
      z = tanh(gates[H*b+h])
      y[B*H*t+B*H+H*b+h] = (z * z) + yBefore
      b[h] += z
    }
  }
}
out out.y = [i0, i1, i2] at y[B*H*i0+B*H+H*i1+i2]`);
  });

  it('says where inputs lie that share a buffer', () => {
    const inputs = new Map([['W', { buffer: bias, offset: H.times(2), strides: [I, Dim.one] }]]);
    expect(printKernels({ ...program, entries: [], inputs }).split('\n')).toContain('in W = [i0, i1] at b[I*i0+2H+i1]');
  });

  it('names indices apart from sizes', () => {
    const k = buffer('v', 'scratch', Dim.symbol('row'), Dim.symbol('k'));
    const text = printKernels({
      ...program,
      packs: [],
      entries: [
        {
          name: 'run',
          kernels: [
            {
              kind: 'product', rows: Dim.symbol('row'), columns: H, target: { buffer: gates, offset: Dim.zero, rowStride: H }, start: { kind: 'target' },
              terms: [{ operand: { buffer: k, offset: Dim.zero, rowStride: Dim.symbol('k'), depthStride: Dim.one }, depth: Dim.symbol('k'), panel, weights: panel }],
            },
          ],
        },
      ],
    });
    expect(text).toContain('product row_2 in 0..row, column in 0..H {\n    gates[H*row_2+column] += Σ k_2 in 0..k: v[k*row_2+k_2] · WPanel[k_2, column]\n  }');
  });

  it('is the same text for the same program', () => {
    expect(printKernels(program)).toBe(printKernels({ ...program }));
  });
});
