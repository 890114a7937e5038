// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';

/** proc(5): `st` of a connection whose owner the kernel no longer keeps. */
const TIME_WAIT = '06';

/** Local and foreign address as the kernel writes them (hex, host byte order), state, queues, timers, uid. */
const ROW =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+ +(\d+) /u;

/**
 * The user who owns the other end of a loopback connection: `localPort` is ours, `remotePort` the
 * client's. `null` where this machine cannot tell; never a guess.
 */
export async function ownerOfConnection(
  localPort: number,
  remotePort: number,
  tables: readonly string[] = ['/proc/net/tcp', '/proc/net/tcp6'],
): Promise<number | null> {
  const owners = new Set<number>();
  for (const table of tables) {
    for (const line of (await textOf(table)).split('\n')) {
      const owner = clientOwner(line, localPort, remotePort);
      if (owner !== null) owners.add(owner);
    }
  }
  const [only] = owners;
  return owners.size === 1 && only !== undefined ? only : null;
}

function clientOwner(line: string, localPort: number, remotePort: number): number | null {
  const [, here, herePort, there, therePort, state, uid] = ROW.exec(line) ?? [];
  if (here === undefined || there === undefined || uid === undefined) return null;
  if (state === TIME_WAIT || !isLoopback(here) || !isLoopback(there)) return null;
  // The client's own row: its port is the near one, ours the far one.
  if (portOf(herePort) !== remotePort || portOf(therePort) !== localPort) return null;
  return Number(uid);
}

function portOf(hex: string | undefined): number {
  return Number.parseInt(hex ?? '', 16);
}

/** 127.0.0.0/8, ::1 and ::ffff:127.0.0.0/104, in either byte order of a 32-bit word. */
function isLoopback(address: string): boolean {
  if (address.length === 8) return address.endsWith('7F') || address.startsWith('7F');
  if (/^0{24}(?:01000000|00000001)$/u.test(address)) return true;
  return /^0{16}(?:FFFF0000|0000FFFF)/u.test(address) && isLoopback(address.slice(24));
}

async function textOf(table: string): Promise<string> {
  try {
    return await readFile(table, 'latin1');
  } catch {
    return ''; // not Linux, or no /proc: nothing can be told
  }
}
