// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { openPublicGoodRoot } from '../trust/public-good-root.ts';
import { judgeHere, type Proving } from './provenance-judge.ts';
import { openProvingThread } from './proving-thread.ts';

const PEP740 = path.resolve(import.meta.dirname, '../../../shared/data/pep740');
const NAME = 'sampleproject-4.0.0.tar.gz';
const isThere = existsSync(path.join(PEP740, 'INDEX.json'));

test.runIf(process.env['CI'] !== undefined)('the real attestations are there', () => {
  expect(isThere).toBe(true);
});

interface Indexed {
  readonly file: string;
  readonly subject: string;
  readonly sha256: string;
}

async function real(sha256?: string): Promise<Proving> {
  const index: readonly Indexed[] = JSON.parse(
    readFileSync(path.join(PEP740, 'INDEX.json'), 'utf8'),
  );
  const found = index.find(({ file }) => file === `${NAME}.provenance`);
  return {
    provenance: readFileSync(path.join(PEP740, `${NAME}.provenance`)),
    file: { filename: NAME, project: 'sampleproject', sha256: sha256 ?? found?.sha256 ?? '' },
    roots: [await openPublicGoodRoot()],
  };
}

const nonsense = (text: string): Proving => ({
  provenance: Buffer.from(text),
  file: { filename: NAME, project: 'sampleproject', sha256: '0'.repeat(64) },
  roots: [],
});

/** A worker that answers as it is told, in words of JavaScript. */
const saying = (code: string) => (): Worker =>
  new Worker(`const { parentPort } = require('node:worker_threads');\n${code}`, { eval: true });
const ANSWER = `parentPort.postMessage({ said: { vouchers: [], silent: ['well'] } })`;

describe('the thread that proves', () => {
  test.runIf(isThere)('says what is said here', async () => {
    const thread = openProvingThread();
    try {
      thread.prepare();
      const asked = [await real(), await real(), await real('0'.repeat(64))];
      const [one, two, wrong] = await Promise.allSettled(
        asked.map(async (proving) => await thread.judge(proving)),
      );
      const expected = await judgeHere.judge(await real());
      expect(expected.vouchers).toHaveLength(1);
      expect(one).toEqual({ status: 'fulfilled', value: expected });
      expect(two).toEqual(one);
      expect(wrong).toMatchObject({
        status: 'rejected',
        reason: { name: 'Refusal', code: 'WP-ATTESTATION-DIGEST', class: 'E-BYTES' },
      });
    } finally {
      await thread.close();
    }
  });

  test('refuses what cannot be read, and goes on', async () => {
    const thread = openProvingThread();
    try {
      for (const text of ['', '[', '{}', '{"version":2}', '['.repeat(100_000)]) {
        await expect(thread.judge(nonsense(text))).rejects.toMatchObject({
          code: 'WP-ATTESTATION-MALFORMED',
        });
      }
    } finally {
      await thread.close();
    }
  });

  test('that dies takes one question with it, and nothing is believed for it', async () => {
    let starts = 0;
    const start = (): Worker => {
      starts += 1;
      return saying(
        `parentPort.on('message', ({ provenance }) => Buffer.from(provenance).toString() === 'die' ? process.exit(3) : ${ANSWER});`,
      )();
    };
    const thread = openProvingThread({ start });
    const asked = ['well', 'die', 'well'].map(async (text) => await thread.judge(nonsense(text)));
    const [before, during, after] = await Promise.allSettled(asked);
    expect(before).toMatchObject({ status: 'fulfilled' });
    expect(during).toMatchObject({
      status: 'rejected',
      reason: { code: 'WP-INTERNAL', message: expect.stringContaining('exited with 3') },
    });
    expect(after).toMatchObject({ status: 'fulfilled' });
    expect(starts).toBe(2);
    await thread.close();
  });

  test.each([
    ['throws at once', `throw new Error('no')`],
    ['throws when asked', `parentPort.on('message', () => { throw new Error('no'); })`],
    ['exits', `process.exit(0)`],
    ['takes all memory', `const all = []; for (;;) all.push(new Array(1e5).fill({}));`],
    ['tells of a fault', `parentPort.on('message', () => parentPort.postMessage({ fault: 'no' }))`],
  ])('that %s proves nothing, however often it is asked', async (_, code) => {
    const start = (): Worker =>
      new Worker(`const { parentPort } = require('node:worker_threads');\n${code}`, {
        eval: true,
        resourceLimits: { maxOldGenerationSizeMb: 16 },
      });
    const thread = openProvingThread({ start });
    for (let round = 0; round < 6; round += 1) {
      await expect(thread.judge(nonsense('x'))).rejects.toMatchObject({ code: 'WP-INTERNAL' });
    }
    await thread.close();
  });

  test('that cannot be started proves nothing', async () => {
    const start = (): Worker => {
      throw new Error('no threads here');
    };
    const thread = openProvingThread({ start });
    thread.prepare();
    await expect(thread.judge(nonsense('x'))).rejects.toMatchObject({ code: 'WP-INTERNAL' });
    await thread.close();
  });

  test('that takes too long is given up, and the next question asked of another', async () => {
    const start = saying(
      `parentPort.on('message', ({ provenance }) => { while (Buffer.from(provenance).toString() === 'long'); ${ANSWER}; });`,
    );
    const thread = openProvingThread({ start, deadlineMs: 300 });
    const [long, next] = await Promise.allSettled(
      ['long', 'well'].map(async (text) => await thread.judge(nonsense(text))),
    );
    expect(long).toMatchObject({ status: 'rejected', reason: { code: 'WP-ATTESTATION-LIMIT' } });
    expect(next).toMatchObject({ status: 'fulfilled' });
    await thread.close();
  });

  test('that is closed proves nothing more', async () => {
    const thread = openProvingThread();
    const open = thread.judge(nonsense('x'));
    const told = expect(open).rejects.toMatchObject({ code: 'WP-INTERNAL' });
    await thread.close();
    await told;
    await expect(thread.judge(nonsense('x'))).rejects.toMatchObject({ code: 'WP-INTERNAL' });
  });
});
