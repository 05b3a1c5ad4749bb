import { describe, expect, it } from 'vitest';
import { cellRegistry, createCell } from '../../src/cells/registry.js';
import type { CellName } from '../../src/cells/registry.js';
import { add, defineCell, div, layerNorm, mul, neg, parameter, select, greater, softmax, sqrt, sub, tanh } from '../../src/declare/index.js';
import { stepTex } from '../../src/report/step-tex.js';
import { texName } from '../../src/report/tex-name.js';

const lines = (cell: Parameters<typeof stepTex>[0]): string[] => stepTex(cell).map(({ left, right }) => `${left} = ${right}`);

describe('the equations of a step in TeX', () => {
  it('are those of the paper, with an index for time', () => {
    expect(lines(createCell('gru-v1'))).toEqual([
      String.raw`r_{t} = \sigma(W_{r} x_{t} + R_{r} y_{t-1} + b_{r})`,
      String.raw`u_{t} = \sigma(W_{u} x_{t} + R_{u} y_{t-1} + b_{u})`,
      String.raw`n_{t} = \tanh(W_{n} x_{t} + R_{n} \left(r_{t} \odot y_{t-1}\right) + b_{n})`,
      String.raw`y_{t} = \left(1 - u_{t}\right) \odot n_{t} + u_{t} \odot y_{t-1}`,
    ]);
  });

  it('say so where a state or an output is another value', () => {
    expect(lines(createCell('qrnn')).at(-1)).toBe(String.raw`\mathit{previous}_{t} = x_{t}`);
    expect(lines(createCell('janet')).at(-1)).toBe('y_{t} = c_{t}');
  });

  it('name what occurs twice, and write no value twice that only differs in its shape', () => {
    const mlstm = lines(createCell('mlstm'));
    expect(mlstm).toContain(String.raw`s_{1,t} = \mathit{logF}_{t} + m_{t-1}`);
    expect(mlstm).toContain(String.raw`C_{t} = f_{t} \odot C_{t-1} + i_{t} \odot v_{t} \otimes k_{t}`);
  });

  it('leave no index on what is made of parameters alone', () => {
    expect(lines(createCell('gru-slim3'))).toContain(String.raw`u = \sigma(b_{u})`);
  });

  it('give a name to the last of several values that a cell calls the same', () => {
    const minGru = lines(createCell('mingru-g'));
    expect(minGru).toContain(
      String.raw`h_{t} = \begin{cases} s_{1,t} + 0.5 & \text{if } s_{1,t} \ge 0 \\ \sigma(s_{1,t}) & \text{otherwise} \end{cases}`,
    );
  });

  it('write normalization and softmax as functions, fractions without parentheses, and numbers in front', () => {
    const cell = defineCell('odd', { dims: ['I'], inputs: { x: ['I'] }, states: { y: ['I'] } }, ({ x, y }) => {
      const normal = layerNorm(add(x, y), { gain: parameter('g', ['I']) });
      const share = softmax(mul(2, x));
      const quotient = div(sub(x, y), sqrt(add(1, mul(y, y))));
      return { next: { y: tanh(add(normal, share)) }, outputs: { q: mul(neg(quotient), select(greater(x, y), x, mul(1, y))) } };
    });
    expect(lines(cell)).toEqual([
      String.raw`y_{t} = \tanh(\operatorname{LN}(x_{t} + y_{t-1}) \odot g + \operatorname{softmax}(2\,x_{t}))`,
      String.raw`q_{t} = -\frac{x_{t} - y_{t-1}}{\sqrt{1 + y_{t-1} \odot y_{t-1}}} \odot \begin{cases} x_{t} & \text{if } x_{t} > y_{t-1} \\ y_{t-1} & \text{otherwise} \end{cases}`,
    ]);
  });

  it('compute every state and output of the library once, from values above them', () => {
    for (const name of Object.keys(cellRegistry) as CellName[]) {
      const cell = createCell(name);
      const equations = stepTex(cell);
      const left = equations.map((each) => each.left);
      expect(new Set(left).size, name).toBe(left.length);
      for (const result of [...cell.states.keys(), ...cell.outputs]) expect(left, name).toContain(texName(result, 't'));
      const defined = new Set([...[...cell.inputs.keys()].map((each) => texName(each, 't')), ...[...cell.parameters.keys()].map((each) => texName(each))]);
      for (const { left: own, right } of equations) {
        for (const [used] of right.matchAll(/(?:\\mathit\{\w+\}|\\?[A-Za-z]+)_\{(?:[^{}]|\{[^{}]*\})*\bt\}/g)) expect(defined, `${name}: ${own} = ${right}`).toContain(used);
        defined.add(own);
        expect(right.match(/\{/g)?.length, right).toBe(right.match(/\}/g)?.length);
      }
    }
  });
});

it('names are set as words, Greek letters and indices', () => {
  expect(texName('W_z')).toBe('W_{z}');
  expect(texName('l0', 't')).toBe('l_{0,t}');
  expect(texName('in.R_i')).toBe(String.raw`R^{\mathrm{in}}_{i}`);
  expect(texName('tau')).toBe(String.raw`\tau`);
  expect(texName('w_beta')).toBe(String.raw`w_{\beta}`);
  expect(texName('logF', 't-1')).toBe(String.raw`\mathit{logF}_{t-1}`);
});
