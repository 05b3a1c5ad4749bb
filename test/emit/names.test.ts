import { adam, add, defineCell, defineModel, diagonal, matrixVector, meanSquaredError, mul, orthogonal, normal, parameter, sequence, sigmoid, tanh, uniform } from 'cellwright';
import type { CellDefinition, Expression } from 'cellwright';
import { ts } from 'ts-morph';
import { describe, expect, it } from 'vitest';
import { expectAllClose } from './close.js';
import { compiled, targets } from './compiled-module.js';
import type { AnyModule } from './compiled-module.js';
import { Subject } from './subject.js';
import { problemsOf } from './type-check.js';

/** What a definition may choose a name for. */
const roles = ['width', 'height', 'input', 'state', 'cell', 'matrix', 'recurrent', 'bias', 'gate', 'output'] as const;

type Names = Readonly<Record<(typeof roles)[number], string>> & {
  /** Of parameters that only make more names meet in one cell. */
  readonly others: readonly string[];
};

const otherCount = 14;
const plain: Names = {
  width: 'I',
  height: 'H',
  input: 'x',
  state: 'y',
  cell: 'c',
  matrix: 'W',
  recurrent: 'R',
  bias: 'b',
  gate: 'g',
  output: 'out',
  others: Array.from({ length: otherCount }, (_, k) => `p${String(k)}`),
};

const textOf = ({ others, ...own }: Names): string => [...Object.values(own), ...others].join(', ');

/** One cell under any names. */
function cellCalled(names: Names): CellDefinition {
  const { width, height, input, state, cell, matrix, recurrent, bias, gate, output, others } = names;
  return defineCell(
    'named',
    { dims: [width, height], inputs: { [input]: [width] }, states: { [state]: [height], [cell]: [height] } },
    (values) => {
      const value = (name: string): Expression<readonly [string]> => {
        const found = values[name];
        if (found === undefined) throw new Error(`no value '${name}'`);
        return found;
      };
      const g = sigmoid(
        add(
          add(matrixVector(parameter(matrix, [height, width], normal(0.5)), value(input)), matrixVector(parameter(recurrent, [height, height], orthogonal), value(state))),
          diagonal(bias, value(cell), uniform(-1, 1)),
        ),
      );
      let next = add(mul(g, value(cell)), tanh(g));
      for (const other of others) next = add(next, parameter(other, [height], uniform(-1, 1)));
      return { next: { [state]: tanh(next), [cell]: next }, outputs: { [output]: mul(next, value(state)) }, named: { [gate]: g } };
    },
  );
}

const sizesOf = ({ width, height }: Names) => ({ [width]: 3, [height]: 4 });

/** All names that a module declares or reads, so that none of them is missed here. */
function identifiersOf(source: string): string[] {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.add(node.text);
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile('module.ts', source, ts.ScriptTarget.ES2022));
  return [...found];
}

const reserved = 'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if import in instanceof new null return super switch this throw true try typeof var void while with implements interface let package private protected public static yield async of undefined NaN Infinity'.split(' ');

