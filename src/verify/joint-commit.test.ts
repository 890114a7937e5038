// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { JointCommit } from './joint-commit.ts';

/** Counts commits; `failing` makes the outermost one fail. */
function rowsOf(failing = false) {
  const told = { commits: 0, depth: 0 };
  const transaction = <T>(work: () => T): T => {
    told.depth += 1;
    const result = attempt(work, () => (told.depth -= 1));
    if (told.depth > 0) return result;
    told.commits += 1;
    if (failing) throw new Error('disk full');
    return result;
  };
  return { told, transaction };
}

function attempt<T>(work: () => T, then: () => void): T {
  try {
    return work();
  } finally {
    then();
  }
}

test('what is written in one turn is committed at once, and each gets its own answer', async () => {
  const rows = rowsOf();
  const joint = new JointCommit(rows);
  const answers = await Promise.all([1, 2, 3].map((one) => joint.write(() => one * 2)));
  expect(answers).toEqual([2, 4, 6]);
  expect(rows.told.commits).toBe(1);
  expect(await joint.write(() => 'later')).toBe('later');
  expect(rows.told.commits).toBe(2);
});

test('nobody goes on before the commit', async () => {
  const rows = rowsOf();
  let seen = -1;
  await new JointCommit(rows).write(() => 'x').then(() => (seen = rows.told.commits));
  expect(seen).toBe(1);
});

test('a part that fails takes nobody with it; a commit that fails takes all', async () => {
  const broken = (): never => {
    throw new Error('mine alone');
  };
  const joint = new JointCommit(rowsOf());
  const parts = [joint.write(() => 'a'), joint.write(broken), joint.write(() => 'c')];
  const settled = await Promise.allSettled(parts);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);

  const full = new JointCommit(rowsOf(true));
  const all = await Promise.allSettled([full.write(() => 'a'), full.write(() => 'b')]);
  expect(all.map((one) => (one.status === 'rejected' ? String(one.reason) : ''))).toEqual([
    'Error: disk full',
    'Error: disk full',
  ]);
});

test('a commit of several is followed by a pause, in which others gather', async () => {
  const rows = rowsOf();
  let now = 0;
  const waits: { readonly work: () => void; readonly milliseconds: number }[] = [];
  const joint = new JointCommit(
    {
      transaction: (work) => {
        const result = rows.transaction(work);
        if (rows.told.depth === 0) now += 1;
        return result;
      },
    },
    { now: () => now, after: (work, milliseconds) => waits.push({ work, milliseconds }) },
  );
  const first = [joint.write(() => 'first'), joint.write(() => 'beside it')];
  expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([0]);
  waits.pop()?.work();
  expect(await Promise.all(first)).toEqual(['first', 'beside it']);

  now += 3;
  const together = [joint.write(() => 'a'), joint.write(() => 'b')];
  expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([5]);
  now += 5;
  waits.pop()?.work();
  expect(await Promise.all(together)).toEqual(['a', 'b']);
  expect(rows.told.commits).toBe(2);

  now += 1000; // a disk as slow as this holds nobody up for longer than the bound
  const late = [joint.write(() => (now += 500)), joint.write(() => 'beside it')];
  expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([0]);
  waits.pop()?.work();
  await Promise.all(late);
  const alone = joint.write(() => (now += 500));
  expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([20]);

  now += 20;
  waits.pop()?.work();
  await alone;
  // One after the other: nobody is waited for who never comes.
  void joint.write(() => 'next');
  expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([0]);
});
