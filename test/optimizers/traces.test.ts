import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { listReferences } from '../oracle/format.js';
import { outcomeOf } from '../oracle/outcome.js';
import { targetOf } from '../oracle/targets.js';

const folder = fileURLToPath(new URL('../oracle/cases/', import.meta.url));
const traces = ['sgd', 'sgd-clip1', 'sgd-momentum', 'sgd-momentum-clip1', 'adam', 'adam-clip1', 'adamw', 'adamw-clip1'];

it.each(traces)('trains as in the trace of %s', (name) => {
  const path = listReferences(folder).find((file) => file.endsWith(`/trace-${name}.json`)) ?? '';
  const interpreter = targetOf('interpreter');
  expect(interpreter && outcomeOf(path, interpreter, 'f64')).toMatchObject({ status: 'passed' });
});
