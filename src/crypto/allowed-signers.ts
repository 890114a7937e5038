// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from 'node:crypto';
import { Refusal } from '../core/errors.ts';
import { readSshKey, type SshKey } from './ssh-wire.ts';
import { sshFingerprint } from './sshsig.ts';

/** One line of an allowed-signers file (ssh-keygen(1), ALLOWED SIGNERS). */
export interface AllowedSigner {
  /** As written; hostile text, escape before showing. */
  readonly principals: string;
  readonly fingerprint: string;
  readonly key: KeyObject;
  /** What it may sign; `null`: anything. */
  readonly namespaces: readonly string[] | null;
  /** Milliseconds since 1970. */
  readonly validAfter: number | null;
  readonly validBefore: number | null;
}

const MAX_LINES = 10_000;
/** A quoted text may hold spaces and commas. */
const OPTION = /^(?<name>[a-z-]+)(?:="(?<value>[^"]*)")?$/u;

/**
 * @param what the file, for messages.
 * @throws Refusal `WP-SIGNER-KEYS` for a line that cannot be understood: overlooking one could
 *   overlook its bounds.
 */
export function readAllowedSigners(text: string, what: string): readonly AllowedSigner[] {
  const lines = text.split(/\r?\n/u);
  if (lines.length > MAX_LINES) throw wrong(what, `more than ${MAX_LINES} lines`);
  return lines.flatMap((line, place) => {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) return [];
    return [readLine(content, `${what}, line ${place + 1}`)];
  });
}

function readLine(line: string, what: string): AllowedSigner {
  const words = line.match(/(?:"[^"]*"|[^\s"])+/gu) ?? [];
  const [principals = ''] = words;
  const typeAt = words.findIndex(
    (word, place) => place > 0 && /^(?:sk-)?(?:ssh|ecdsa)-/u.test(word),
  );
  const [type = '', base64 = ''] = typeAt < 0 ? [] : words.slice(typeAt);
  if (typeAt < 0 || typeAt > 2) throw wrong(what, 'expected PRINCIPALS [OPTIONS] TYPE KEY');
  const blob = Buffer.from(base64, 'base64');
  const fingerprint = sshFingerprint(blob);
  const key = readKey(blob, what);
  if (key.type !== type) throw wrong(what, `the key is not of the type ${type}`);
  const options = typeAt === 2 ? readOptions(words[1] ?? '', what) : new Map<string, string>();
  if (options.has('cert-authority')) {
    throw wrong(what, 'certificates are not supported: name the keys themselves');
  }
  const namespaces = options.get('namespaces');
  return {
    principals: principals.replaceAll('"', ''),
    fingerprint,
    key: key.key,
    namespaces: namespaces === undefined ? null : namespaces.split(','),
    validAfter: timeOf(options.get('valid-after'), what),
    validBefore: timeOf(options.get('valid-before'), what),
  };
}

function readKey(blob: Buffer, what: string): SshKey {
  try {
    return readSshKey(blob, what);
  } catch (thrown) {
    throw wrong(what, thrown instanceof Refusal ? thrown.message : 'no key');
  }
}

function readOptions(text: string, what: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const option of text.match(/(?:"[^"]*"|[^,"])+/gu) ?? []) {
    const { name = '', value = '' } = OPTION.exec(option)?.groups ?? {};
    const known = ['namespaces', 'valid-after', 'valid-before', 'cert-authority'].includes(name);
    if (!known || options.has(name)) throw wrong(what, `the option ${option}`);
    options.set(name, value);
  }
  return options;
}

/** `YYYYMMDD[HHMM[SS]][Z]`; taken as UTC, since a file means the same on every machine. */
function timeOf(text: string | undefined, what: string): number | null {
  if (text === undefined) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00'] =
    /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?Z?$/u.exec(text) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time)) throw wrong(what, `${text} is no time`);
  return time;
}

function wrong(what: string, why: string): Refusal {
  return new Refusal('WP-SIGNER-KEYS', {
    message: `${what}: ${why}`,
    hint: 'See ssh-keygen(1), ALLOWED SIGNERS.',
  });
}
