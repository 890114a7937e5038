// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync, sign, createHash, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { readAllowedSigners } from './allowed-signers.ts';
import { sshString } from './ssh-wire.ts';
import { checkSshSignature, readSshSignature } from './sshsig.ts';

const DATA = join(import.meta.dirname, '../../../shared/data/sshsig');
const here = existsSync(DATA);
if (!here && process.env['CI'] !== undefined) throw new Error(`${DATA} is missing`);

const armour = (bytes: Uint8Array): Buffer => {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,70}/gu) ?? [];
  return Buffer.from(
    `-----BEGIN SSH SIGNATURE-----\n${lines.join('\n')}\n-----END SSH SIGNATURE-----\n`,
  );
};

interface Made {
  readonly namespace?: string;
  readonly hash?: string;
  readonly message?: string;
}

const ed25519 = generateKeyPairSync('ed25519');
const rawOf = (key: KeyObject): Buffer =>
  Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
const blob = Buffer.concat([sshString('ssh-ed25519'), sshString(rawOf(ed25519.publicKey))]);

/** As `ssh-keygen -Y sign` does. */
function signed({ namespace = 'file', hash = 'sha512', message = 'hello' }: Made = {}): Buffer {
  const digest = createHash('sha512').update(message).digest();
  const head = Buffer.concat([sshString(namespace), sshString(''), sshString(hash)]);
  const toSign = Buffer.concat([Buffer.from('SSHSIG'), head, sshString(digest)]);
  const signature = sign(null, toSign, ed25519.privateKey);
  return Buffer.concat([
    Buffer.from('SSHSIG'),
    Buffer.from([0, 0, 0, 1]),
    sshString(blob),
    head,
    sshString(Buffer.concat([sshString('ssh-ed25519'), sshString(signature)])),
  ]);
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (thrown) {
    return thrown instanceof Refusal ? thrown.code : String(thrown);
  }
};

describe.skipIf(!here)('real signatures of OpenSSH', () => {
  const read = (name: string): Buffer => readFileSync(join(DATA, name));

  it.each(['ed25519', 'ecdsa', 'rsa'])('%s', (name) => {
    const message = read('signed-data');
    const signature = readSshSignature(read(`${name}.sig`));
    expect(signature.namespace).toBe(read('namespace').toString());
    expect(checkSshSignature(message, signature)).toMatchObject({ good: true });
    const changed = Buffer.concat([message, Buffer.from('.')]);
    expect(checkSshSignature(changed, signature)).toMatchObject({ code: 'WP-SIGNATURE-BAD' });
    const line = `someone@example namespaces="unittest" ${read(`${name}.pub`).toString()}`;
    const [allowed] = readAllowedSigners(line, 'allowed');
    expect(allowed?.fingerprint).toBe(signature.fingerprint);
  });
});

describe('checkSshSignature', () => {
  const good = readSshSignature(armour(signed()));

  it('takes what its key made', () => {
    expect(checkSshSignature(Buffer.from('hello'), good)).toEqual({
      good: true,
      key: `SSH key ${good.fingerprint}`,
    });
    const crlf = Buffer.from(armour(signed()).toString().replaceAll('\n', '\r\n'));
    expect(checkSshSignature(Buffer.from('hello'), readSshSignature(crlf)).good).toBe(true);
  });

  it('does not take it for another namespace', () => {
    const other = { ...good, namespace: 'git' };
    expect(checkSshSignature(Buffer.from('hello'), other)).toMatchObject({
      code: 'WP-SIGNATURE-BAD',
    });
  });

  it('refuses weak hashes and what is no signature', () => {
    expect(codeOf(() => readSshSignature(armour(signed({ hash: 'sha1' }))))).toBe(
      'WP-SIGNATURE-WEAK',
    );
    expect(codeOf(() => readSshSignature(armour(signed({ namespace: '' }))))).toBe(
      'WP-SIGNATURE-MALFORMED',
    );
    const longer = Buffer.concat([signed(), Buffer.from([0])]);
    expect(codeOf(() => readSshSignature(armour(longer)))).toBe('WP-SIGNATURE-MALFORMED');
    expect(codeOf(() => readSshSignature(signed()))).toBe('WP-SIGNATURE-MALFORMED');
  });

  it('never takes a changed one, and never fails otherwise than with a code', () => {
    const whole = signed();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ mask;
        try {
          const read = readSshSignature(armour(bytes));
          const outcome = checkSshSignature(Buffer.from('hello'), read);
          expect(outcome.good && read.fingerprint === good.fingerprint).toBe(false);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Refusal);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('readAllowedSigners', () => {
  const key = `ssh-ed25519 ${blob.toString('base64')}`;

  it('reads principals, namespaces and times', () => {
    const text = `# us\n\na@b,c@d namespaces="file,git",valid-before="20270101Z" ${key} comment\n`;
    expect(readAllowedSigners(text, 'x')).toMatchObject([
      {
        principals: 'a@b,c@d',
        fingerprint: readSshSignature(armour(signed())).fingerprint,
        namespaces: ['file', 'git'],
        validAfter: null,
        validBefore: Date.UTC(2027, 0, 1),
      },
    ]);
  });

  it.each([
    'a@b',
    key,
    `a@b cert-authority ${key}`,
    `a@b unknown="x" ${key}`,
    `a@b valid-after="2027" ${key}`,
    `a@b ssh-rsa ${blob.toString('base64')}`,
    'a@b ssh-ed25519 AAAA',
  ])('refuses %s', (line) => {
    expect(codeOf(() => readAllowedSigners(line, 'x'))).toBe('WP-SIGNER-KEYS');
  });

  it('reads any text, or refuses it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(['none', 'WP-SIGNER-KEYS']).toContain(codeOf(() => readAllowedSigners(text, 'x')));
      }),
    );
  });
});
