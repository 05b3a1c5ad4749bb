import { defineCell } from '../cell.js';
import type { CellDefinition } from '../cell.js';
import { Expression } from '../expression.js';
import { EquationBuilder } from './build.js';
import { EquationSource } from './equation-error.js';
import { parseEquations } from './parse.js';
import { inferShapes } from './shapes.js';

/**
 * Declares a cell from equations as a paper prints them:
 *
 *     cell`
 *       cell gru
 *       r = sig(W_r x + R_r y' + b_r)         # a matrix stands right in front of what it multiplies
 *       u = sig(W_u x + R_u y' + b_u)         // y' is y of the previous step, which makes y a state
 *       n = tanh(W_n x + R_n (r * y') + b_n)
 *       y = (1 - u) * n + u * y'
 *     `
 *
 * Names without an equation are parameters, but for the inputs: x, or those of `input` lines. The output is y, or what an `output`
 * line names. Shapes are found from use; `W_p: [P, H]` gives one, `b_f: [H] = 1` also what a parameter starts out from.
 *
 * @throws DeclarationError with the line and the column of a mistake
 */
export function cell(text: TemplateStringsArray, ...values: readonly never[]): CellDefinition {
  const source = new EquationSource(text.raw.join('${…}'));
  if (values.length > 0) throw source.error(text.raw[0]?.length ?? 0, 'equations take no ${…}; write numbers as they are');
  const equations = parseEquations(source);
  const { shapes, states, inputs } = inferShapes(source, equations);
  const shapeOf = (name: string): [string, readonly string[]] => [name, shapes.get(name) ?? []];
  const outputs = equations.outputs.length > 0 ? equations.outputs : [{ name: 'y', start: 0, end: 0 }];
  const dims = [...new Set([...shapes.values()].flat().flatMap((dim) => dim.match(/[A-Za-z_]\w*/g) ?? []))];
  const signature = { dims, inputs: Object.fromEntries(inputs.map(shapeOf)), states: Object.fromEntries(states.map(shapeOf)) };
  return defineCell(equations.name, signature, (given) => {
    const built = new EquationBuilder(equations, shapes, inputs, given);
    const vectorOf = (name: string, offset: number): Expression<readonly string[]> => {
      const value = built.valueOf(name);
      if (value instanceof Expression) return value;
      throw source.error(offset, value === undefined ? `the output ${name} has no equation` : `the output ${name} is a number`);
    };
    const results = new Set([...states, ...outputs.map(({ name }) => name)]);
    const named = equations.equations.flatMap(({ name }) => {
      const value = built.valueOf(name);
      return results.has(name) || !(value instanceof Expression) ? [] : [[name, value] as const];
    });
    return {
      next: Object.fromEntries(states.map((name) => [name, vectorOf(name, 0)])),
      outputs: Object.fromEntries(outputs.map(({ name, start }) => [name, vectorOf(name, start)])),
      named: Object.fromEntries(named),
    };
  });
}
