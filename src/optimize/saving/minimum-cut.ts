interface Edge {
  readonly to: number;
  /** What may still flow. */
  rest: number;
  readonly back: () => Edge;
}

/** A directed graph whose edges have capacities, `Infinity` where an edge must not be cut. */
export class CutNetwork {
  readonly #edges: Edge[][] = [];

  node(): number {
    this.#edges.push([]);
    return this.#edges.length - 1;
  }

  edge(from: number, to: number, capacity: number): void {
    const forth: Edge = { to, rest: capacity, back: () => back };
    const back: Edge = { to: from, rest: 0, back: () => forth };
    this.#edges[from]?.push(forth);
    this.#edges[to]?.push(back);
  }

  /**
   * Which nodes stay on the side of the source when the cheapest set of edges is cut that parts it from the sink; of several
   * sides that cost the same, the smallest. By augmenting along shortest paths (Edmonds and Karp 1972). The capacities are used up.
   *
   * @throws Error where no cut is finite
   */
  sideOfSource(source: number, sink: number): ReadonlySet<number> {
    for (;;) {
      const { reached, path } = this.#search(source, sink);
      if (path === undefined) return reached;
      const flow = Math.min(...path.map(({ rest }) => rest));
      if (flow === Infinity) throw new Error('no cut of finite capacity parts the source from the sink');
      for (const edge of path) {
        edge.rest -= flow;
        edge.back().rest += flow;
      }
    }
  }

  /** The shortest path that has capacity left, or all that can be reached where there is none. */
  #search(source: number, sink: number): { reached: ReadonlySet<number>; path: readonly Edge[] | undefined } {
    const arrivals = new Map<number, Edge | undefined>([[source, undefined]]);
    // A map goes on to the keys that are added on the way.
    for (const node of arrivals.keys()) {
      for (const edge of this.#edges[node] ?? []) {
        if (edge.rest > 0 && !arrivals.has(edge.to)) arrivals.set(edge.to, edge);
      }
    }
    if (!arrivals.has(sink)) return { reached: new Set(arrivals.keys()), path: undefined };
    const path: Edge[] = [];
    for (let edge = arrivals.get(sink); edge !== undefined; edge = arrivals.get(edge.back().to)) path.push(edge);
    return { reached: new Set(), path };
  }
}
