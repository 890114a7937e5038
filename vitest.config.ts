// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { makeRunFolder } from './test/world/run-folder.ts';

/** What a developer's machine may set and no test may depend on. */
const CALLERS_OWN =
  /^(?:(?:PIP|UV|POETRY|PIPENV|PDM|PYTHON|WHEELPROOF|XDG)_.*|PYTHONPATH|VIRTUAL_ENV|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|(?:REQUESTS|CURL)_CA_BUNDLE|(?:https?|all|no|ftp)_proxy)$/iu;

// Workers inherit this process's environment; tests that fetch from the real index ask for what was
// set by `inject('callersEnvironment')`.
const callersEnvironment: Record<string, string> = {};
for (const [name, value] of Object.entries(process.env)) {
  if (!CALLERS_OWN.test(name) || value === undefined) continue;
  callersEnvironment[name] = value;
  delete process.env[name];
}

declare module 'vitest' {
  interface ProvidedContext {
    callersEnvironment: Record<string, string>;
  }
}

/** Holds what all test processes of this run share, and goes with it. */
const runFolder = makeRunFolder();

const SECOND = 1000;
/** Vitest itself would leave one processor to its main process, which has next to nothing to do. */
const everyProcessor = Math.max(1, availableParallelism());
/** Where each test starts several programs of its own. */
const few = Math.min(2, everyProcessor);

function project(name: string, include: string[], testTimeout: number, maxWorkers: number) {
  return {
    extends: true as const,
    test: {
      name,
      include,
      testTimeout,
      hookTimeout: 4 * testTimeout,
      maxWorkers,
      // Projects of one group have the same number of workers, and of one group none waits for another.
      sequence: { groupOrder: maxWorkers === few ? 0 : 1 },
    },
  };
}

export default defineConfig({
  test: {
    pool: 'forks',
    reporters: ['default', './scripts/passed-failed-reporter.ts'],
    provide: { callersEnvironment },
    env: {
      TEST_RUN_FOLDER: runFolder,
      // Sources that tests start hundreds of times are read and stripped of their types once.
      NODE_COMPILE_CACHE: join(runFolder, 'compiled'),
    },
    projects: [
      project('unit', ['src/**/*.test.ts'], 60 * SECOND, everyProcessor),
      project('house', ['test/*.test.ts'], 120 * SECOND, everyProcessor),
      project('contracts', ['test/contracts/**/*.test.ts'], 120 * SECOND, everyProcessor),
      project('scripts', ['test/scripts/**/*.test.ts'], 120 * SECOND, few),
      project('attacks', ['test/attacks/**/*.test.ts'], 180 * SECOND, few),
      project('faults', ['test/faults/**/*.test.ts'], 180 * SECOND, few),
      project('installers', ['test/installers/**/*.test.ts'], 300 * SECOND, few),
    ],
  },
});
