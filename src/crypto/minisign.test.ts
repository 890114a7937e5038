// SPDX-License-Identifier: Apache-2.0
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { checkMinisign, readMinisignKey, readMinisignSignature } from './minisign.ts';

const DATA = join(import.meta.dirname, '../../../shared/data/minisign');
const here = existsSync(DATA);
if (!here && process.env['CI'] !== undefined) throw new Error(`${DATA} is missing`);

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const id = Buffer.from('0123456789abcdef', 'hex');
const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
const KEY = Buffer.concat([Buffer.from('Ed'), id, raw]).toString('base64');
const key = readMinisignKey(KEY, 'a key');

function signed(message: string, { scheme = 'ED', comment = 'timestamp:1' } = {}): Buffer {
  const content =
    scheme === 'ED' ? createHash('blake2b512').update(message).digest() : Buffer.from(message);
  const signature = sign(null, content, privateKey);
  const global = sign(null, Buffer.concat([signature, Buffer.from(comment)]), privateKey);
  const head = Buffer.concat([Buffer.from(scheme), id, signature]).toString('base64');
  return Buffer.from(
    `untrusted comment: x\n${head}\ntrusted comment: ${comment}\n${global.toString('base64')}\n`,
  );
}

const check = (message: string, signature: Buffer) =>
  checkMinisign(Buffer.from(message), readMinisignSignature(signature), key);

describe.skipIf(!here)('a real signature', () => {
  const read = (name: string): Buffer => readFileSync(join(DATA, name));
  it('holds, and for nothing else', () => {
    const real = readMinisignKey(read('minisign.pub').toString(), 'minisign.pub');
    const signature = readMinisignSignature(read('message.txt.minisig'));
    expect(real.id).toBe('C373193807678450');
    expect(checkMinisign(read('message.txt'), signature, real)).toMatchObject({ good: true });
    expect(checkMinisign(Buffer.from('another'), signature, real)).toMatchObject({
      code: 'WP-SIGNATURE-BAD',
    });
  });
});

describe('checkMinisign', () => {
  it.each(['ED', 'Ed'])('takes what its key made: %s', (scheme) => {
    expect(check('hello', signed('hello', { scheme }))).toEqual({
      good: true,
      key: `minisign key ${KEY}`,
    });
    expect(check('other', signed('hello', { scheme }))).toMatchObject({ code: 'WP-SIGNATURE-BAD' });
  });

  it('does not take a changed trusted comment', () => {
    const changed = Buffer.from(signed('hello').toString().replace('timestamp:1', 'timestamp:2'));
    expect(check('hello', changed)).toMatchObject({ code: 'WP-SIGNATURE-BAD' });
  });

  it('does not take another key of the same id', () => {
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? '';
    const twin = Buffer.concat([Buffer.from('Ed'), id, Buffer.from(other, 'base64url')]);
    const read = readMinisignSignature(signed('hello'));
    const outcome = checkMinisign(
      Buffer.from('hello'),
      read,
      readMinisignKey(twin.toString('base64'), 'x'),
    );
    expect(outcome).toMatchObject({ code: 'WP-SIGNATURE-BAD' });
  });

  it('is never fooled by a changed byte, and throws nothing but refusals', () => {
    const whole = signed('hello');
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 127 }), (at, mask) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ mask;
        // The first line is nobody's word.
        if (
          bytes.toString().split('\n').slice(1).join() ===
          whole.toString().split('\n').slice(1).join()
        )
          return;
        try {
          expect(check('hello', bytes).good).toBe(false);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Refusal);
        }
      }),
      { numRuns: 400 },
    );
  });

  it.each(['', 'RW', `${KEY}\n${KEY}`, KEY.replace('RW', 'RV')])('refuses the key "%s"', (text) => {
    expect(() => readMinisignKey(text, 'x')).toThrow(Refusal);
  });
});
