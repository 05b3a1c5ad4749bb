import type { Dim } from '../graph/dim.js';
import type { Node } from '../graph/node.js';
import { constant } from '../ops/constant.js';
import { broadcastTo, isGreater, selectNode } from '../ops/construct.js';
import type { Declaration } from './declaration.js';
import { zeros } from './initializer.js';

/**
 * Declares a state of a model, and gives what the loop over the steps starts from: the state itself, or
 * `select(fresh, learned, state)` where that is learned. So a learned start is trained by the sequences that start there, and by no
 * others.
 *
 * @throws DeclarationError for a name that is taken
 */
export function declareState(declaration: Declaration, name: string, shape: readonly Dim[], start: 'zero' | 'learned'): Node {
  if (!['zero', 'learned'].includes(start)) throw declaration.error(`initialState is 'zero' or 'learned', not '${start}'`);
  const { builder } = declaration;
  const given = declaration.declareInput('the state', name, shape, 'real');
  if (start === 'zero') {
    declaration.states.set(name, { name, shape });
    return given;
  }
  const fresh = `fresh.${name}`;
  const flag = declaration.declareInput('the mark of fresh rows', fresh, [], 'index');
  declaration.states.set(name, { name, shape, fresh });
  const learned = declaration.declareParameter(`${name}0`, shape, zeros);
  const isFresh = isGreater(builder, flag, builder.node(constant, [], { dtype: 'index', value: 0 }));
  return selectNode(builder, broadcastTo(builder, isFresh, shape, []), learned, given);
}
