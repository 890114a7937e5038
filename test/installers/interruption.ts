// SPDX-License-Identifier: Apache-2.0
import { expect } from 'vitest';
import { FILES } from '../world/world.ts';
import type { Guarded } from '../attacks/door.ts';
import type { Bench } from './bench.ts';

/** Signals wheelproof (it alone) once the file host was asked for a path that it never answers. */
export async function interruptWhileWaiting(
  bench: Bench,
  path: string,
  words: readonly string[],
  signal: NodeJS.Signals,
): Promise<Guarded> {
  const asked = new Promise<void>((resolve) => {
    bench.world.host(FILES).hooks.set(path, () => resolve());
  });
  const ended = await bench.run(words, {
    watch: (child) => void asked.then(() => child.kill(signal)),
  });
  expect(ended.milliseconds).toBeLessThan(60_000);
  return ended;
}
