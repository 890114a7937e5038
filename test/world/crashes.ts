// SPDX-License-Identifier: Apache-2.0
import { MemoryFolder, type Step } from './staged-folder.ts';

/**
 * States of the disk that a crash can leave, each once: a prefix of the steps, and of those that no
 * sync covers, some part (the disk orders names as it likes).
 * @param how `some`: every prefix, and two parts before each sync; `many`: for every prefix also
 *   each of the uncovered steps alone and all but each.
 */
export function* crashes(
  before: ReadonlyMap<string, Uint8Array>,
  steps: readonly Step[],
  how: 'some' | 'many' = 'some',
): Generator<MemoryFolder> {
  const known = new Set<string>();
  for (let end = 0; end <= steps.length; end++) {
    const prefix = steps.slice(0, end);
    const safe = prefix.findLastIndex(({ kind }) => kind === 'sync') + 1;
    const isLast = steps[end]?.kind === 'sync' || end === steps.length;
    for (const isKept of partsOf(end - safe, how, isLast)) {
      const folder = new MemoryFolder(before);
      for (const step of prefix.slice(0, safe)) folder.take(step);
      for (const [place, step] of prefix.slice(safe).entries()) {
        const isPossible = step.kind !== 'commit' || folder.files.has(`${step.name}.new`);
        if (isKept(place) && isPossible) folder.take(step);
      }
      const state = stateOf(folder);
      if (known.has(state)) continue;
      known.add(state);
      folder.steps.length = 0;
      yield folder;
    }
  }
}

type Part = (place: number) => boolean;

function partsOf(loose: number, how: 'some' | 'many', isLast: boolean): readonly Part[] {
  const parts: Part[] = [() => true];
  if (how === 'many' || isLast)
    parts.push(
      () => false,
      (place) => place % 2 === 0,
      (place) => place % 3 === 0,
    );
  if (how === 'many')
    for (let one = 0; one < loose; one++)
      parts.push(
        (place) => place === one,
        (place) => place !== one,
      );
  return parts;
}

const numbers = new WeakMap<Uint8Array, number>();
let last = 0;

/** The same for the same files: bytes are shared, never copied. */
function stateOf({ files }: MemoryFolder): string {
  const names: string[] = [];
  for (const [name, bytes] of files) {
    const number = numbers.get(bytes) ?? ++last;
    numbers.set(bytes, number);
    names.push(`${name}=${number}`);
  }
  return names.sort().join();
}
