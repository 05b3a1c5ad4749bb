import { attributeKey } from './attribute-key.js';
import type { LazyLocation, Node, SourceLocation, ValueType } from './node.js';
import { NodeStore } from './node-store.js';
import type { GraphStore } from './node-store.js';
import type { Op } from '../ops/op.js';

/**
 * A symbolic dataflow graph: named inputs, named outputs, and the nodes between them. Immutable; passes build a new one.
 * This folder is the only one that knows graphology.
 */
export class Graph {
  constructor(
    private readonly stored: { readonly graph: GraphStore },
    readonly inputs: ReadonlyMap<string, Node>,
    readonly outputs: ReadonlyMap<string, Node>,
    /** Names from the declaration, beside the nodes and outside their keys. The first is the one to show. */
    readonly names: ReadonlyMap<Node, readonly string[]>,
    readonly locations: ReadonlyMap<Node, LazyLocation>,
  ) {}

  /** For the files of this folder. */
  get store(): GraphStore {
    return this.stored.graph;
  }

  /** The nodes that the outputs depend on, operands first; the order is the order of creation. */
  get nodes(): readonly Node[] {
    return (this.#order ??= this.reachable([...this.outputs.values()]));
  }
  #order: readonly Node[] | undefined;

  /** What the given nodes depend on, themselves included, operands first; what lies behind a node that `stops` is left out. */
  reachable(roots: Iterable<Node>, stops: (node: Node) => boolean = () => false): Node[] {
    const seen = new Set<Node>();
    const stack = [...roots];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      if (!stops(node)) stack.push(...node.operands);
    }
    return [...seen].sort((a, b) => a.index - b.index);
  }

  /** For each live node, the live nodes that read it (once per slot). */
  get users(): ReadonlyMap<Node, readonly Node[]> {
    if (this.#users === undefined) {
      const users = new Map<Node, Node[]>(this.nodes.map((node) => [node, []]));
      for (const node of this.nodes) for (const operand of node.operands) users.get(operand)?.push(node);
      this.#users = users;
    }
    return this.#users;
  }
  #users: ReadonlyMap<Node, readonly Node[]> | undefined;

  nameOf(node: Node): string | undefined {
    return this.names.get(node)?.[0];
  }

  input(name: string): Node {
    const node = this.inputs.get(name);
    if (node === undefined) throw new Error(`the graph has no input '${name}'; it has ${list(this.inputs.keys())}`);
    return node;
  }

  output(name: string): Node {
    const node = this.outputs.get(name);
    if (node === undefined) throw new Error(`the graph has no output '${name}'; it has ${list(this.outputs.keys())}`);
    return node;
  }

  /** The same nodes with other outputs: trimming is choosing outputs. */
  withOutputs(outputs: ReadonlyMap<string, Node>): Graph {
    return new Graph(this.stored, this.inputs, outputs, this.names, this.locations);
  }
}

/** Builds a graph by adding nodes; the same op on the same operands with the same attributes is the same node. */
export class GraphBuilder {
  readonly #store = new NodeStore();
  readonly #byKey = new Map<string, Node>();
  readonly #attributeNumbers = new Map<string, number>();
  readonly #inputs = new Map<string, Node>();
  readonly #names = new Map<Node, string[]>();
  readonly #locations = new Map<Node, LazyLocation>();

  /** Adds a node. Throws what the op's shape rule throws. */
  node<A>(op: Op<A>, operands: readonly Node[], attributes: A): Node {
    return this.#node(op, operands, attributes);
  }

  /** The same application as a node's, of other operands. Where these are of the types that its own are, so are the results. */
  copy(node: Node, operands: readonly Node[]): Node {
    // The types of a loop follow from its body, which may be another than the one that the node had.
    const hasSameTypes = node.op.lowering.kind !== 'scan' && operands.length === node.operands.length && operands.every(({ results }, slot) => results === node.operands[slot]?.results);
    return this.#node(node.op, operands, node.attributes, hasSameTypes ? node.results : undefined);
  }

  #node<A>(op: Op<A>, operands: readonly Node[], attributes: A, knownResults?: readonly ValueType[]): Node {
    let key = op.name;
    for (const operand of operands) {
      if (!this.#store.has(operand)) throw new Error(`'${op.name}' was given a node of another graph`);
      key += ` ${operand.id}`;
    }
    key += ` ${String(this.#attributeNumber(attributes))}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const results = knownResults ?? op.resultTypes(
      operands.map((operand) => operand.type),
      attributes,
      operands,
    );
    const [type] = results;
    if (type === undefined) throw new Error(`'${op.name}' has no result`);
    const index = this.#store.size;
    const node: Node<A> = { id: `n${String(index)}`, index, op, attributes, operands: [...operands], results, type };
    const erased = node as Node;
    this.#store.add(erased);
    this.#byKey.set(key, erased);
    return erased;
  }

  /** Stands for equal attributes in the keys of nodes, which are shorter for it. */
  #attributeNumber(attributes: unknown): number {
    const key = attributeKey(attributes);
    let number = this.#attributeNumbers.get(key);
    if (number === undefined) this.#attributeNumbers.set(key, (number = this.#attributeNumbers.size));
    return number;
  }

  /** Registers an input node under its name; throws when the name is taken by another node. */
  declareInput(name: string, node: Node): Node {
    const known = this.#inputs.get(name);
    if (known !== undefined && known !== node) throw new Error(`the graph already has an input '${name}'`);
    this.#inputs.set(name, node);
    return node;
  }

  input(name: string): Node | undefined {
    return this.#inputs.get(name);
  }

  name(node: Node, name: string): Node {
    const names = this.#names.get(node);
    if (names === undefined) this.#names.set(node, [name]);
    else if (!names.includes(name)) names.push(name);
    return node;
  }

  nameOf(node: Node): string | undefined {
    return this.#names.get(node)?.[0];
  }

  locate(node: Node, location: LazyLocation | undefined): void {
    if (location !== undefined && !this.#locations.has(node)) this.#locations.set(node, location);
  }

  locationOf(node: Node): SourceLocation | undefined {
    return this.#locations.get(node)?.();
  }

  /** The graph so far, with these outputs. The builder may go on; what it adds later is not live in this graph. */
  finish(outputs: ReadonlyMap<string, Node> | Readonly<Record<string, Node>>): Graph {
    const entries = isMap(outputs) ? [...outputs] : Object.entries(outputs);
    for (const [name, node] of entries) {
      if (!this.#store.has(node)) throw new Error(`the output '${name}' belongs to another graph`);
    }
    return new Graph(this.#store, new Map(this.#inputs), new Map(entries), this.#names, this.#locations);
  }
}

function isMap(outputs: ReadonlyMap<string, Node> | Readonly<Record<string, Node>>): outputs is ReadonlyMap<string, Node> {
  return outputs instanceof Map;
}

function list(names: Iterable<string>): string {
  return [...names].map((name) => `'${name}'`).join(', ') || 'none';
}
