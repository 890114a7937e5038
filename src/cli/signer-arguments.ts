// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import { parseIdentityWord } from '../config/index.ts';
import { Refusal } from '../core/errors.ts';
import { MAX_POLICY_BYTES } from '../core/limits.ts';
import { safeText } from '../core/safe-text.ts';
import type { SignerRule } from '../core/signer-rule.ts';
import { openPgp, readAllowedSigners, readMinisignKey } from '../crypto/index.ts';
import { localFiles } from '../host/index.ts';

/** Keys that the command line hands over, by what they are. */
export interface GivenKeys {
  /** In base64. */
  readonly keyrings: readonly string[];
  readonly minisign: readonly string[];
  readonly ssh: readonly string[];
  /** Upper-case fingerprints of the certificates in `keyrings`. */
  readonly fingerprints: readonly string[];
}

const FINGERPRINT = /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/u;

/** @throws Refusal `WP-USAGE`, `WP-SIGNER-KEYS` */
export async function readKeyFiles(paths: readonly string[]): Promise<GivenKeys> {
  const read = await Promise.all(paths.map(async (path) => await readKeyFile(path)));
  return {
    keyrings: read.flatMap(({ keyrings }) => keyrings),
    minisign: read.flatMap(({ minisign }) => minisign),
    ssh: read.flatMap(({ ssh }) => ssh),
    fingerprints: read.flatMap(({ fingerprints }) => fingerprints),
  };
}

const NONE: GivenKeys = { keyrings: [], minisign: [], ssh: [], fingerprints: [] };

/** An OpenPGP keyring, a minisign public key, or an allowed-signers file: its content tells. */
async function readKeyFile(path: string): Promise<GivenKeys> {
  const bytes = await localFiles.read(resolve(path), MAX_POLICY_BYTES);
  if (bytes === null || bytes === 'too long') {
    const found = bytes === null ? 'none' : 'one that is too large';
    throw new Refusal('WP-USAGE', { message: `${path}: expected a key file, found ${found}` });
  }
  const text = Buffer.from(bytes).toString('utf8');
  if (/^(?:untrusted comment:|RW[A-Za-z0-9+/]{54}\s*$)/u.test(text)) {
    return { ...NONE, minisign: [readMinisignKey(text, path).text] };
  }
  if (/\b(?:ssh-|ecdsa-|sk-)\S+ AAAA/u.test(text)) {
    const ssh = text.split('\n').filter((line) => /^\s*[^#\s]/u.test(line));
    readAllowedSigners(ssh.join('\n'), path);
    return { ...NONE, ssh };
  }
  const { readKeyring } = await openPgp();
  const found = await readKeyring(bytes).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal('WP-SIGNER-KEYS', {
      message: `${path}: expected an OpenPGP keyring, a minisign key or an allowed-signers file (${safeText(why, 200)})`,
      ...hintOf(text),
      cause: error,
    });
  });
  const keyrings = [Buffer.from(bytes).toString('base64')];
  return { ...NONE, keyrings, fingerprints: found.map(({ fingerprint }) => fingerprint) };
}

/** What a file is that is none of these, where it says so itself. */
function hintOf(text: string): { readonly hint?: string } {
  if (/^(?:ssh-|ecdsa-|sk-)\S+\s+AAAA/mu.test(text)) {
    return { hint: 'It is an SSH public key: an allowed-signers file has a name before each key.' };
  }
  if (text.includes('BEGIN PGP SIGNATURE') || text.includes('BEGIN PGP SIGNED MESSAGE')) {
    return {
      hint: 'It is a signature, not the key: name it with --signature, the key with --keyring.',
    };
  }
  return {};
}

export interface SignerWish {
  readonly keys: GivenKeys;
  /** `--signer`: fingerprints and Sigstore identities that may speak, as typed. */
  readonly signers: readonly string[];
  readonly project: string;
  readonly signatures: readonly string[];
  readonly checksums: readonly string[];
  /** What this user has revoked counts for nothing, whoever names it. */
  readonly revoked: readonly string[];
}

/**
 * The policy's own tables with what the command line adds; without any table, one that lets the
 * given keys speak, and whether a person has said that they may.
 */
export function rulesWith(
  own: readonly SignerRule[],
  { keys, signers, project, signatures, checksums, revoked }: SignerWish,
): { readonly rules: readonly SignerRule[]; readonly confirmed: boolean } {
  const sigstore = signers.filter(isIdentity);
  for (const word of sigstore) parseIdentityWord(word);
  const named = signers
    .filter((text) => !isIdentity(text))
    .map((text) => fingerprintOf(text, '--signer'));
  const places = (rule: SignerRule): Partial<SignerRule> => ({
    ...(signatures.length > 0 && { signatures }),
    ...(checksums.length > 0 && { checksums }),
    keyrings: [...rule.keyrings, ...keys.keyrings],
  });
  const handed =
    keys.fingerprints.length + keys.minisign.length + keys.ssh.length + sigstore.length;
  const isSaid = named.length + sigstore.length > 0;
  if (own.length > 0 && !isSaid) {
    return { rules: own.map((rule) => ({ ...rule, ...places(rule) })), confirmed: true };
  }
  if (handed === 0) return { rules: own, confirmed: true };
  const rule: SignerRule = {
    project,
    speaksFor: 'publisher',
    openpgp: isSaid ? named : keys.fingerprints,
    ...(sigstore.length > 0 && { sigstore }),
    keyrings: keys.keyrings,
    minisign: keys.minisign,
    ssh: keys.ssh,
    sshNamespace: 'file',
    signatures,
    checksums,
    threshold: 1,
    acceptEndedKeys: false,
    ...(revoked.length > 0 && { revoked }),
    source: isSaid ? '--signer' : '--keyring',
  };
  return { rules: [...own, rule], confirmed: isSaid };
}

/** A Sigstore identity in one word, as `--identity` takes it. */
const isIdentity = (text: string): boolean => /^[a-z]+:/u.test(text);

/** @throws Refusal `WP-USAGE` */
export function fingerprintOf(text: string, option: string): string {
  const digits = text.replaceAll(' ', '').toUpperCase();
  if (FINGERPRINT.test(digits)) return digits;
  throw new Refusal('WP-USAGE', {
    message: `${option}: expected a whole fingerprint of 40 or 64 digits, found ${safeText(text, 100)}`,
    hint: 'Short ids can be forged: see `gpg --fingerprint`.',
  });
}
