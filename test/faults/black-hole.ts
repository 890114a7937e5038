// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const NEVER_ACCEPTS = `
import socket, time
door = socket.socket()
door.bind(('127.0.0.1', 0))
door.listen(0)
print(door.getsockname()[1], flush=True)
time.sleep(3600)
`;

/** A port whose queue is full and never served: the kernel drops whatever else comes, without a word. */
export async function openBlackHole(
  python: string,
): Promise<{ readonly port: number; readonly close: () => void }> {
  const holder = spawn(python, ['-c', NEVER_ACCEPTS], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line]: Buffer[] = await once(holder.stdout, 'data');
  const port = Number(String(line));
  const queue: Socket[] = [];
  for (let isFull = false; !isFull;) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    queue.push(socket);
    const full = new Promise((resolve) => setTimeout(resolve, 500, true));
    isFull = (await Promise.race([once(socket, 'connect').then(() => false), full])) === true;
  }
  return {
    port,
    close() {
      for (const socket of queue) socket.destroy();
      holder.kill('SIGKILL');
    },
  };
}
