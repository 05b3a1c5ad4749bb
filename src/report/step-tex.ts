import type { CellDefinition } from '../declare/cell.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { input } from '../ops/input.js';
import { abbreviation } from './abbreviations.js';
import { repeatedValues } from './repeated-values.js';
import { texName } from './tex-name.js';
import { expressionTex } from './text.js';

/** Both sides of an equation in TeX. */
export interface TexEquation {
  readonly left: string;
  readonly right: string;
}

/**
 * The equations of a step as they are declared, in an order in which they can be computed. Values have the index t, states of the
 * previous step t - 1, parameters and what is made of them alone none. What has no name and is written more than once is called s.
 */
export function stepTex({ step, states, parameters }: CellDefinition): TexEquation[] {
  const time = (node: Node): 't' | undefined =>
    step.reachable([node]).some((each) => isNode(each, input) && !parameters.has(each.attributes.name)) ? 't' : undefined;

  const names = new Map<Node, string>();
  for (const [name, node] of step.inputs) names.set(node, texName(name, states.has(name) ? 't-1' : time(node)));
  const aliases = nameResults(step, names);
  const taken = new Set(names.values());
  // Where two values are called the same, it is the last that the cell calls so.
  for (const node of [...step.nodes].reverse()) {
    const own = step.nameOf(node);
    const name = own === undefined ? undefined : texName(own, time(node));
    if (name === undefined || names.has(node) || taken.has(name)) continue;
    names.set(node, name);
    taken.add(name);
  }

  const visible = writtenNodes(step);
  const text = (node: Node): string => expressionTex({ nameOf: (each) => names.get(each) }, node);
  const equations = new Map<Node, TexEquation>();
  const declared = visible.filter((node) => names.has(node) && !isNode(node, input));
  let count = 0;
  for (const node of repeatedValues(visible, { operandsOf: written, isNamed: (each) => names.has(each) })) {
    // What only differs in how it is repeated over axes reads the same.
    const right = text(node);
    const same = taken.has(right) ? right : names.get(declared.find((each) => text(each) === right) ?? node);
    if (same === undefined) declared.push(node);
    names.set(node, same ?? texName(`s${String(++count)}`, time(node)));
  }
  for (const node of declared) equations.set(node, { left: names.get(node) ?? '', right: text(node) });
  return [...visible.flatMap((node) => equations.get(node) ?? []), ...aliases];
}

/** Names next states and outputs; gives equations for those that have the value of another name. */
function nameResults(step: Graph, names: Map<Node, string>): TexEquation[] {
  const aliases: TexEquation[] = [];
  const results = (prefix: string) => [...step.outputs].filter(([path]) => path.startsWith(prefix));
  for (const [path, node] of [...results('next.'), ...results('out.')]) {
    const left = texName(path.replace(/^(next|out)\./, ''), 't');
    const right = names.get(node);
    if (right === undefined) names.set(node, left);
    else if (right !== left) aliases.push({ left, right });
  }
  return aliases;
}

/** What is written when the value is. */
function written(node: Node): readonly Node[] {
  const short = abbreviation(node);
  return short === undefined ? node.operands : [short.operand];
}

/** The nodes that equations show, operands first. */
function writtenNodes(step: Graph): Node[] {
  const seen = new Set<Node>();
  const stack = [...step.outputs.values()];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    stack.push(...written(node));
  }
  return step.nodes.filter((node) => seen.has(node));
}
