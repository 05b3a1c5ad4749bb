import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/summary-reporter.js';

export default defineConfig({
  resolve: {
    alias: [
      // Exact, so that `cellwright/package.json` still resolves through the package's exports.
      { find: /^cellwright\/compiler$/, replacement: fileURLToPath(new URL('src/compiler.ts', import.meta.url)) },
      { find: /^cellwright$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // The files of a worker share what they import: a quarter of the time went into importing the compiler once for each. So a
    // test leaves the process as it found it.
    isolate: false,
    // By default one core is left idle.
    maxWorkers: '100%',
    // Gradient checks and whole compilations are slow on a busy machine of two cores.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', new SummaryReporter()],
    coverage: { include: ['src/**/*.ts'] },
  },
});
