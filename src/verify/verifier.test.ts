// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import type { EvidenceKind } from '../core/evidence.ts';
import type { Wish } from '../core/installer.ts';
import { HOLD_LIMIT_BYTES, MIB, WITHHELD_TAIL_BYTES } from '../core/limits.ts';
import { DEFAULT_POLICY, sealPolicy } from '../policy/index.ts';
import {
  ask,
  cut,
  EVIL,
  FILE,
  GOOD,
  listed,
  open,
  PAGE,
  sha256,
  verdictOf,
  whole,
  type Scene,
} from './scene.test-support.ts';

const EVIDENCE_KINDS = ['index-hash', 'contents', 'pins', 'memory', 'attestation', 'approval'];

describe('a file', () => {
  test('is released as first seen, then remembered', async () => {
    const scene = { page: [listed(GOOD)], answers: [() => whole(GOOD)] };
    const first = await verdictOf(scene);
    expect(first.verdict).toBe('first-seen');
    const again = await verdictOf(scene, first.shared);
    expect(again.verdict).toBe('remembered');
    expect(again.fetches()).toBe(0);
  });

  test('whose bytes are not those the page promised is refused, and stays refused', async () => {
    const scene = { page: [listed(GOOD)], answers: [() => whole(EVIL), () => whole(GOOD)] };
    const { verifier, outcome, codes, shared } = await verdictOf(scene);
    expect(outcome.outcome).toBe('refused');
    expect(codes).toEqual(['WP-HASH-MISMATCH']);
    expect((await verifier.file(ask(FILE))).outcome).toBe('refused');
    expect(await shared.blobs.has(sha256(EVIL))).toBe(false);
    expect(shared.rows.list({})).toEqual([]);
    expect(shared.rows.auditTrail({}).map(({ what }) => what)).toContain('verdict');
  });

  test('under a remembered name with other bytes is refused before a byte is fetched', async () => {
    const first = await verdictOf({ page: [listed(GOOD)], answers: [() => whole(GOOD)] });
    const second = await verdictOf(
      { page: [listed(EVIL)], answers: [() => whole(EVIL)] },
      first.shared,
    );
    expect(second.codes).toEqual(['WP-NAME-REUSED']);
    expect(second.fetches()).toBe(0);
  });

  test('is fetched once however many ask', async () => {
    const opened = open({ page: [listed(GOOD)], answers: [() => whole(GOOD)] });
    await opened.verifier.page(ask(PAGE));
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => opened.verifier.file(ask(FILE))),
    );
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['released']));
    expect(opened.fetches()).toBe(1);
  });

  test('that is cut is asked for again, and must begin with the same bytes', async () => {
    const half = GOOD.subarray(0, 4);
    const mended = await verdictOf({
      page: [listed(GOOD)],
      answers: [() => cut(half), () => whole(GOOD)],
    });
    expect(mended.verdict).toBe('first-seen');
    const spliced = await verdictOf({
      page: [listed(GOOD)],
      answers: [() => cut(EVIL.subarray(0, 4)), () => whole(GOOD)],
    });
    expect(spliced.codes).toEqual(['WP-HASH-MISMATCH']);
  });

  test('that is always cut is undecided: neither there nor absent', async () => {
    const { verdict, codes } = await verdictOf({
      page: [listed(GOOD)],
      answers: [() => cut(GOOD.subarray(0, 4))],
    });
    expect(verdict).toBe('undecided');
    expect(codes).toEqual(['WP-UPSTREAM-TRUNCATED']);
  });

  test('longer than its stated size is refused', async () => {
    const { codes } = await verdictOf({
      page: [listed(GOOD, { size: 3 })],
      answers: [() => whole(GOOD)],
    });
    expect(codes).toEqual(['WP-SIZE-MISMATCH']);
  });

  test('answered under another distribution name is refused', async () => {
    const landed = 'https://files.test/other-1.0.zip';
    const redirected = await verdictOf({
      page: [listed(GOOD)],
      answers: [() => whole(GOOD)],
      landed,
    });
    expect(redirected.codes).toEqual(['WP-REDIRECT-NAME']);
    const announced = await verdictOf({
      page: [listed(GOOD)],
      answers: [() => whole(GOOD)],
      headers: { 'content-disposition': 'attachment; filename="other-1.0.zip"' },
    });
    expect(announced.codes).toEqual(['WP-REDIRECT-NAME']);
    const opaque = await verdictOf({
      page: [listed(GOOD)],
      answers: [() => whole(GOOD)],
      landed: 'https://cdn.test/objects/4711',
    });
    expect(opaque.verdict).toBe('first-seen');
  });

  test('is refused when a check throws, whatever the others say', async () => {
    for (const kind of EVIDENCE_KINDS) {
      const thrower: EvidenceKind = {
        kind,
        class: 'integrity',
        foresee: async () => null,
        examine: async () => {
          throw new Error('broken');
        },
      };
      const { codes } = await verdictOf({
        page: [listed(GOOD)],
        answers: [() => whole(GOOD)],
        extra: [thrower],
      });
      expect(codes, kind).toEqual(['WP-INTERNAL']);
    }
  });

  test('is refused under a policy that does not accept first use', async () => {
    const policy = sealPolicy({ ...DEFAULT_POLICY, firstUse: 'refuse' });
    const { codes, fetches } = await verdictOf({
      page: [listed(GOOD)],
      answers: [() => whole(GOOD)],
      policy,
    });
    expect(codes).toEqual(['WP-FIRST-USE']);
    expect(fetches()).toBe(0);
  });
});

