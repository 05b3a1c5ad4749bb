import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { vjp } from '../differentiate/reverse.js';
import { input } from '../ops/input.js';
import { scan } from '../ops/scan.js';
import type { ScanAttributes } from '../ops/scan.js';
import { simplify } from '../optimize/simplify.js';
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

function stepEquations({ body, carries }: ScanAttributes): StepEquations {
  const previous = new Map(carries.map(({ input: name }) => [name, `${name}'`]));
  const next = new Map(carries.map(({ input: name, output }) => [output, name]));
  const adjoint = adjointOf(body, carries);
  return { forward: lines(body, previous, next, () => true), backward: adjoint };
}

function adjointOf(body: Graph, carries: ScanAttributes['carries']): string[] {
  const real = [...body.inputs].filter(([, node]) => node.type.dtype === 'real').map(([name]) => name);
  const outputs = [...body.outputs.keys()];
  const gradients = vjp(body, {
    wrt: real,
    cotangents: new Map(outputs.map((name) => [name, name.replace(/^next\.(.*)$/, 'd$1').replace(/^out\.(.*)$/, 'dOut.$1')])),
    gradientName: (name) => `d${name}`,
  });
  const plain = simplify(gradients);
  const primal = new Set(plain.reachable(outputs.map((name) => plain.output(name))));
  const previous = new Map(carries.map(({ input: name }) => [name, `${name}'`]));
  const next = new Map(carries.map(({ input: name }) => [`d${name}`, `d${name}'`]));
  const wanted = plain.withOutputs(new Map([...plain.outputs].filter(([name]) => !outputs.includes(name))));
  return lines(wanted, previous, next, (node) => !primal.has(node));
}

/** One line for each named value and output, in the order of computation. */
function lines(graph: Graph, inputNames: ReadonlyMap<string, string>, outputNames: ReadonlyMap<string, string>, show: (node: Node) => boolean): string[] {
  const names = new Map<Node, string>();
  const temporary = new Map<Node, string>();
  for (const node of graph.nodes) {
    if (isNode(node, input)) names.set(node, inputNames.get(node.attributes.name) ?? node.attributes.name);
    else {
      const own = graph.nameOf(node);
      if (own !== undefined) names.set(node, own);
      else if (show(node) && (graph.users.get(node)?.length ?? 0) > 1 && node.operands.length > 0 && node.op.family !== 'structural') {
        temporary.set(node, `s${String(temporary.size + 1)}`);
      }
    }
  }
  const found: string[] = [];
  const outputs = new Map([...graph.outputs].map(([name, node]) => [node, outputNames.get(name) ?? name.replace(/^(out|next)\./, '')]));
  for (const [node, name] of outputs) if (!isNode(node, input)) names.set(node, name);
  const nameOf = (node: Node): string | undefined => names.get(node) ?? temporary.get(node);
  for (const node of graph.nodes) {
    const name = nameOf(node);
    if (name === undefined || isNode(node, input) || !show(node)) continue;
    found.push(`${name} = ${expressionText({ nameOf }, node)}`);
  }
  return found;
}
