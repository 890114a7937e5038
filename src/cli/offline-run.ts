// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Call, Installer, Located, Recognised } from '../core/installer.ts';
import { runChild, type ChildEnd, type ChildStdio } from '../host/index.ts';

interface Offline {
  readonly installer: Installer;
  readonly recognised: Recognised;
  readonly located: Located;
  readonly call: Call;
  readonly stdio: ChildStdio;
}

/**
 * Runs what fetches nothing (`pip --version`) where no gate can be opened, say in a read-only home:
 * its way out is a door that nobody opens, so that it cannot fetch after all.
 */
export async function runOffline(run: Offline): Promise<ChildEnd> {
  const door = createServer((socket) => void socket.destroy());
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  const address = door.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const proxy = `http://127.0.0.1:${port}`;
  const { installer, recognised, located, call, stdio } = run;
  // Of these none exists: no certificate is believed, and nothing is kept.
  const nowhere = '/nonexistent';
  const steered = installer.steer(recognised, located, call, {
    proxy,
    proxyWithSecret: proxy,
    caFile: join(nowhere, 'ca.pem'),
    emptyDirectory: join(nowhere, 'empty'),
    passingDirectory: nowhere,
    cacheDirectory: join(nowhere, 'cache'),
  });
  try {
    const child = await runChild({ ...steered, directory: call.directory, stdio });
    return await child.done;
  } finally {
    door.close();
  }
}
