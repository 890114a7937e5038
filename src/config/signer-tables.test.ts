// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { signersIn } from '../policy/index.ts';
import { loadPolicy } from './load-policy.ts';

const USER = '/home/me/.config/wheelproof/wheelproof.toml';
const PROJECT = '/home/me/app/wheelproof.toml';
const FINGERPRINT = '0123456789ABCDEF0123456789ABCDEF01234567';
const RING = 'not looked into here';

const load = async (files: Readonly<Record<string, string>>, writableByOthers = false) =>
  await loadPolicy(
    {
      directory: '/home/me/app',
      configDirectory: '/home/me/.config/wheelproof',
      explicitFile: null,
      strict: false,
    },
    {
      read: async (path) => {
        const text = files[path];
        const isRing = path.endsWith('.asc');
        return text === undefined
          ? null
          : {
              bytes: Buffer.from(text),
              foreign: false,
              writableByOthers: isRing && writableByOthers,
            };
      },
    },
  );

const codeOf = async (files: Readonly<Record<string, string>>, open = false): Promise<string> => {
  try {
    await load(files, open);
    return 'none';
  } catch (thrown) {
    return thrown instanceof Refusal ? `${thrown.code} ${thrown.message}` : String(thrown);
  }
};

const TABLE = `[[signer]]
project = "Good*"
openpgp = ["0123 4567 89ab cdef 0123  4567 89ab cdef 0123 4567"]
keyring = ["keys/good.asc"]
signatures = ["{url}.asc", "sigs/{filename}.asc"]
checksums = ["https://good.example/{version}/SHA256SUMS"]
`;
const WITH_RING = { '/home/me/app/keys/good.asc': RING };

describe('[[signer]]', () => {
  test('is read with the keyring itself, paths from its own folder', async () => {
    const policy = await load({ [PROJECT]: TABLE, ...WITH_RING });
    expect(signersIn(policy)('other')).toEqual([]);
    expect(signersIn(policy)('good-thing')).toEqual([
      {
        project: 'good*',
        speaksFor: 'publisher',
        openpgp: [FINGERPRINT],
        keyrings: [Buffer.from(RING).toString('base64')],
        minisign: [],
        ssh: [],
        sshNamespace: 'file',
        signatures: ['{url}.asc', '/home/me/app/sigs/{filename}.asc'],
        checksums: ['https://good.example/{version}/SHA256SUMS'],
        threshold: 1,
        acceptEndedKeys: false,
        source: `${PROJECT} [[signer]] 1`,
      },
    ]);
  });

  test('of both files count, and the digest stands for the keys', async () => {
    const own = TABLE.replace('keys/good.asc', '/keys/own.asc');
    const rings = { ...WITH_RING, '/keys/own.asc': 'another' };
    const both = await load({ [USER]: own, [PROJECT]: TABLE, ...rings });
    expect(signersIn(both)('good')).toHaveLength(2);
    const one = await load({ [PROJECT]: TABLE, ...WITH_RING });
    const changed = await load({ [PROJECT]: TABLE, '/home/me/app/keys/good.asc': 'changed' });
    expect(new Set([both.digest, one.digest, changed.digest]).size).toBe(3);
  });

  test('names Sigstore identities, whose words the digest stands for', async () => {
    const table = (word: string): string =>
      `[[signer]]\nproject = "x"\nsigstore = ["${word}"]\nchecksums = ["S"]\n`;
    const one = await load({ [PROJECT]: table('github:x/y?workflow=r.yml') });
    expect(signersIn(one)('x')[0]?.sigstore).toEqual(['github:x/y?workflow=r.yml']);
    const other = await load({ [PROJECT]: table('github:x/y?workflow=s.yml') });
    expect(other.digest).not.toBe(one.digest);
  });

  test.each([
    ['a minisign key', 'untrusted comment: minisign public key\nRWQ'],
    ['an SSH key', `me ssh-ed25519 AAAA${'b'.repeat(60)}`],
  ])('tells what stands where a keyring is expected: %s', async (what, text) => {
    const found = await codeOf({ [PROJECT]: TABLE, '/home/me/app/keys/good.asc': text });
    expect(found).toMatch(new RegExp(`^WP-SIGNER-KEYS .*keyring: .*found ${what}`, 'u'));
  });

  test('wants a keyring that is there and that nobody else may write', async () => {
    expect(await codeOf({ [PROJECT]: TABLE })).toMatch(/^WP-SIGNER-KEYS .*found none/u);
    const open = await codeOf({ [PROJECT]: TABLE, ...WITH_RING }, true);
    expect(open).toMatch(/^WP-STATE-PERMISSIONS/u);
  });

  test.each([
    ['short ids (I11)', TABLE.replace(/openpgp = .*/u, 'openpgp = ["89ABCDEF"]')],
    ['long ids', TABLE.replace(/openpgp = .*/u, 'openpgp = ["0123456789ABCDEF"]')],
    ['no key', '[[signer]]\nproject = "good"\nchecksums = ["SUMS"]'],
    ['no keyring', TABLE.replace(/keyring = .*/u, '')],
    ['a keyring for nobody', '[[signer]]\nproject = "good"\nkeyring = ["x"]\nchecksums = ["S"]'],
    ['a threshold of nobody', `${TABLE}threshold = 2`],
    ['no document', '[[signer]]\nproject = "good"\nssh = ["a ssh-ed25519 AAAA"]'],
    [
      'a distribution without document',
      `${TABLE.replace(/checksums = .*/u, '')}as = "distribution"`,
    ],
    ['a distribution that signs files', `${TABLE}as = "distribution"`],
    ['another scheme', TABLE.replace('https://good.example', 'ftp://good.example')],
    [
      'a Sigstore identity of no known kind',
      '[[signer]]\nproject = "x"\nsigstore = ["nobody:x/y"]\nchecksums = ["S"]',
    ],
    [
      'a GitHub identity without its workflow',
      '[[signer]]\nproject = "x"\nsigstore = ["github:x/y"]\nchecksums = ["S"]',
    ],
    [
      'a Sigstore identity without a list',
      '[[signer]]\nproject = "x"\nsigstore = ["github:x/y?workflow=r.yml"]',
    ],
    ['no minisign key', '[[signer]]\nproject = "x"\nminisign = ["RWshort"]\nchecksums = ["S"]'],
    ['an unknown key', `${TABLE}fingerprint = "x"`],
  ])('refuses %s', async (_name, table) => {
    expect(await codeOf({ [PROJECT]: table, ...WITH_RING })).toMatch(/^WP-POLICY-INVALID/u);
  });
});
