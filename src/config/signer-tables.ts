// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { PolicyFiles } from '../core/policy-files.ts';
import type { SignerRule } from '../core/signer-rule.ts';
import type { ReadDocument } from './document.ts';
import { parseIdentityWord } from './identity-word.ts';
import { sourceOf } from './pin-tables.ts';
import type { ValueReader } from './values.ts';

/** `[[signer]]` tables; keyrings are still the paths that the table names. */
export function readSignerTables(document: ReadDocument, read: ValueReader): readonly SignerRule[] {
  const folder = path.dirname(document.path);
  return (document.values.signer ?? []).map((table, place) => {
    const { openpgp = [], keyring = [], minisign = [], ssh = [], checksums = [] } = table;
    const { as: speaksFor = 'publisher', signatures, threshold = 1, sigstore = [] } = table;
    const fail = (key: string, expected: string, found: string): never =>
      document.fail(['signer', place, key], expected, found);
    const keys = openpgp.length + minisign.length + ssh.length + sigstore.length;
    if (keys === 0) fail('project', 'openpgp, minisign, ssh or sigstore beside it', 'none');
    for (const word of sigstore) requireIdentity(word, fail);
    if (threshold > keys)
      fail('threshold', `at most the ${keys} keys that are named`, `${threshold}`);
    if (openpgp.length > 0 && keyring.length === 0) fail('openpgp', 'a keyring beside it', 'none');
    if (keyring.length > 0 && openpgp.length === 0) {
      fail('keyring', 'openpgp with the fingerprints that may sign', 'none');
    }
    const isForDocuments = speaksFor === 'distribution' || openpgp.length === 0;
    if (isForDocuments && checksums.length === 0) fail('project', 'checksums beside it', 'none');
    if (isForDocuments && signatures !== undefined) {
      fail('signatures', 'openpgp keys of the publisher', 'other keys');
    }
    return {
      project: read.projectGlob(table.project, ['signer', place, 'project']),
      speaksFor,
      openpgp: openpgp.map((text) => text.replaceAll(' ', '').toUpperCase()),
      keyrings: keyring.map((text) => (isArmour(text) ? text : path.resolve(folder, text))),
      minisign,
      ssh,
      ...(sigstore.length > 0 && { sigstore }),
      sshNamespace: table['ssh-namespace'] ?? 'file',
      signatures: signatures?.map((text) => placeOf(text, folder)) ?? null,
      checksums: checksums.map((text) => placeOf(text, folder)),
      threshold,
      acceptEndedKeys: table['accept-ended-keys'] ?? false,
      source: sourceOf(document, 'signer', place),
    };
  });
}

function requireIdentity(
  word: string,
  fail: (key: string, expected: string, found: string) => never,
): void {
  try {
    parseIdentityWord(word);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    fail('sigstore', 'a publisher in one word', thrown.message);
  }
}

function isArmour(text: string): boolean {
  return text.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----');
}

function placeOf(text: string, folder: string): string {
  return /^(?:https?:\/\/|\{url\})/u.test(text) ? text : path.resolve(folder, text);
}

/**
 * Puts the keyrings themselves in place of their paths: the policy's digest stands for the keys.
 * @throws Refusal `WP-SIGNER-KEYS`, `WP-STATE-PERMISSIONS`
 */
export async function withKeyrings(
  rules: readonly SignerRule[],
  files: PolicyFiles,
): Promise<readonly SignerRule[]> {
  return await Promise.all(
    rules.map(async (rule) => ({
      ...rule,
      keyrings: await Promise.all(
        rule.keyrings.map(async (text) =>
          isArmour(text) ? text : await readKeyringFile(text, rule, files),
        ),
      ),
    })),
  );
}

async function readKeyringFile(
  file: string,
  { source }: SignerRule,
  files: PolicyFiles,
): Promise<string> {
  const found = await files.read(file);
  if (found === null) {
    throw new Refusal('WP-SIGNER-KEYS', {
      message: `${source}, keyring: expected a file at ${file}, found none`,
    });
  }
  if (found.writableByOthers || found.foreign) {
    throw new Refusal('WP-STATE-PERMISSIONS', {
      message: `${file}: expected a keyring that belongs to you or root and that nobody else may write`,
      hint: `chmod go-w ${file}`,
    });
  }
  verifyIsNoOtherKey(Buffer.from(found.bytes), { file, source });
  return Buffer.from(found.bytes).toString('base64');
}

/** Keys of other kinds have keys of their own in the table. */
function verifyIsNoOtherKey(
  bytes: Buffer,
  { file, source }: { readonly file: string; readonly source: string },
): void {
  const text = bytes.subarray(0, 4_096).toString('latin1');
  const other = /^(?:untrusted comment:|RW[A-Za-z0-9+/]{54}\s*$)/u.test(text)
    ? (['a minisign key', 'minisign = ["RW…"]'] as const)
    : /\b(?:ssh-|ecdsa-|sk-)\S+ AAAA/u.test(text)
      ? (['an SSH key', 'ssh = ["NAME ssh-ed25519 AAAA…"]'] as const)
      : null;
  if (other === null) return;
  throw new Refusal('WP-SIGNER-KEYS', {
    message: `${source}, keyring: expected an OpenPGP keyring at ${file}, found ${other[0]}`,
    hint: `Write it into the table itself: ${other[1]}.`,
  });
}
