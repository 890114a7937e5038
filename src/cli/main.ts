// SPDX-License-Identifier: Apache-2.0
import { ownVersion } from './version.ts';

// Nothing else is imported here, so that the version is told before anything is loaded.
const words = process.argv.slice(2);
if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
  // Whether nobody reads or the disk is full, it is no reason for a stack trace.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode = 21;
  });
  process.stdout.write(`wheelproof ${ownVersion()}\n`);
} else {
  const { forgetHeapFlags, optimiseLate } = await import('./late-optimising.ts');
  forgetHeapFlags();
  // It needs as long to start as everything else here: side by side.
  const { launchEarly, nameInstaller } = await import('../host/early-launch.ts');
  const early = launchEarly(words);
  if (nameInstaller(words)) optimiseLate();
  const { run } = await import('./run.ts');
  process.exitCode = await run(words, {}, early);
  // Nothing is left to be done by then. Ending by itself, Node would take its heap apart first.
  process.once('beforeExit', () => process.exit());
}
