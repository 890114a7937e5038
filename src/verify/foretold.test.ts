// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import {
  ask,
  EVIL,
  FILE,
  GOOD,
  listed,
  open,
  PAGE,
  verdictOf,
  whole,
} from './scene.test-support.ts';

const WITH_BYTES = { page: [listed(GOOD)], answers: [() => whole(GOOD)] };

/** It was accepted before, and lies in the store. */
async function known() {
  const { shared } = await verdictOf(WITH_BYTES);
  const opened = open({ page: [listed(GOOD)] }, shared);
  await opened.verifier.page(ask(PAGE));
  return opened;
}

test('a file is judged before anybody asks for it, and nothing is written of it', async () => {
  const { verifier, shared, fetches } = await known();
  const before = shared.rows.auditTrail({}).length;
  const foretold = await verifier.foretell(ask(FILE));
  expect(foretold).toMatchObject({ artifact: { url: FILE }, decision: { verdict: 'remembered' } });
  expect(verifier.receipts()).toEqual([]);
  expect(shared.rows.auditTrail({})).toHaveLength(before);
  expect(fetches()).toBe(0);
  await verifier.close();
});

test('it is what it was said to be once it is asked for', async () => {
  const { verifier, shared } = await known();
  const before = shared.rows.auditTrail({}).length;
  await verifier.foretell(ask(FILE));
  const outcome = await verifier.file(ask(FILE));
  expect(outcome.outcome).toBe('released');
  expect(verifier.receipts()).toMatchObject([{ asked: true, decision: { verdict: 'remembered' } }]);
  expect(shared.rows.auditTrail({})).toHaveLength(before + 1);
});

test('what is refused now is foretold as refused, whatever it was before', async () => {
  const { shared } = await verdictOf(WITH_BYTES);
  const replaced = open({ page: [listed(EVIL)], answers: [() => whole(EVIL)] }, shared);
  await replaced.verifier.page(ask(PAGE));
  const foretold = await replaced.verifier.foretell(ask(FILE));
  expect(foretold === null || foretold.decision.verdict !== 'remembered').toBe(true);
  expect((await replaced.verifier.file(ask(FILE))).outcome).toBe('refused');
});

test('nothing is said of what no page has listed, or was asked for already', async () => {
  const { shared } = await verdictOf(WITH_BYTES);
  const opened = open({ page: [listed(GOOD)] }, shared);
  expect(await opened.verifier.foretell(ask(FILE))).toBeNull();
  await opened.verifier.page(ask(PAGE));
  await opened.verifier.file(ask(FILE));
  expect(await opened.verifier.foretell(ask(FILE))).toBeNull();
});
