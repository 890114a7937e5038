// SPDX-License-Identifier: Apache-2.0
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ownerOfConnection } from './peer-owner.ts';
import { scratch, write } from './scratch.test-support.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

function row(here: string, there: string, state: string, uid: number): string {
  return `   1: ${here} ${there} ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 4711 1 0 20 4 0 10 -1\n`;
}

async function ownerIn(...rows: readonly string[]): Promise<number | null> {
  const table = await write(join(await scratch(), 'tcp'), HEAD + rows.join(''));
  return await ownerOfConnection(0x1f90, 0xc350, [table]);
}

describe('in the kernel’s table', () => {
  const client = '0100007F:C350';
  const gate = '0100007F:1F90';

  it('finds the owner of the client’s end, not of ours', async () => {
    expect(await ownerIn(row(gate, client, '01', 0), row(client, gate, '01', 1000))).toBe(1000);
    expect(await ownerIn(row(gate, client, '01', 0))).toBeNull();
  });

  it('reads IPv6 and mapped addresses', async () => {
    const mapped = '0000000000000000FFFF00000100007F';
    const six = '00000000000000000000000001000000';
    expect(await ownerIn(row(`${mapped}:C350`, `${mapped}:1F90`, '01', 7))).toBe(7);
    expect(await ownerIn(row(`${six}:C350`, `${six}:1F90`, '01', 8))).toBe(8);
  });

  it('does not take a connection that has ended, another machine’s, or one of two answers', async () => {
    expect(await ownerIn(row(client, gate, '06', 0))).toBeNull();
    expect(await ownerIn(row('0100000A:C350', '0100000A:1F90', '01', 1000))).toBeNull();
    const other = row('0200007F:C350', gate, '01', 1001);
    expect(await ownerIn(row(client, gate, '01', 1000), other)).toBeNull();
  });

  it('answers null where there is no table', async () => {
    expect(await ownerOfConnection(1, 2, ['/nowhere/tcp'])).toBeNull();
  });
});

describe.skipIf(process.platform !== 'linux')('on a real connection', () => {
  it('is this user', async () => {
    const server = await listening();
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const seen = new Promise<number | null>((resolve) => {
      server.once('connection', (socket) => {
        resolve(ownerOfConnection(port, socket.remotePort ?? 0).finally(() => socket.destroy()));
      });
    });
    const dial = `require('net').connect(${port},'127.0.0.1').on('close',()=>process.exit())`;
    await promisify(execFile)(process.execPath, ['-e', dial]);
    expect(await seen).toBe(process.getuid?.());
  });
});

async function listening(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return server;
}
