import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { listReferences } from '../oracle/format.js';
import { outcomeOf } from '../oracle/outcome.js';
import { targets } from '../oracle/targets.js';

const folder = fileURLToPath(new URL('../oracle/cases/', import.meta.url));
const traces = ['sgd', 'sgd-clip1', 'sgd-momentum', 'sgd-momentum-clip1', 'adam', 'adam-clip1', 'adamw', 'adamw-clip1'];

it.each(traces)('trains as in the trace of %s', async (name) => {
  const path = listReferences(folder).find((file) => file.endsWith(`/trace-${name}.json`)) ?? '';
  expect(await outcomeOf(path, targets.interpreter, 'f64')).toMatchObject({ status: 'passed' });
});
