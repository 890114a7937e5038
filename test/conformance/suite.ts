// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface SuiteResult {
  readonly name: string;
  readonly input: 'path' | 'digest';
  readonly expected: 'accepted' | 'refused';
  readonly passed: boolean;
  /** What the client wrote to standard error. */
  readonly said: string;
}

/** What the suite's own test client assumes where a case does not say. */
const REPOSITORY = 'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon';
const IDENTITY = `${REPOSITORY}/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main`;
const ISSUER = 'https://token.actions.githubusercontent.com';

/** The verification cases of a sigstore-conformance checkout, each by path and by digest. */
export async function* runSuite(
  checkout: string,
  client: readonly string[],
): AsyncGenerator<SuiteResult> {
  const assets = join(checkout, 'test', 'assets');
  const folder = join(assets, 'bundle-verify');
  const entries = await readdir(folder, { withFileTypes: true });
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const path = join(folder, name);
    const own = join(path, 'artifact');
    const artifact = existsSync(own) ? own : join(assets, 'a.txt');
    const digest = createHash('sha256')
      .update(await readFile(artifact))
      .digest('hex');
    const options = await optionsOf(path);
    const expected = name.endsWith('fail') ? 'refused' : 'accepted';
    for (const [input, word] of [
      ['path', artifact],
      ['digest', `sha256:${digest}`],
    ] as const) {
      const { status, said } = await run([...client, 'verify-bundle', ...options, word]);
      const passed = expected === 'accepted' ? status === 0 : status === 1;
      yield { name, input, expected, passed, said };
    }
  }
}

async function optionsOf(path: string): Promise<readonly string[]> {
  const text = async (name: string, otherwise: string): Promise<string> =>
    existsSync(join(path, name)) ? (await readFile(join(path, name), 'utf8')).trim() : otherwise;
  const key = join(path, 'key.pub');
  const root = join(path, 'trusted_root.json');
  const identity = [
    '--certificate-identity',
    await text('identity', IDENTITY),
    '--certificate-oidc-issuer',
    await text('issuer', ISSUER),
  ];
  return [
    '--bundle',
    join(path, 'bundle.sigstore.json'),
    ...(existsSync(key) ? ['--key', key] : identity),
    ...(existsSync(root) ? ['--trusted-root', root] : []),
  ];
}

async function run([program = '', ...words]: readonly string[]): Promise<{
  readonly status: number | null;
  readonly said: string;
}> {
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { status, said: Buffer.concat(chunks).toString('utf8').trim() };
}
