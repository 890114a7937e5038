// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readPublicKey } from '../crypto/public-key.ts';
import { agentKeys, agentSigner } from './ssh-agent.ts';

const folder = mkdtempSync(join(tmpdir(), 'agent-'));
afterAll(() => rmSync(folder, { recursive: true }));

function has(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((one) => existsSync(join(one, program)));
}

const isHere = ['ssh-agent', 'ssh-add', 'ssh-keygen'].every(has);

describe.skipIf(!isHere && process.env['CI'] === undefined)('a real ssh-agent', () => {
  it('signs as TUF wants it, found by comment, fingerprint or public key', async () => {
    const socket = join(folder, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await once(agent.stdout, 'data');
      const environment = { ...process.env, SSH_AUTH_SOCK: socket };
      for (const type of ['ed25519', 'ecdsa']) {
        const file = join(folder, type);
        execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', `${type} key`, '-f', file]);
        execFileSync('ssh-add', ['-q', file], { env: environment, stdio: 'ignore' });
      }
      const [key, ...others] = await agentKeys(socket);
      expect(others).toEqual([]);
      const shown = execFileSync('ssh-keygen', ['-lf', join(folder, 'ed25519')], {
        encoding: 'utf8',
      });
      expect(shown).toContain(key?.fingerprint ?? 'no key');
      for (const name of ['ed25519 key', key?.fingerprint ?? '', key?.publicKey ?? '']) {
        const signer = await agentSigner(socket, name);
        const stated = { keytype: 'ed25519', scheme: 'ed25519', public: signer.publicKey };
        const message = Buffer.from(`message for ${name}`);
        expect(readPublicKey(stated)?.verifies(message, await signer.sign(message))).toBe(true);
      }
      await expect(agentSigner(socket, 'ecdsa key')).rejects.toMatchObject({ code: 'WP-TUF-KEY' });
    } finally {
      agent.kill();
      await once(agent, 'exit');
    }
  });
});

describe('a false agent', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a refusal', Buffer.from('0000000105', 'hex')],
    ['a cut list', Buffer.from('000000050c000000ff', 'hex')],
    ['too much', Buffer.from('7fffffff0c', 'hex')],
    ['too many keys', Buffer.from('000000050cffffffff', 'hex')],
    ['a longer answer than it says', Buffer.from('000000010c00', 'hex')],
  ])('is refused: %s', async (name, answer) => {
    const socket = join(folder, name.replaceAll(' ', '-'));
    const server = createServer((connection) =>
      connection.once('data', () => connection.end(answer)),
    );
    server.listen(socket);
    await once(server, 'listening');
    try {
      await expect(agentKeys(socket)).rejects.toMatchObject({ code: 'WP-TUF-KEY' });
    } finally {
      server.close();
    }
  });

  it('is refused where nobody listens', async () => {
    const work = agentKeys(join(folder, 'absent'));
    await expect(work).rejects.toMatchObject({ code: 'WP-TUF-KEY' });
  });
});
