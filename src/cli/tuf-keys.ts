// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Refusal } from '../core/errors.ts';
import type { Signer } from '../core/tuf-repository.ts';
import { openKeyFile, publicKeyOf } from '../crypto/index.ts';
import { agentSigner } from '../host/index.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment variable that unlocks key files. */
export const PASSPHRASE = 'WHEELPROOF_TUF_PASSPHRASE';

/**
 * @param spec `agent:NAME` (comment, fingerprint or public key) or `file:PATH`.
 * @throws Refusal `WP-TUF-KEY`
 */
export async function openSigner(spec: string, environment: Environment): Promise<Signer> {
  if (spec.startsWith('agent:')) {
    const socket = environment['SSH_AUTH_SOCK'];
    if (socket !== undefined) return await agentSigner(socket, spec.slice('agent:'.length));
    throw new Refusal('WP-TUF-KEY', { message: 'SSH_AUTH_SOCK names no SSH agent' });
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
  if (spec.startsWith('agent:')) return (await openSigner(spec, environment)).publicKey;
  const path = spec.replace(/^file:/u, '');
  return publicKeyOf(await readKeyFile(path), path);
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