describe('a file that an earlier run accepted', () => {
  test('is objected to where the policy asks for more than that', async () => {
    const { shared } = await verdictOf({ page: [listed(GOOD)], answers: [() => whole(GOOD)] });
    const [file] = shared.rows.list({});
    if (file === undefined) throw new Error('expected a remembered file');
    expect(await open({}, shared).verifier.objectionTo(file)).toBeNull();
    const strict = sealPolicy({ ...DEFAULT_POLICY, strict: true });
    expect(await open({ policy: strict }, shared).verifier.objectionTo(file)).toBeNull();
    const policy = sealPolicy({ ...DEFAULT_POLICY, require: { op: 'name', name: 'approval' } });
    expect(await open({ policy }, shared).verifier.objectionTo(file)).toMatchObject({
      reasons: [{ code: 'WP-NO-VOUCHER' }],
    });
  });
});

describe('a large file', () => {
  const size = HOLD_LIMIT_BYTES + MIB;
  const good = Buffer.alloc(size, 1);
  const evil = Buffer.from(good);
  evil[size - 1] = 2;
  const headers = { 'content-length': String(size) };

  async function* slowly(bytes: Uint8Array): AsyncIterable<Uint8Array> {
    for (let at = 0; at < bytes.length; at += MIB) yield bytes.subarray(at, at + MIB);
  }

  async function drain(bytes: Uint8Array) {
    const opened = open({ page: [listed(good)], answers: [() => slowly(bytes)], headers });
    await opened.verifier.page(ask(PAGE));
    const outcome = await opened.verifier.file(ask(FILE));
    if (outcome.outcome !== 'streaming')
      throw new Error(`expected a stream, got ${outcome.outcome}`);
    const got: Uint8Array[] = [];
    let at = 0;
    let thrown: unknown = null;
    try {
      while (at < outcome.file.size) {
        const ready = await outcome.file.releasable(at);
        const chunk = await outcome.file.read(at, ready - at);
        got.push(chunk);
        at += chunk.length;
      }
    } catch (error) {
      thrown = error;
    }
    await outcome.file.close();
    return { ...opened, got: Buffer.concat(got), thrown };
  }

  test('goes out while it comes, and ends whole', async () => {
    const { got, thrown } = await drain(good);
    expect(thrown).toBeNull();
    expect(got.equals(good)).toBe(true);
  });

  test('never goes out whole when its last byte is wrong; the next request gets the verdict', async () => {
    const { got, thrown, verifier } = await drain(evil);
    expect(thrown).toMatchObject({ code: 'WP-HASH-MISMATCH' });
    expect(got.length).toBeLessThanOrEqual(size - WITHHELD_TAIL_BYTES);
    expect((await verifier.file(ask(FILE))).outcome).toBe('refused');
  });
});

describe('a page', () => {
  test('that could not be read blocks its name on every index', async () => {
    const down = new Refusal('WP-UPSTREAM-UNREACHABLE', { message: 'down' });
    const { verifier } = open({ page: down, answers: [() => whole(GOOD)] });
    expect((await verifier.page(ask(PAGE))).outcome).toBe('blocked');
    const outcome = await verifier.file(ask('https://other.test/files/good-1.0.zip'));
    expect(outcome.outcome).toBe('refused');
  });

  test('shows a refused file only where nothing else meets what was asked for', async () => {
    const first = await verdictOf({ page: [listed(GOOD)], answers: [() => whole(GOOD)] });
    const newer = listed(GOOD, {
      filename: 'good-2.0.zip',
      url: 'https://index.test/files/good-2.0.zip',
    });
    const scene: Scene = { page: [listed(EVIL), newer] };
    const shownFor = async (wishes: readonly Wish[]) => {
      const outcome = await open({ ...scene, wishes }, first.shared).verifier.page(ask(PAGE));
      return outcome.outcome === 'judged'
        ? outcome.judged.shown.map(({ file }) => file.filename)
        : outcome.outcome;
    };
    expect(await shownFor([])).toEqual([]);
    expect(await shownFor([{ project: 'good', specifier: '==1.0', where: 'words' }])).toEqual([
      'good-1.0.zip',
    ]);
  });

  test('leads to no host that the index never used before', async () => {
    const first = await verdictOf({ page: [listed(GOOD)], answers: [() => whole(GOOD)] });
    const elsewhere = listed(GOOD, { url: 'https://evil.test/files/good-1.0.zip' });
    const opened = open({ page: [elsewhere] }, first.shared);
    await opened.verifier.page(ask(PAGE));
    expect(opened.verifier.receipts().map(({ decision }) => decision.reasons[0]?.code)).toEqual([
      'WP-HOST-NOT-ALLOWED',
    ]);
  });

  test('of the first run leads to several hosts; what was not accepted teaches none', async () => {
    const at = (host: string, version: string) =>
      listed(GOOD, {
        filename: `good-${version}.zip`,
        url: `https://${host}/good-${version}.zip`,
      });
    const page = [at('one.test', '1.0'), at('two.test', '2.0'), at('three.test', '3.0')];
    const first = open({
      page,
      answers: [() => whole(GOOD), () => whole(GOOD), () => whole(EVIL)],
    });
    await first.verifier.page(ask(PAGE));
    // The bytes are one file's, so the store answers for the second; the third has another digest.
    for (const { url } of page.slice(0, 2)) {
      expect((await first.verifier.file(ask(url))).outcome).toBe('released');
    }
    const next = open({ page }, first.shared);
    await next.verifier.page(ask(PAGE));
    const refused = next.verifier.receipts().filter(({ decision }) => decision.reasons.length > 0);
    expect(refused.map(({ artifact }) => artifact.version)).toEqual(['3.0']);
    expect(refused[0]?.decision.reasons[0]?.hint).toContain(
      '[[index]] with url = "https://index.test/simple/" and allow-hosts = ["index.test", "one.test", "two.test", "three.test"]',
    );
  });
});
