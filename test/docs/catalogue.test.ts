import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LibraryMeasurements } from '../../bench/library-measurements.js';
import { catalogue } from '../../docs/catalogue/catalogue.js';
import { docblocksOf } from '../../docs/catalogue/docblocks.js';
import { catalogueCells } from '../../docs/catalogue/library.js';
import { currentPage, pageFile } from '../../docs/catalogue/page.js';

const cells = catalogueCells();
const [first, second] = cells;
if (first === undefined || second === undefined) throw new Error('the library is empty');

const measurements = (rate: number, load = 0.2): LibraryMeasurements => ({
  date: '2026-01-31',
  cpu: 'a processor',
  node: '24.0.0',
  load,
  precision: 'float32',
  math: 'fast',
  shape: { T: 50, B: 16, I: 32, H: 64 },
  otherSizes: { N: 4 },
  quick: false,
  cells: { [first.name]: { time: { typescript: 0.5, wasm: 0.25 }, rate: { typescript: 1.5, wasm: rate } } },
});

describe('the catalogue of cells', () => {
  it('is what the definitions and the last measurements make it', () => {
    const { text, problems } = currentPage();
    expect(problems).toEqual([]);
    expect(readFileSync(pageFile, 'utf8') === text, 'docs/cells.md is stale: npm run catalogue').toBe(true);
  });

  it('shows what was measured', () => {
    const { text } = catalogue([first], measurements(0.9));
    expect(text).toContain('2026-01-31, a processor, Node 24.0.0');
    expect(text).toContain('| 0.50 | 0.25 | 1.50 | 0.90 |');
    expect(text).toContain('0.25 of the time, 0.90 of the rate (WebAssembly)');
    expect(text).not.toContain('provisional');
  });

  it('asks why a cell is slow, and for what was not measured', () => {
    const { problems } = catalogue([first, second], measurements(0.69));
    expect(problems).toEqual([expect.stringContaining(`${first.name}: reaches 1.50 (TypeScript) and 0.69 (WebAssembly)`), `${second.name}: was not measured`]);
    expect(catalogue([first], measurements(0.71)).problems).toEqual([]);
  });

  it('calls figures of a busy machine provisional, and asks for no reasons', () => {
    const { text, problems } = catalogue([first], measurements(0.3, 5));
    expect(text).toContain('provisional');
    expect(problems).toEqual([]);
  });
});

describe('docblocks', () => {
  const source = [
    '/**\n * A cell. Cho et al. 2014, "Learning Phrases", eq. 5; van der Westhuizen & Lasenby 2018, "The\n * Forget Gate".\n *\n * A choice.\n */\nexport const one = 1;',
    '/** Without comment marks: σ(a). */\nconst helper = 2;',
    '/** The same with one gate more. */\nexport const two = 2;',
    'export const three = 3;',
  ].join('\n\n');
  const found = docblocksOf(source);

  it('give the text and the papers that it names', () => {
    expect(found.get('one')).toEqual({
      text: 'A cell. Cho et al. 2014, "Learning Phrases", eq. 5; van der Westhuizen & Lasenby 2018, "The\nForget Gate".\n\nA choice.',
      papers: [
        { short: 'Cho et al. 2014', title: 'Learning Phrases' },
        { short: 'van der Westhuizen & Lasenby 2018', title: 'The Forget Gate' },
      ],
    });
  });

  it('that name no paper are of the one above', () => {
    expect(found.get('two')?.text).toBe('The same with one gate more.');
    expect(found.get('two')?.papers).toEqual(found.get('one')?.papers);
    expect(found.get('three')).toEqual(found.get('one'));
    expect(found.has('helper')).toBe(false);
  });
});
