import type { Reporter, TestModule } from 'vitest/node';

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Ends a test run with one line, `N passed, N failed`, that a script can read; `, N skipped` follows when there are any, and
 * which they were, and why, stands in lines before it.
 *
 * A file that fails outside its tests (it does not load, or a hook throws) counts as one failure, and so does every error
 * that no test caught: the line never says `0 failed` when the run exits with an error.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(testModules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const totals: Totals = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const testModule of testModules) addModule(totals, testModule);
    for (const { fullName, note } of testModules.flatMap(notRun)) process.stdout.write(`not run: ${fullName}${note === undefined ? '' : `: ${note}`}\n`);
    const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
    process.stdout.write(`${totals.passed} passed, ${totals.failed} failed${skipped}\n`);
  }
}

function addModule(totals: Totals, testModule: TestModule): void {
  const failedBefore = totals.failed;
  for (const testCase of testModule.children.allTests()) {
    const { state } = testCase.result();
    if (state === 'passed') totals.passed += 1;
    else if (state === 'failed') totals.failed += 1;
    else totals.skipped += 1;
  }
  if (!testModule.ok() && totals.failed === failedBefore) totals.failed += 1;
}

function notRun(testModule: TestModule): { readonly fullName: string; readonly note: string | undefined }[] {
  return [...testModule.children.allTests()].flatMap((test) => {
    const result = test.result();
    return result.state === 'skipped' ? [{ fullName: test.fullName, note: result.note }] : [];
  });
}
