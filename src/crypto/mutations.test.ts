// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  isThere,
  realAttestations,
  realBundles,
  realRoot,
  rootText,
  type RealEvidence,
} from './real-evidence.test-support.ts';
import { openReferee } from './referee.test-support.ts';
import { Refusal } from '../core/errors.ts';
import { verifySigstore, type SigstoreProof } from './sigstore.ts';

/** Positions per object; `npm run mutations` takes 2,000. */
const POSITIONS = Number(process.env['MUTATIONS'] ?? 50);
/** The referee is slow: it looks at every so-many-th mutation, and at each that is accepted. */
const REFEREE_EVERY = 5;

const real = [...realAttestations(), ...realBundles()].filter(({ accepted }) => accepted);

/** A generator of its own, so that a failure can be repeated. */
function* positions(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Flips one bit of the JSON text. */
function flipText(json: unknown, where: number, bit: number): unknown {
  const bytes = Buffer.from(JSON.stringify(json));
  const at = Math.floor(where * bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  return JSON.parse(bytes.toString('utf8'));
}

/** Flips one bit of what one base64 text decodes to. */
function flipDecoded(json: unknown, where: number, bit: number): unknown {
  const copy: unknown = structuredClone(json);
  const found: { holder: object; name: string; bytes: Buffer }[] = [];
  const walk = (holder: object): void => {
    for (const [name, member] of Object.entries(holder)) {
      const bytes = typeof member === 'string' ? Buffer.from(member, 'base64') : null;
      if (bytes && bytes.length > 16 && bytes.toString('base64') === member) {
        found.push({ holder, name, bytes });
      }
      if (typeof member === 'object' && member !== null) walk(member);
    }
  };
  walk([copy]);
  const total = found.reduce((sum, { bytes }) => sum + bytes.length, 0);
  let at = Math.floor(where * total);
  for (const { holder, name, bytes } of found) {
    if (at < bytes.length) {
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      Reflect.set(holder, name, bytes.toString('base64'));
      break;
    }
    at -= bytes.length;
  }
  return copy;
}

function attempt(evidence: RealEvidence, json: unknown): SigstoreProof | Refusal {
  try {
    return verifySigstore(evidence.read(json), realRoot(evidence.instance), evidence.signed);
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
}

describe.runIf(isThere)('no flip of a bit changes what is proved', () => {
  test.each(real)('$file', { timeout: 2000 + POSITIONS * 400 }, (evidence) => {
    const proof = attempt(evidence, evidence.json);
    if (proof instanceof Refusal) throw proof;
    const referee = openReferee(rootText(evidence.instance));
    const random = positions(evidence.file.length + evidence.logIndex);
    const draw = (): number => random.next().value ?? 0;
    for (let round = 0; round < POSITIONS; round += 1) {
      const flip = round % 3 === 0 ? flipText : flipDecoded;
      let json: unknown;
      try {
        json = flip(evidence.json, draw(), Math.floor(draw() * 8));
      } catch {
        continue; // no JSON any more: never gets as far as us
      }
      const found = attempt(evidence, json);
      const accepted = !(found instanceof Refusal);
      if (accepted) {
        // What is not proved may be changed by anybody; what is proved may not.
        const { content, ...proved } = found;
        const { content: _, ...expected } = proof;
        expect(proved).toEqual(expected);
        expect({ ...content, sha256: null }).toEqual({ ...proof.content, sha256: null });
      } else {
        expect(found.code).toMatch(/^WP-ATTESTATION-/u);
      }
      if (accepted || round % REFEREE_EVERY === 0) {
        const second = referee(evidence, json);
        // We may be stricter, never laxer.
        if (!second.accepted) expect(accepted, second.why).toBe(false);
      }
    }
  });

  const overFiles = real.filter(({ signed }) => signed !== null && signed.bytes !== null);
  test.each(overFiles)('$file: nor in the file', { timeout: 2000 + POSITIONS * 50 }, (evidence) => {
    const bytes = Buffer.from(evidence.signed?.bytes ?? []);
    const random = positions(bytes.length);
    for (let round = 0; round < POSITIONS; round += 1) {
      const at = Math.floor((random.next().value ?? 0) * bytes.length);
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << Math.floor((random.next().value ?? 0) * 8));
      const sha256 = createHash('sha256').update(changed).digest();
      const found = attempt({ ...evidence, signed: { sha256, bytes: changed } }, evidence.json);
      expect(found).toBeInstanceOf(Refusal);
    }
  });
});
