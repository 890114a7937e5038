// SPDX-License-Identifier: Apache-2.0
import { writeSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Ends the output with `N passed, N failed` alone on the last line, which any CI reads. A file that
 * cannot be loaded and an error outside every test each count as one failure.
 */
export default class PassedFailedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const tally: Tally = { passed: 0, failed: unhandled.length, skipped: 0 };
    for (const module of modules) count(module, tally);
    // At exit, so that nothing follows it.
    process.once('exit', () => writeSync(1, `${lastLine(tally)}\n`));
  }
}

function count(module: TestModule, tally: Tally): void {
  tally.failed += module.errors().length;
  for (const suite of module.children.allSuites()) tally.failed += suite.errors().length;
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === 'passed') tally.passed += 1;
    else if (state === 'failed') tally.failed += 1;
    else tally.skipped += 1;
  }
}

export function lastLine(tally: Readonly<Tally>): string {
  const skipped = tally.skipped === 0 ? '' : `, ${tally.skipped} skipped`;
  return `${tally.passed} passed, ${tally.failed} failed${skipped}`;
}
