// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fetchTargets } from './tuf-client.ts';
import { PASSPHRASE } from './tuf-keys.ts';
import { status, verify } from './tuf-look.ts';
import { add, init, makeKey, publish, remove, rotate, tell, type TufContext } from './tuf-work.ts';

const ground = mkdtempSync(join(tmpdir(), 'tuf-work-'));
afterAll(() => rmSync(ground, { recursive: true }));

const at = (...parts: readonly string[]): string => join(ground, ...parts);
const PATH = 'packages/idna/idna-3.7-py3-none-any.whl';
const NOW = Date.parse('2026-01-01T00:00:00Z');
let said = '';

function context(now = NOW): TufContext {
  said = '';
  const io = { out: (text: string) => void (said += text) };
  return { io, environment: { [PASSPHRASE]: 'passphrase' }, now };
}

const json = { json: true } as const;

it('makes, fills, checks and rotates a repository that its client reads', async () => {
  const root = at('repository');
  for (const name of ['root.key', 'online.key', 'next.key']) await makeKey(context(), at(name), {});
  await expect(makeKey(context(), at('root.key'), {})).rejects.toMatchObject({
    code: 'WP-TUF-KEY',
  });
  const keys = { rootKey: [at('root.key')], onlineKey: at('online.key') };
  const wish = { ...keys, threshold: '1', bits: '2', profile: 'server' };
  await init(context(), root, wish);
  await expect(init(context(), root, wish)).rejects.toMatchObject({ code: 'WP-TUF-REPOSITORY' });

  writeFileSync(at('idna-3.7-py3-none-any.whl'), 'wheel');
  await add(context(), root, [at('idna-3.7-py3-none-any.whl')], {});
  const client = {
    state: at('state'),
    out: at('out'),
    root: join(root, 'public/metadata/1.root.json'),
  };
  const fetch = async (paths: readonly string[], now = NOW): Promise<void> =>
    fetchTargets(context(now), join(root, 'public'), paths, client);
  await expect(fetch([PATH])).rejects.toMatchObject({ code: 'WP-TUF-NOT-FOUND' });
  await publish(context(), root, {});
  await fetch([PATH]);
  expect(readFileSync(at('out', 'idna-3.7-py3-none-any.whl'), 'utf8')).toBe('wheel');
  await verify(context(), root, json);
  expect(JSON.parse(said)).toMatchObject({ bins: 4, targets: 2, problems: [] });

  await rotate(context(), root, { rootKey: keys.rootKey, onlineKey: at('next.key') });
  await fetch([PATH]);
  await status(context(NOW + 22 * 3_600_000), root, json);
  const { roles, online } = JSON.parse(said);
  expect(online).toBe(`file:${at('next.key')}`);
  expect(roles[0]).toMatchObject({ role: 'root', version: 2, warning: null });
  expect(roles.at(-1)).toMatchObject({
    role: 'timestamp',
    warning: expect.stringContaining('renew'),
  });
  await expect(fetch([], NOW + 25 * 3_600_000)).rejects.toMatchObject({ code: 'WP-TUF-EXPIRED' });

  await expect(remove(context(), root, ['packages/x/x'], {})).rejects.toMatchObject({
    code: 'WP-TUF-NOT-FOUND',
  });
  await remove(context(), root, [PATH], {});
  await publish(context(), root, {});
  await expect(fetch([PATH])).rejects.toMatchObject({ code: 'WP-TUF-NOT-FOUND' });
});

it('names what was changed behind its back', async () => {
  const root = at('repository');
  await add(context(), root, [at('idna-3.7-py3-none-any.whl')], { as: 'a/b' });
  await publish(context(), root, {});
  const { hash } = await import('node:crypto');
  writeFileSync(join(root, 'public/targets/a', `${hash('sha256', 'wheel', 'hex')}.b`), 'whee1');
  const work = verify(context(), root, json);
  await expect(work).rejects.toMatchObject({ code: 'WP-TUF-MISMATCH' });
  expect(said).toContain('a/b: sha256');
});

it('shows what a repository calls things as text, whoever wrote it', () => {
  tell(context(), {}, {}, 'WP-TUF-NOT-FOUND: a\u001b[2J\u202eb\nnext\n');
  expect(said).toBe('WP-TUF-NOT-FOUND: a\\u{1b}[2J\\u{202e}b\nnext\n');
});

it('makes no key that an empty passphrase opens', async () => {
  writeFileSync(at('wheelproof-tuf'), '\n');
  const environment = { CREDENTIALS_DIRECTORY: ground };
  const work = makeKey({ ...context(), environment }, at('open.key'), {});
  await expect(work).rejects.toMatchObject({ code: 'WP-TUF-KEY' });
});