describe.each(targets)('in the %s module', (target) => {
  async function resultsOf(names: Names): Promise<{ source: string; results: (readonly number[])[] }> {
    const definition = cellCalled(names);
    const { create, initialize, source } = await compiled({ definition, target, precision: 'float64' });
    const module = create({ sizes: sizesOf(names), batchSize: 2, maxSteps: 3 });
    initialize(module, 5);
    const initial = Array.from(module.parameters);
    const subject = new Subject(definition, { ...sizesOf(names), T: 3, B: 2 }, Float64Array);
    const found = subject.computed(module);
    expectAllClose(found, subject.expected(), 1e-12);
    expect(Object.keys(module.sizes)).toEqual([names.width, names.height]);
    const x = subject.inputs[names.input]?.subarray(0, 6) ?? new Float64Array(0);
    const stepped = module.step({ [names.input]: x })[names.output] ?? [];
    module.load(JSON.parse(JSON.stringify(module.save())) as ReturnType<AnyModule['save']>);
    return { source, results: [initial, Array.from(stepped), ...[...found.values()].map((values) => Array.from(values))] };
  }

  describe('names', () => {
    it('of a definition may be those that the module uses itself, or reserved words', async () => {
      const { source } = await compiled({ definition: cellCalled(plain), target, precision: 'float64' });
      const expected = await resultsOf(plain);
      const sources = new Map<string, string>();
      const used = new Set<string>([...roles.map((role) => plain[role]), ...plain.others]);
      const candidates = [...new Set([...identifiersOf(source), ...reserved])].filter((name) => !used.has(name) && !['T', 'B', 'toString', 'constructor', 'prototype'].includes(name));
      expect(candidates.length).toBeGreaterThan(150);
      const width = roles.length + otherCount;
      const turns = Math.ceil(candidates.length / width);
      for (let turn = 0; turn < turns; turn++) {
        // The stride makes unlike names meet.
        const chosen = Array.from({ length: width }, (_, k) => candidates[(turn + k * turns) % candidates.length] ?? '');
        if (new Set(chosen).size < width) throw new Error('a name was chosen twice');
        const named = Object.fromEntries(roles.map((role, k) => [role, chosen[k] ?? ''])) as Record<(typeof roles)[number], string>;
        const names: Names = { ...named, others: chosen.slice(roles.length) };
        const found = await resultsOf(names).catch((error: unknown) => {
          throw new Error(`with the names ${textOf(names)}`, { cause: error });
        });
        expect(found.results, textOf(names)).toEqual(expected.results);
        sources.set(`named-${String(turn)}.ts`, found.source);
      }
      expect(problemsOf(sources)).toEqual([]);
    }, 60_000);

    it('of parameters and inputs may be paths', async () => {
      const { source } = await resultsOf({ ...plain, matrix: 'in.W_z', recurrent: 'in.batch', input: 'a.b', bias: 'do.arguments' });
      expect(problemsOf(new Map([['paths.ts', source]]))).toEqual([]);
    });
  });

  describe('a definition', () => {
    it.each(['values', 'partial', 'record', 'float64Array', 'arrayBuffer', 'do', 'options', 'number', 'error', '_x', 'forward'])('may be called %s', async (name) => {
      const definition = defineCell(name, { dims: ['I'], inputs: { x: ['I'] }, states: { y: ['I'] } }, ({ x, y }) => {
        const next = tanh(add(diagonal('w', x), y));
        return { next: { y: next }, outputs: { y: next } };
      });
      const { create, source } = await compiled({ definition, target, precision: 'float64' });
      const subject = new Subject(definition, { I: 2, T: 3, B: 1 }, Float64Array);
      expectAllClose(subject.computed(create({ sizes: { I: 2 }, maxSteps: 3 })), subject.expected(), 1e-13);
      expect(problemsOf(new Map([['definition.ts', source]]))).toEqual([]);
    });

    it('with a loss and an optimizer may use the names of training', async () => {
      const cell = cellCalled({ ...plain, output: 'loss', state: 'gradients', cell: 'parameters', bias: 'firstMoment', gate: 'learningRate', matrix: 'stepCount' });
      const definition = defineModel('trained', { dims: ['I', 'H'], inputs: { x: ['T', 'I'] }, targets: { target: ['T', 'H'] } }, ({ x, target }) => {
        const { outputs } = sequence(cell, { x });
        const { loss } = outputs;
        if (loss === undefined) throw new Error('the cell has no output');
        return { outputs: { loss }, loss: meanSquaredError(loss as typeof target, target) };
      });
      const { create, source, initialize } = await compiled({ definition, target, precision: 'float64', optimizer: adam() });
      const module = create({ sizes: { I: 3, H: 4 }, batchSize: 2, maxSteps: 3 });
      initialize(module, 1);
      const subject = new Subject(definition, { I: 3, H: 4, T: 3, B: 2 }, Float64Array);
      const first = module.trainStep(subject.batch, { learningRate: 0.01 }).loss;
      for (let k = 0; k < 20; k++) module.trainStep(subject.batch, { learningRate: 0.01 });
      expect(module.evaluate(subject.batch).loss).toBeLessThan(first);
      expect(problemsOf(new Map([['trained.ts', source]]))).toEqual([]);
    });
  });
});
