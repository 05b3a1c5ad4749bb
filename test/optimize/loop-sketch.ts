import { Dim } from '../../src/graph/dim.js';
import type { Node } from '../../src/graph/node.js';
import { addScan } from '../../src/ops/scan.js';
import type { ScanResults } from '../../src/ops/scan.js';
import { Sketch } from './rules/sketch.js';

export interface LoopSketch {
  /** Initial values; their names are those of the carries. */
  readonly carries?: Readonly<Record<string, Node>>;
  /** `[T, …]`. */
  readonly sequences?: Readonly<Record<string, Node>>;
  readonly invariants?: Readonly<Record<string, Node>>;
  readonly reverse?: boolean;
  readonly length?: Dim;
  /** Whether the body reads the step index, as `t`. */
  readonly step?: boolean;
  /** One step, of inputs by name: the next value of each carry under its name, stacked outputs, sums. */
  body(step: Sketch, input: (name: string) => Node): {
    readonly next?: Readonly<Record<string, Node>>;
    readonly outputs?: Readonly<Record<string, Node>>;
    readonly sums?: Readonly<Record<string, Node>>;
  };
}

export interface SketchedLoop {
  readonly final: (carry: string) => Node;
  readonly history: (carry: string) => Node;
  readonly output: (name: string) => Node;
  readonly sum: (name: string) => Node;
}

/** Adds a loop over `T` steps to a sketch. */
export function addLoop(g: Sketch, sketch: LoopSketch): SketchedLoop {
  const { carries = {}, sequences = {}, invariants = {}, reverse = false, length = Dim.symbol('T'), step = false } = sketch;
  const inner = new Sketch();
  const inputs = new Map<string, Node>();
  const declare = (values: Readonly<Record<string, Node>>, dropped: number): void => {
    for (const [name, { type }] of Object.entries(values)) {
      const shape = type.shape.slice(dropped).map((dim) => dim.key);
      inputs.set(name, inner.input(name, shape.join(' '), type.dtype));
    }
  };
  declare(carries, 0);
  declare(sequences, 1);
  declare(invariants, 0);
  if (step) inputs.set('t', inner.input('t', '', 'index'));
  const { next = {}, outputs = {}, sums = {} } = sketch.body(inner, (name) => {
    const node = inputs.get(name);
    if (node === undefined) throw new Error(`the loop has no input '${name}'`);
    return node;
  });
  const body = inner.builder.finish(
    new Map([
      ...Object.entries(next).map(([name, node]) => [`next.${name}`, node] as const),
      ...Object.entries(outputs).map(([name, node]) => [`out.${name}`, node] as const),
      ...Object.entries(sums).map(([name, node]) => [`sum.${name}`, node] as const),
    ]),
  );
  const results: ScanResults = addScan(g.builder, {
    body,
    length,
    reverse,
    carries: Object.entries(carries).map(([name, initial]) => ({ input: name, output: `next.${name}`, initial })),
    sequences: Object.entries(sequences).map(([name, value]) => ({ input: name, value })),
    invariants: Object.entries(invariants).map(([name, value]) => ({ input: name, value })),
    outputs: Object.keys(outputs).map((name) => `out.${name}`),
    sums: Object.keys(sums).map((name) => `sum.${name}`),
    step: step ? 't' : undefined,
  });
  const at = (record: Readonly<Record<string, Node>>, name: string): number => Object.keys(record).indexOf(name);
  return {
    final: (carry) => results.final(at(carries, carry)),
    history: (carry) => results.history(at(carries, carry)),
    output: (name) => results.output(at(outputs, name)),
    sum: (name) => results.sum(at(sums, name)),
  };
}
