// SPDX-License-Identifier: Apache-2.0
import { open, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InstallTarget } from '../core/installer.ts';
import { findProgram } from './find-program.ts';
import { thisMachine } from './machine.ts';
import type { ChildCall } from './processes.ts';

/** The system's own first: it starts fastest, and belongs to the same few people as the kernel. */
const SYSTEM = ['/usr/bin/python3', '/usr/local/bin/python3'];
const MOST = 3;

/** Interpreters that may set up the jail, best first: Python 3, and no scripts that look for one. */
export async function jailInterpreters(
  call: ChildCall,
  targets: readonly InstallTarget[],
): Promise<readonly string[]> {
  const beside = ['python3', 'python'].map((name) => join(dirname(call.program), name));
  const onPath = await findProgram('python3', call.environment, call.directory);
  const candidates = [
    ...SYSTEM,
    ...beside,
    ...targets.flatMap(interpreterOf),
    ...(onPath === null ? [] : [onPath]),
  ];
  const found = new Map<string, string>();
  for (const candidate of candidates) {
    if (found.size === MOST) break;
    const real = await realpath(candidate).catch(() => null); // not there: no candidate
    if (real === null || found.has(real) || !(await isBinary(real))) continue;
    found.set(real, candidate);
  }
  return [...found.values()];
}

function interpreterOf(target: InstallTarget): readonly string[] {
  if (target.kind === 'interpreter') return [target.path];
  return target.kind === 'environment' ? [join(target.path, 'bin', 'python3')] : [];
}

/** Version managers put scripts in the place of interpreters; those take a second to choose one. */
async function isBinary(path: string): Promise<boolean> {
  if ((await thisMachine.kindOf(path)) !== 'file') return false;
  const file = await open(path).catch(() => null); // unreadable: nothing we could start anyway
  if (file === null) return false;
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString('latin1') === '\x7fELF';
  } finally {
    await file.close();
  }
}
