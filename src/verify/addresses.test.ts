// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { ListedFile } from '../core/artifact.ts';
import { DEFAULT_POLICY, sealPolicy } from '../policy/index.ts';
import { ask, EVIL, FILE, GOOD, listed, open, PAGE, sha256, whole } from './scene.test-support.ts';

const LISTED = 'https://index.test/files/good-1.0+x.zip';
/** As pip spells the listed address when it asks. */
const ASKED = 'https://index.test/files/good-1.0%2Bx.zip';

const local = (bytes: Uint8Array): ListedFile =>
  listed(bytes, { filename: 'good-1.0+x.zip', url: LISTED });

async function fileOf(opened: ReturnType<typeof open>, url: string) {
  await opened.verifier.page(ask(PAGE));
  const outcome = await opened.verifier.file(ask(url));
  const receipt = 'receipt' in outcome ? outcome.receipt : null;
  return { receipt, codes: receipt?.decision.reasons.map(({ code }) => code) };
}

describe('an address in another spelling', () => {
  test('is the listed file', async () => {
    const opened = open({ page: [local(GOOD)], answers: [() => whole(GOOD)] });
    const { receipt } = await fileOf(opened, ASKED);
    expect(receipt?.artifact).toMatchObject({ index: 'https://index.test/simple/', url: LISTED });
    expect(receipt?.decision.verdict).toBe('first-seen');
    await opened.verifier.file(ask(LISTED));
    expect(opened.fetches()).toBe(1);
  });

  test('has the sidecar that the page promised, asked for as the page spells it', async () => {
    const metadata = Buffer.from('Name: good\nVersion: 1.0+x\n');
    const file = { ...local(GOOD), coreMetadata: { sha256: sha256(metadata) } };
    const opened = open({ page: [file], answers: [() => whole(metadata)] });
    await opened.verifier.page(ask(PAGE));
    expect(await opened.verifier.sidecar(ask(`${ASKED}.metadata`))).toMatchObject({
      outcome: 'served',
    });
    expect(opened.asked()).toEqual([`${LISTED}.metadata`]);
  });

  test('does not lead round what the page says of its bytes, nor round a refusal', async () => {
    const tampered = open({ page: [local(GOOD)], answers: [() => whole(EVIL)] });
    expect((await fileOf(tampered, ASKED)).codes).toEqual(['WP-HASH-MISMATCH']);

    const { shared } = open({ page: [local(GOOD)], answers: [() => whole(GOOD)] });
    await fileOf(open({ page: [local(GOOD)], answers: [() => whole(GOOD)] }, shared), ASKED);
    const reused = open({ page: [local(EVIL)], answers: [() => whole(EVIL)] }, shared);
    expect((await fileOf(reused, ASKED)).codes).toEqual(['WP-NAME-REUSED']);
  });
});

describe('a file that no page led to', () => {
  test('has no other way in under a name that a page of this run refused', async () => {
    const first = open({ page: [listed(GOOD)], answers: [() => whole(GOOD)] });
    await fileOf(first, FILE);
    const opened = open({ page: [listed(EVIL)], answers: [() => whole(EVIL)] }, first.shared);
    const { codes } = await fileOf(opened, 'https://other.test/mirror/good-1.0.zip');
    expect(codes).toEqual(['WP-NAME-REUSED']);
    expect(opened.fetches()).toBe(0);
  });

  test('may have the name of one that a page offers', async () => {
    const opened = open({ page: [listed(GOOD)], answers: [() => whole(GOOD)] });
    const { receipt } = await fileOf(opened, 'https://other.test/mirror/good-1.0.zip');
    expect(receipt?.decision.verdict).toBe('first-seen');
  });

  test('and whose name tells no release is known by its whole address', async () => {
    const first = open({ answers: [() => whole(GOOD)] });
    const address = (project: string) => `https://forge.test/${project}/archive/main.zip`;
    const one = await first.verifier.file(ask(address('a/one')));
    expect(one.outcome).toBe('released');
    const second = open({ answers: [() => whole(EVIL)] }, first.shared);
    expect((await second.verifier.file(ask(address('b/two')))).outcome).toBe('released');
    expect((await second.verifier.file(ask(address('a/one')))).outcome).toBe('refused');
  });

  test('and whose name tells no release may be announced under one that does', async () => {
    const headers = { 'content-disposition': 'attachment; filename=good-main.zip' };
    const opened = open({ answers: [() => whole(GOOD)], headers });
    const nameless = await opened.verifier.file(ask('https://forge.test/a/archive/main.zip'));
    expect(nameless.outcome).toBe('released');
    const named = await opened.verifier.file(ask('https://forge.test/a/other-1.0.zip'));
    expect(named.outcome).toBe('refused');
  });
});

describe('allow-hosts', () => {
  const policy = sealPolicy({ ...DEFAULT_POLICY, allowHosts: ['files.test'] });
  const elsewhere = 'https://evil.test/other-1.0.zip';

  test('binds an address that no page led to', async () => {
    const opened = open({ page: [], answers: [() => whole(GOOD)], policy });
    expect((await fileOf(opened, elsewhere)).codes).toEqual(['WP-HOST-NOT-ALLOWED']);
    expect(opened.fetches()).toBe(0);
  });

  test.each([
    ['a host it names', 'https://files.test/other-1.0.zip'],
    ["an index's own host", 'https://index.test/other-1.0.zip'],
  ])('lets %s pass', async (_, url) => {
    const opened = open({ page: [], answers: [() => whole(GOOD)], policy });
    expect((await fileOf(opened, url)).receipt?.decision.verdict).toBe('first-seen');
  });
});
