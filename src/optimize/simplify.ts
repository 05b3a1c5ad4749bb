import type { Graph, GraphBuilder } from '../graph/graph.js';
import { sameShape } from '../graph/dim.js';
import type { Node } from '../graph/node.js';
import { copyNode, rebuild } from '../graph/rebuild.js';
import { rulesFor } from './rules/index.js';
import type { RewriteRule } from './rules/index.js';
import { throughBodies } from './through-bodies.js';

export interface SimplifyOptions {
  /** The exact ones unless given. */
  readonly rules?: readonly RewriteRule[];
  /** Told of each rewrite, and of the node that it replaced. */
  readonly onRewrite?: (rule: RewriteRule, node: Node) => void;
}

/**
 * Rewrites each node until no rule has anything to say, operands before users, inside the bodies of loops too. Hash-consing
 * makes common subexpressions one on the way.
 *
 * It runs first and again after each pass that makes new nodes: differentiation leaves products with one, sums with zero,
 * broadcasts of broadcasts and splits of concats, which later passes would otherwise have to know about.
 *
 * @throws Error where rules undo each other, with their names, or where one changes the type of a node
 */
export function simplify(graph: Graph, options: SimplifyOptions = {}): Graph {
  const { rules = rulesFor('exact'), onRewrite } = options;
  let normalForm: NormalForm | undefined;
  const visit = throughBodies(
    (body) => simplify(body, options),
    (node, operands, builder) => {
      const form = (normalForm ??= new NormalForm(builder, rules, graph.users, onRewrite));
      form.visited = node;
      const copies = copyNode(node, operands, builder);
      const normal = ('op' in copies ? [copies] : copies).map((copy) => form.of(copy));
      const [only] = normal;
      if (only !== undefined && normal.length === 1) form.addUsers(only, graph.users.get(node) ?? []);
      return normal;
    },
  );
  return rebuild(graph, visit);
}

/** Rewrites that may follow each other for one node; chains of a dozen are long. */
const mostRounds = 200;

class NormalForm {
  readonly #known = new Map<Node, Node>();
  readonly #users = new Map<Node, Set<Node>>();
  readonly #trail: RewriteRule[] = [];
  /** The node of the graph that is rewritten whose normal form is being made. */
  visited: Node | undefined;

  constructor(
    private readonly builder: GraphBuilder,
    private readonly rules: readonly RewriteRule[],
    private readonly usersBefore: Graph['users'],
    private readonly onRewrite: SimplifyOptions['onRewrite'],
  ) {}

  of(node: Node): Node {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    // The operands of a node that a rule made may be new as well.
    const operands = node.operands.map((operand) => this.of(operand));
    const same = operands.every((operand, slot) => operand === node.operands[slot]);
    const normal = same ? this.#rewritten(node) : this.of(this.builder.copy(node, operands));
    this.#known.set(node, normal);
    return normal;
  }

  /** Notes who read a node in the graph that is rewritten. What rules make on the way has one user as far as is known. */
  addUsers(node: Node, users: readonly Node[]): void {
    const known = this.#users.get(node);
    if (known === undefined) this.#users.set(node, new Set(users));
    else for (const user of users) known.add(user);
  }

  /** A rule may have gone past the one user of a value, as a sum goes past a join. That user stays where others read it. */
  readonly #isShared = (node: Node): boolean => {
    const [user, ...others] = this.#users.get(node) ?? [];
    if (user === undefined || others.length > 0) return others.length > 0;
    return user !== this.visited && new Set(this.usersBefore.get(user)).size > 1;
  };

  #rewritten(node: Node): Node {
    for (const rule of this.rules) {
      const replacement = rule.apply(node, this.builder, this.#isShared);
      if (replacement === undefined || replacement === node) continue;
      this.#check(rule, node, replacement);
      this.#trail.push(rule);
      this.onRewrite?.(rule, node);
      const normal = this.of(replacement);
      this.#trail.pop();
      return normal;
    }
    return node;
  }

  #check(rule: RewriteRule, node: Node, { type }: Node): void {
    if (type.dtype !== node.type.dtype || !sameShape(type.shape, node.type.shape)) {
      throw new Error(`the rule '${rule.name}' changes the type of ${node.id} (${node.op.name})`);
    }
    if (this.#trail.length >= mostRounds) {
      const names = [...new Set(this.#trail.slice(-12).map(({ name }) => name))];
      throw new Error(`rewriting ${node.id} (${node.op.name}) does not end; the rules ${names.join(', ')} undo each other`);
    }
  }
}
