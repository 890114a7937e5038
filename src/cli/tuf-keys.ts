// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Refusal } from '../core/errors.ts';
import type { Signer } from '../core/tuf-repository.ts';
import { openKeyFile, publicKeyOf } from '../crypto/index.ts';
import { agentSigner, openPkcs11, type AskPin } from '../host/index.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment variable that unlocks key files. */
export const PASSPHRASE = 'WHEELPROOF_TUF_PASSPHRASE';

/** The environment variable that unlocks tokens. */
export const PIN = 'WHEELPROOF_TUF_PIN';

/**
 * @param spec `agent:NAME` (comment, fingerprint or public key), `pkcs11:…` (RFC 7512) or `file:PATH`.
 * @throws Refusal `WP-TUF-KEY`
 */
export async function openSigner(spec: string, environment: Environment): Promise<Signer> {
  if (spec.startsWith('agent:')) {
    const socket = environment['SSH_AUTH_SOCK'];
    if (socket !== undefined) return await agentSigner(socket, spec.slice('agent:'.length));
    throw new Refusal('WP-TUF-KEY', { message: 'SSH_AUTH_SOCK names no SSH agent' });
  }
  if (spec.startsWith('pkcs11:')) {
    const { loadCryptoki, pkcs11Signer } = await openPkcs11();
    return await pkcs11Signer(spec, loadCryptoki(environment), pinFrom(environment));
  }
  const path = spec.replace(/^file:/u, '');
  const bytes = await readKeyFile(path);
  return await openKeyFile(bytes, await passphraseFor(path, environment), path);
}

/**
 * The public key of what {@link openSigner} would open, where possible without unlocking it; or the
 * key itself, as 64 hexadecimal digits.
 * @throws Refusal `WP-TUF-KEY`
 */
export async function publicKeyFor(spec: string, environment: Environment): Promise<string> {
  if (/^[0-9a-f]{64}$/u.test(spec)) return spec;
  if (/^(?:agent|pkcs11):/u.test(spec)) return (await openSigner(spec, environment)).publicKey;
  const path = spec.replace(/^file:/u, '');
  return publicKeyOf(await readKeyFile(path), path);
}

/** A new key in a token. @returns its public key. @throws Refusal `WP-TUF-KEY` */
export async function makeTokenKey(address: string, environment: Environment): Promise<string> {
  const { loadCryptoki, makePkcs11Key } = await openPkcs11();
  return await makePkcs11Key(address, loadCryptoki(environment), pinFrom(environment));
}

/** From the file that the address names, the environment, a credential file, or the terminal. */
function pinFrom(environment: Environment): AskPin {
  return async (token, { pinFile }) => {
    const read = async (path: string): Promise<string | null> => {
      const text = await readFile(path, 'utf8').catch(() => null);
      return text === null ? null : text.replace(/\r?\n$/u, '');
    };
    const given = pinFile === null ? environment[PIN] : await read(pinFile);
    if (given !== undefined && given !== null && given !== '') return given;
    const credentials = environment['CREDENTIALS_DIRECTORY'];
    const kept = credentials === undefined ? null : await read(join(credentials, 'wheelproof-pin'));
    if (kept !== null) return kept;
    if (process.stdin.isTTY && process.stderr.isTTY) return await askQuietly(`PIN of ${token}: `);
    throw new Refusal('WP-TUF-KEY', {
      message: `nobody told the PIN of ${token}${pinFile === null ? '' : `: ${pinFile} cannot be read`}`,
      hint: `Set ${PIN}, name a file with pin-source, lay "wheelproof-pin" into $CREDENTIALS_DIRECTORY, or run it on a terminal.`,
    });
  };
}

async function readKeyFile(path: string): Promise<Uint8Array> {
  return await readFile(path).catch((error: unknown) => {
    throw new Refusal('WP-TUF-KEY', {
      message: `the key file ${path} cannot be read`,
      hint: `Make one with \`wheelproof tuf key ${path}\`, or name another key.`,
      cause: error,
    });
  });
}

/** From the environment, a credential file of the service manager, or the terminal. */
export async function passphraseFor(path: string, environment: Environment): Promise<string> {
  const given = environment[PASSPHRASE];
  if (given !== undefined && given !== '') return given;
  const credentials = environment['CREDENTIALS_DIRECTORY'];
  if (credentials !== undefined)
    for (const name of [basename(path), 'wheelproof-tuf']) {
      const text = await readFile(join(credentials, name), 'utf8').catch(() => null);
      if (text !== null) return text.replace(/\r?\n$/u, '');
    }
  if (process.stdin.isTTY && process.stderr.isTTY)
    return await askQuietly(`Passphrase of ${path}: `);
  throw new Refusal('WP-TUF-KEY', {
    message: `nobody told the passphrase of ${path}`,
    hint: `Set ${PASSPHRASE}, lay a credential file "${basename(path)}" into $CREDENTIALS_DIRECTORY, or run it on a terminal.`,
  });
}

/** What is typed is not shown. */
async function askQuietly(question: string): Promise<string> {
  process.stderr.write(question);
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const asking = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return await asking.question('');
  } finally {
    asking.close();
    process.stderr.write('\n');
  }
}
