// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { checkSshSignature, makeKeyFile, readSshSignature } from '../crypto/index.ts';
import { makePgpKey } from '../../test/world/openpgp-keys.ts';
import { signRelease, type ReleaseOptions } from './release-work.ts';

const PASSPHRASE = 'open sesame';
const SSH_KEYGEN = '/usr/bin/ssh-keygen';
const GPG = '/usr/bin/gpg';
const MINISIGN = '/usr/bin/minisign';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

let ground = '';
beforeEach(async () => {
  ground = mkdtempSync(join(tmpdir(), 'wheelproof-release-'));
  for (const name of ['good-1.0.tar.gz', 'good-1.0-py3-none-any.whl', 'good-2.0.tar.gz']) {
    writeFileSync(join(ground, name), name);
  }
});
afterEach(() => rmSync(ground, { recursive: true, force: true }));

const at = (name: string): string => join(ground, name);

async function sign(
  names: readonly string[],
  options: Partial<ReleaseOptions>,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  let said = '';
  try {
    await signRelease(
      {
        environment: {
          WHEELPROOF_TUF_PASSPHRASE: PASSPHRASE,
          PATH: '/usr/bin:/bin',
          ...environment,
        },
        directory: ground,
        io: { out: (text) => void (said += text) },
      },
      names.map(at),
      { out: 'SHA256SUMS', ...options },
    );
    return said;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code;
    throw thrown;
  }
}

const BOTH = ['good-1.0.tar.gz', 'good-1.0-py3-none-any.whl'];

describe('release sign', () => {
  test('with SSH: a list that ssh-keygen takes, and the lines for the policy', async () => {
    writeFileSync(at('key'), await makeKeyFile(PASSPHRASE));
    const said = await sign(BOTH, { ssh: `file:${at('key')}`, principal: 'ana@good.example' });
    const list = readFileSync(at('SHA256SUMS'), 'utf8');
    expect(list).toBe(
      `${sha256(BOTH[1] ?? '')}  good-1.0-py3-none-any.whl\n${sha256(BOTH[0] ?? '')}  good-1.0.tar.gz\n`,
    );
    const signature = readSshSignature(readFileSync(at('SHA256SUMS.sig')));
    expect(signature.namespace).toBe('file');
    expect(checkSshSignature(Buffer.from(list), signature).good).toBe(true);
    const policy: unknown = parse(said);
    expect(policy).toMatchObject({
      signer: [{ project: 'good', checksums: ['https://YOUR.SITE/good/{version}/SHA256SUMS'] }],
    });
    if (!existsSync(SSH_KEYGEN)) return;
    const [, line = ''] = /ssh = \["([^"]+)"\]/u.exec(said) ?? [];
    writeFileSync(at('allowed'), `${line}\n`);
    const words = ['-Y', 'verify', '-f', at('allowed'), '-I', 'ana@good.example', '-n', 'file'];
    const told = execFileSync(SSH_KEYGEN, [...words, '-s', at('SHA256SUMS.sig')], { input: list });
    expect(told.toString()).toContain('Good "file" signature for ana@good.example');
  });

  test.skipIf(!existsSync(GPG))('with OpenPGP through gpg', async () => {
    const home = at('gnupg');
    mkdirSync(home, { mode: 0o700 });
    const key = await makePgpKey(new Date(Date.now() - 60_000), 'Ana');
    const environment = { GNUPGHOME: home };
    execFileSync(GPG, ['--batch', '--import'], {
      input: key.key.armor(),
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const said = await sign(BOTH, { gpg: key.fingerprint }, environment);
    execFileSync('/usr/bin/gpgconf', ['--kill', 'all'], {
      env: { ...process.env, ...environment },
    });
    expect(said).toContain(`openpgp = ["${key.fingerprint}"]  # Ana`);
    expect(readFileSync(at('SHA256SUMS.asc'), 'utf8')).toContain('BEGIN PGP SIGNATURE');
    expect(readFileSync(at(`${key.fingerprint}.asc`), 'utf8')).toContain('PUBLIC KEY');
  });

  test.skipIf(!existsSync(MINISIGN))('with minisign', async () => {
    const makeKey = (name: string): void => {
      const words = ['-G', '-W', '-p', at(`${name}.pub`), '-s', at(`${name}.key`)];
      execFileSync(MINISIGN, words, { stdio: 'ignore' });
    };
    makeKey('mine');
    makeKey('other');
    const said = await sign(BOTH, { minisign: at('mine.key') });
    const [, text = ''] = /minisign = \["([^"]+)"\]/u.exec(said) ?? [];
    const words = ['-V', '-P', text, '-m', at('SHA256SUMS')];
    expect(execFileSync(MINISIGN, words).toString()).toContain('verified');
    // The public key of another is not told to anybody.
    writeFileSync(at('mine.pub'), readFileSync(at('other.pub')));
    expect(await sign(BOTH, { minisign: at('mine.key') })).toBe('WP-USAGE');
    expect(existsSync(at('SHA256SUMS.minisig'))).toBe(false);
  });

  test.each([
    ['two releases', ['good-1.0.tar.gz', 'good-2.0.tar.gz'], { ssh: 'agent:x' }],
    ['nobody who signs', BOTH, {}],
    ['a file that is not there', ['good-3.0.tar.gz'], { ssh: 'agent:x' }],
    ['no distribution', ['README.md'], { ssh: 'agent:x' }],
    ['a file twice', ['good-1.0.tar.gz', 'good-1.0.tar.gz'], { ssh: 'agent:x' }],
    ['a program that is not there', BOTH, { gpg: 'x' }],
  ])('refuses %s', async (_name, files, options) => {
    expect(await sign(files, options, { PATH: ground })).toBe('WP-USAGE');
    expect(existsSync(at('SHA256SUMS.asc'))).toBe(false);
  });

  test('tells that there is no agent', async () => {
    expect(await sign(BOTH, { ssh: 'agent:x' })).toBe('WP-SIGNING-KEY');
  });
});
