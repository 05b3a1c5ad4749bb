import { describe, expect, it } from 'vitest';
import { add, affine, defineCell, defineModel, mul, sequence, tanh } from '../../src/declare/index.js';
import type { CellDefinition, Expression, ModelDefinition } from '../../src/declare/index.js';
import { reasonAt } from './mistake.js';

const mistake = (label: string, declare: () => unknown): string => reasonAt(import.meta.url, label, declare);

const signature = { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } } as const;
const modelSignature = { dims: ['I', 'H'], inputs: { x: ['T', 'I'] } } as const;

const good = defineCell('good', signature, ({ x, y }) => {
  const yNext = tanh(affine('', 'H', { W: x, R: y }));
  return { next: { y: yNext }, outputs: { y: yNext } };
});

type Sequence = Expression<readonly ['T', string]>;
type GoodResult = ReturnType<typeof sequence<{ x: readonly ['I'] }, { y: readonly ['H'] }, { y: Expression<readonly ['H']> }>>;

describe('a definition made of itself', () => {
  it('is no cell', () => {
    const reason = mistake('a cell', () => {
      const cell: CellDefinition = defineCell('loop', { dims: ['I'], inputs: { x: ['I'] }, states: {} }, ({ x }) => {
        const { outputs } = sequence(cell, { x: x as Expression as Sequence }); // mistake: a cell
        return { next: {}, outputs };
      });
    });
    expect(reason).toBe("cell 'loop': 'cell' is used before it is there: nothing can be made of itself, or of what is defined further down");
  });

  it('is no cell either where JavaScript has a variable for it already', () => {
    const reason = mistake('a variable', () => {
      const cells: CellDefinition[] = [];
      cells[0] = defineCell('loop', { dims: ['I'], inputs: { x: ['I'] }, states: {} }, ({ x }) => {
        const { outputs } = sequence(cells[0] as CellDefinition, { x: x as Expression as Sequence }); // mistake: a variable
        return { next: {}, outputs };
      });
    });
    expect(reason).toBe("cell 'loop': sequence runs a cell over the steps of a model, not inside a cell");
  });

  it('is no model', () => {
    const reason = mistake('a model', () => {
      const model: ModelDefinition = defineModel('loop', modelSignature, ({ x }) => ({
        outputs: sequence(model as unknown as typeof good, { x }).outputs, // mistake: a model
      }));
    });
    expect(reason).toContain("model 'loop': 'model' is used before it is there");
  });

  it('is none by way of another', () => {
    const reason = mistake('another', () => {
      const model: ModelDefinition = defineModel('loop', modelSignature, ({ x }) => ({
        outputs: sequence(later, { x }).outputs, // mistake: another
      }));
      const later: typeof good = defineCell('later', signature, ({ x, y }) => ({ next: { y: mul(y, model.dims.length) }, outputs: { y: mul(y, x as never) } }));
    });
    expect(reason).toContain("model 'loop': 'later' is used before it is there");
    const undefinedYet = mistake('not yet', () => {
      const cells: (typeof good)[] = [];
      defineModel('loop', modelSignature, ({ x }) => ({
        outputs: sequence(cells[0] as typeof good, { x }).outputs, // mistake: not yet
      }));
      cells[0] = good;
    });
    expect(undefinedYet).toBe("model 'loop': sequence runs a cell made by defineCell; what it was given is undefined, as a cell is before its definition");
  });

  it('never ends', () => {
    const reason = mistake('without end', () => {
      const nested = (depth: number): CellDefinition<{ x: readonly ['I'] }> =>
        defineCell('nested', signature, ({ x, y }) => { // mistake: without end
          const { dims } = nested(depth + 1);
          return { next: { y: mul(y, dims.length) }, outputs: { x } };
        });
      nested(0);
    });
    expect(reason).toBe("cell 'nested': its functions call one another without end; a definition is made of finitely many operations");
  });

  it('never ends inside of a definition', () => {
    const reason = mistake('a helper without end', () => {
      const power = (value: Expression<readonly ['H']>): Expression<readonly ['H']> => mul(value, power(value)); // mistake: a helper without end
      defineCell('powers', signature, ({ x, y }) => ({ next: { y: power(y) }, outputs: { x } }));
    });
    expect(reason).toContain("cell 'powers': its functions call one another without end");
  });
});

describe('a value that depends on itself', () => {
  it('is no input of the sequence that computes it', () => {
    const reason = mistake('its own output', () =>
      defineModel('loop', modelSignature, () => {
        const result: GoodResult = sequence(good, {
          get x() {
            return result.outputs.y as Expression as Sequence; // mistake: its own output
          },
        });
        return { outputs: result.outputs };
      }),
    );
    expect(reason).toContain("model 'loop': 'result' is used before it is there");
  });

  it('is none either where JavaScript has a variable for it already', () => {
    const reason = mistake('a variable for it', () =>
      defineModel('loop', modelSignature, () => {
        let outputs: Partial<Record<'y', Expression>> = {};
        const given = (): { x: Sequence } => ({ x: outputs.y as Sequence });
        ({ outputs } = sequence(good, given())); // mistake: a variable for it
        return { outputs: { y: outputs.y as Sequence } };
      }),
    );
    expect(reason).toBe("model 'loop': the cell 'good' needs a sequence for its input 'x'");
  });

  it('is not read by a cell that was defined around it', () => {
    const reason = mistake('captured', () =>
      defineModel('loop', modelSignature, ({ x }) => {
        const { outputs } = sequence(good, { x });
        const reader = defineCell('reader', signature, ({ x: step, y }) => {
          const yNext = add<readonly (string | number)[]>(y, outputs.y); // mistake: captured
          return { next: { y: yNext as Expression as typeof y }, outputs: { step } };
        });
        return { outputs: sequence(reader, { x }, { name: 'reader' }).outputs };
      }),
    );
    expect(reason).toMatch(/^cell 'reader': 'add' was given .*, an expression of another definition \(model 'loop'\)$/);
  });

  it('is not handed out by a cell to the model around it', () => {
    const reason = mistake('handed out', () =>
      defineModel('loop', modelSignature, ({ x }) => {
        let inner: Expression | undefined;
        const giver = defineCell('giver', signature, ({ x: step, y }) => {
          inner = tanh(y);
          return { next: { y }, outputs: { step } };
        });
        const { outputs } = sequence(giver, { x });
        return { outputs: { sum: add<readonly (string | number)[]>(outputs.step, inner ?? 0) } }; // mistake: handed out
      }),
    );
    expect(reason).toBe("model 'loop': 'add' was given tanh(y), an expression of another definition (cell 'giver')");
  });
});
