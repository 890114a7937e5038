// SPDX-License-Identifier: Apache-2.0
import type { SignerRule } from '../core/signer-rule.ts';
import { Refusal } from '../core/errors.ts';
import { openPgp, type OpenedKeyring, type PgpOutcome, type SignedBytes } from '../crypto/index.ts';
import type { Signed } from './signer-verdict.ts';

/** Keyrings of one rule, read once. */
export interface Keyring {
  readonly certificates: OpenedKeyring;
  /** By fingerprint of the certificate: what it calls itself. */
  readonly users: ReadonlyMap<string, string>;
}

/** @throws Refusal `WP-SIGNER-KEYS` */
export async function openKeyring(rule: SignerRule): Promise<Keyring> {
  const { openKeyrings, wordsOfKeyring } = await openPgp();
  const files = rule.keyrings.map((text) =>
    text.includes('-----BEGIN') ? Buffer.from(text) : Buffer.from(text, 'base64'),
  );
  const certificates = await openKeyrings(files).catch((error: unknown) => {
    throw unreadable(rule, error);
  });
  const users = new Map<string, string>();
  for (const { fingerprint, users: names } of wordsOfKeyring(certificates)) {
    const [first] = names;
    if (first !== undefined) users.set(fingerprint, first);
  }
  return { certificates, users };
}

function unreadable(rule: SignerRule, error: unknown): Refusal {
  const why = error instanceof Error ? error.message : String(error);
  return new Refusal('WP-SIGNER-KEYS', {
    message: `${rule.source}: a keyring cannot be read: ${why}`,
    cause: error,
  });
}

/** @throws Refusal `WP-SIGNATURE-MALFORMED` for what is no detached signature (attacks I04, I13). */
export async function checkDetachedBy(
  data: SignedBytes,
  signature: Uint8Array,
  by: {
    readonly rule: SignerRule;
    readonly keyring: Keyring;
    readonly now: number;
    /** Of a text, line ends are no part of what is signed. */
    readonly ofText: boolean;
  },
): Promise<readonly Signed[]> {
  const { checkDetached } = await openPgp();
  const { certificates } = by.keyring;
  const outcomes = await read('a detached signature', () =>
    checkDetached(data, signature, { certificates, now: by.now }),
  );
  return outcomes.map((outcome) => {
    if (!outcome.good || outcome.mode === 'binary' || by.ofText) return asSigned(outcome, by);
    const key = `OpenPGP key ${outcome.primary}`;
    return { good: false, key, code: 'WP-KEY-USAGE', reason: TEXT_OF_FILE };
  });
}

/** RFC 9580, section 5.2.1.2: other bytes with other line ends would have the same signature. */
const TEXT_OF_FILE = 'a signature of a text, which does not say what ends the lines of a file';

/** @returns the signed text alone. @throws Refusal `WP-SIGNATURE-MALFORMED` */
export async function checkClearSignedBy(
  document: Uint8Array,
  by: { readonly rule: SignerRule; readonly keyring: Keyring; readonly now: number },
): Promise<{ readonly text: string; readonly signed: readonly Signed[] }> {
  const { checkClearSigned } = await openPgp();
  const { certificates } = by.keyring;
  const { text, outcomes } = await read('a clear-signed document', () =>
    checkClearSigned(document, { certificates, now: by.now }),
  );
  return { text, signed: outcomes.map((outcome) => asSigned(outcome, by)) };
}

async function read<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal('WP-SIGNATURE-MALFORMED', {
      message: `expected ${what}, found something else (${why})`,
      cause: error,
    });
  }
}

function asSigned(
  outcome: PgpOutcome,
  { rule, keyring }: { readonly rule: SignerRule; readonly keyring: Keyring },
): Signed {
  if (!outcome.good) {
    const { code, reason, keyid } = outcome;
    return { good: false, key: `OpenPGP key ${keyid}`, code, reason };
  }
  const { primary, signer, made, ended } = outcome;
  return {
    good: true,
    keys: [`OpenPGP key ${primary}`, `OpenPGP key ${signer}`],
    authorised: rule.openpgp.includes(primary) || rule.openpgp.includes(signer),
    ended,
    made,
    name: keyring.users.get(primary) ?? null,
  };
}
