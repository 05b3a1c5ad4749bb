import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { vjp } from '../differentiate/reverse.js';
import { input } from '../ops/input.js';
import { scan } from '../ops/scan.js';
import type { ScanAttributes } from '../ops/scan.js';
import { simplify } from '../optimize/simplify.js';
import { repeatedValues } from './repeated-values.js';
import { expressionText } from './text.js';

/** The equations of one step of a loop: `'` marks the value of the previous step. */
export interface StepEquations {
  readonly forward: readonly string[];
  readonly backward: readonly string[];
}

/** The equations of each cell of a model, as a paper would print them: unbatched, unpacked. */
export function modelEquations(graph: Graph): StepEquations[] {
  return graph.nodes.flatMap((node) => (isNode(node, scan) ? [stepEquations(node.attributes)] : []));
}

/** Differentiates the plain step and prints both parts of it, with common names for values that both use. */
function stepEquations({ body, carries }: ScanAttributes): StepEquations {
  const real = [...body.inputs].filter(([, node]) => node.type.dtype === 'real').map(([name]) => name);
  const outputs = [...body.outputs.keys()];
  const cotangent = (name: string): string => name.replace(/^next\.(.*)$/, 'd$1').replace(/^out\.(.*)$/, 'dOut.$1');
  const joint = simplify(
    vjp(body, {
      wrt: real,
      cotangents: new Map(outputs.map((name) => [name, cotangent(name)])),
      gradientName: (name) => `d${name}`,
    }),
  );
  const primal = new Set(joint.reachable(outputs.map((name) => joint.output(name))));
  const states = new Set(carries.map(({ input: name }) => name));
  const names = valueNames(joint, (node) => primal.has(node), states);
  const lines = (shown: (node: Node) => boolean): string[] => {
    const scope = { nameOf: (node: Node) => names.get(node) };
    return joint.nodes
      .filter((node) => names.has(node) && !isNode(node, input) && shown(node))
      .map((node) => `${names.get(node) ?? ''} = ${expressionText(scope, node)}`);
  };
  return { forward: lines((node) => primal.has(node)), backward: lines((node) => !primal.has(node)) };
}

/** Declared names, those of outputs, and `s1`, `s2`, … for other values that occur more than once. */
function valueNames(joint: Graph, isPrimal: (node: Node) => boolean, states: ReadonlySet<string>): Map<Node, string> {
  const names = new Map<Node, string>();
  for (const node of joint.nodes) {
    if (isNode(node, input)) names.set(node, states.has(node.attributes.name) ? `${node.attributes.name}'` : node.attributes.name);
    else {
      const own = joint.nameOf(node);
      if (own !== undefined) names.set(node, own);
    }
  }
  for (const [name, node] of joint.outputs) {
    if (isNode(node, input)) continue;
    if (isPrimal(node)) names.set(node, name.replace(/^(out|next)\./, ''));
    else names.set(node, states.has(name.slice(1)) ? `${name}'` : name);
  }
  const repeated = repeatedValues(joint.nodes, { operandsOf: ({ operands }) => operands, isNamed: (each) => names.has(each) });
  for (const [k, node] of repeated.entries()) names.set(node, `s${String(k + 1)}`);
  return names;
}
