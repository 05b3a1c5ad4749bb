import { printShape } from '../graph/dim.js';
import type { DimLike } from '../graph/dim.js';
import { embed } from '../graph/embed.js';
import type { Node } from '../graph/node.js';
import { substituteDims } from '../graph/substitute.js';
import { elementText } from '../report/text.js';
import type { CellDefinition } from './cell.js';
import { declarationOf, Expression } from './expression.js';
import type { Shape } from './expression.js';
import { matchDims } from './match-dims.js';
import type { InputSpecification, ShapeOf } from './signature.js';

export interface ApplyCellOptions {
  /** Prefix of the names of its parameters: `inner` gives `inner.W_z`. */
  readonly name?: string;
  /** Sizes of the cell's dims that its values do not tell, where they are not called the same: `{ H: 'K' }`. */
  readonly dims?: Readonly<Record<string, DimLike>>;
}

/** Values of the ranks that are declared; their dims need not be called the same. */
type ValuesOf<Specifications> = { readonly [K in keyof Specifications]: Expression<readonly [...AnyDims<ShapeOf<Specifications[K]>>]> };
type AnyDims<S extends Shape> = { readonly [A in keyof S]: string | number };

/**
 * One step of a cell inside of another: its equations with other values in the place of its inputs and states. The parameters
 * become those of the outer definition. A state of the inner cell is handed on by a state of the outer one, or by whatever its
 * equations say.
 *
 * @param values its inputs and its states before the step, by name
 * @throws DeclarationError where a value is missing, unknown or of another shape
 */
export function applyCell<
  Inputs extends Record<string, InputSpecification>,
  States extends Record<string, Shape>,
  Outputs extends Record<string, Expression>,
>(
  cell: CellDefinition<Inputs, States, Outputs>,
  values: ValuesOf<Inputs> & ValuesOf<States>,
  { name, dims = {} }: ApplyCellOptions = {},
): { readonly next: { readonly [K in keyof States]: Expression<States[K]> }; readonly outputs: Outputs } {
  const given: Readonly<Record<string, Expression | undefined>> = values;
  const declaration = declarationOf('applyCell', ...Object.values(given));
  const { builder } = declaration;
  const declared = new Map([...[...cell.inputs].map(([key, { shape }]) => [key, shape] as const), ...cell.states]);
  const unknown = Object.keys(given).find((key) => !declared.has(key));
  if (unknown !== undefined) {
    throw declaration.error(`the cell '${cell.name}' has no input or state '${unknown}'; it has ${[...declared.keys()].join(', ')}`);
  }
  const nodes = new Map<string, Node>();
  const steps = [...declared].map(([key, shape]) => {
    const value = given[key];
    if (value === undefined) throw declaration.error(`the cell '${cell.name}' needs a value for '${key}'`);
    nodes.set(key, value.node);
    return {
      declared: shape,
      got: value.node.type.shape,
      mismatch: (wanted: typeof shape) =>
        declaration.error(`'${key}' of the cell '${cell.name}' is ${printShape(wanted)}; ${elementText(builder, value.node)} is ${printShape(value.node.type.shape)}`),
    };
  });
  const replacements = matchDims(declaration, cell, steps, dims);
  for (const parameter of cell.parameters.values()) {
    const own = name === undefined ? parameter.name : `${name}.${parameter.name}`;
    const shape = parameter.shape.map((dim) => dim.substitute(replacements));
    nodes.set(parameter.name, declaration.declareParameter(own, shape, parameter.initializer));
  }
  const results = embed(builder, substituteDims(cell.step, replacements), nodes);
  const named = (keys: Iterable<string>, path: string): Record<string, Expression> =>
    Object.fromEntries([...keys].flatMap((key) => {
      const node = results.get(`${path}.${key}`);
      return node === undefined ? [] : [[key, new Expression(declaration, node)]];
    }));
  return { next: named(cell.states.keys(), 'next'), outputs: named(cell.outputs, 'out') } as ReturnType<typeof applyCell<Inputs, States, Outputs>>;
}
