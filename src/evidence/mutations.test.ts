// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { provenance } from '../../test/world/integrity-api.ts';
import { openSigstore } from '../../test/world/sigstore/sigstore.ts';
import { Refusal } from '../core/errors.ts';
import type { NamedRoot } from '../core/trusted-roots.ts';
import { judgeProvenance } from './provenance.ts';
import type { AttestedFile } from './statement.ts';

/** Positions per object; `npm run mutations` takes 2,000. */
const POSITIONS = Number(process.env['MUTATIONS'] ?? 50);

const DATA = path.resolve(import.meta.dirname, '../../../shared/data');
const PEP740 = path.join(DATA, 'pep740');
const isThere = existsSync(path.join(PEP740, 'INDEX.json'));

interface Case {
  readonly name: string;
  /** A provenance object as an index sends it. */
  readonly text: Buffer;
  readonly file: AttestedFile;
  readonly root: NamedRoot;
  /** The bytes that were attested, where they are at hand. */
  readonly bytes: Buffer | null;
}

interface Indexed {
  readonly file: string;
  readonly subject: string;
  readonly sha256: string;
  readonly instance: 'public-good' | 'staging';
}

function realCases(): readonly Case[] {
  if (!isThere) return [];
  const index: readonly Indexed[] = JSON.parse(read('pep740', 'INDEX.json').toString('utf8'));
  return index
    .filter(({ file }) => file.endsWith('.provenance'))
    .map(({ file, subject, sha256, instance }) => {
      const attested = path.join(PEP740, 'files', subject);
      return {
        name: file,
        text: read('pep740', file),
        file: {
          filename: subject,
          project: (subject.split('-')[0] ?? '').replaceAll('_', '-'),
          sha256,
        },
        root: {
          name: instance,
          bytes: read('sigstore', instance, 'trusted_root.json'),
          checkedAt: 0,
        },
        bytes: existsSync(attested) ? readFileSync(attested) : null,
      };
    });
}

const read = (...parts: readonly string[]): Buffer => readFileSync(path.join(DATA, ...parts));

/** What no real object has yet: Rekor v2 with PEP 740's pending timestamps. */
function madeCase(): Case {
  const bytes = Buffer.from('what was attested');
  const file = { filename: 'good-1.0.tar.gz', project: 'good', sha256: sha256(bytes) };
  const sigstore = openSigstore();
  const attestation = sigstore.attest(file, { rekor: 2 });
  const text = Buffer.from(JSON.stringify(provenance([attestation])));
  const root = { name: 'world', bytes: Buffer.from(sigstore.trustedRoot()), checkedAt: 0 };
  return { name: 'Rekor v2 with a timestamp, made here', text, file, root, bytes };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A generator of its own, so that a failure can be repeated. */
function* positions(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function flipped(bytes: Buffer, where: number, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = Math.floor(where * copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}

/** What was proved; `null` where nothing was. */
function proved(text: Buffer, file: AttestedFile, root: NamedRoot): unknown {
  try {
    const { vouchers } = judgeProvenance(text, file, [root]);
    if (vouchers.length === 0) return null;
    // What it does not prove may be said otherwise by anybody: the other words of the container.
    return vouchers.map(({ identity, words, predicate, statement, proof }) => ({
      identity,
      words,
      predicate,
      statement,
      proof,
    }));
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    expect(thrown.code).toMatch(/^WP-ATTESTATION-/u);
    return null;
  }
}

describe.each([...realCases(), madeCase()])('$name', ({ name, text, file, root, bytes }) => {
  const random = positions(name.length * 7919);
  const draw = (): number => random.next().value ?? 0;
  const timeout = 5000 + POSITIONS * 100;

  test('no flip of a bit in the text, as it is sent, changes what is proved', { timeout }, () => {
    const before = proved(text, file, root);
    expect(before).not.toBeNull();
    for (let round = 0; round < POSITIONS; round += 1) {
      const [where, bit] = [draw(), Math.floor(draw() * 8)];
      const after = proved(flipped(text, where, bit), file, root);
      if (after !== null) expect(after, `flip of bit ${bit} at ${where}`).toEqual(before);
    }
  });

  test.runIf(bytes !== null)('no flip of a bit in the file is accepted', { timeout }, () => {
    for (let round = 0; round < POSITIONS; round += 1) {
      const changed = flipped(bytes ?? Buffer.alloc(0), draw(), Math.floor(draw() * 8));
      expect(proved(text, { ...file, sha256: sha256(changed) }, root)).toBeNull();
    }
  });
});
