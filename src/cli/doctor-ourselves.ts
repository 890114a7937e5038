// SPDX-License-Identifier: Apache-2.0
import { dirname } from 'node:path';
import { note, ok, warning, type Check, type Surroundings } from './doctor-check.ts';
import { judgePath, lookAt } from './doctor-places.ts';
import { ownVersion } from './version.ts';

/** What runs, by what, and who can change it. */
export async function checkOurselves({ uid }: Surroundings): Promise<readonly Check[]> {
  const program = dirname(import.meta.filename);
  const facts = await lookAt(import.meta.filename);
  const wrong = facts === null ? null : judgePath(['program', 'program'], facts, 'above', uid);
  const [major = 0, minor = 0, patch = 0] = process.versions.node.split('.').map(Number);
  const fits =
    major >= 26 || (major === 24 && minor >= 15) || (major === 22 && minor * 100 + patch >= 2202);
  const node = `${process.version}, ${process.execPath}`;
  return [
    ok(['program', 'wheelproof'], `${ownVersion()}, in ${program}`),
    ...(wrong === null ? [] : [wrong]),
    fits
      ? ok(['node', 'Node'], node)
      : warning(['node', 'Node'], node, 'Use Node 22.22.2, 24.15.0, 26 or newer.'),
    process.platform === 'linux'
      ? ok(['platform', 'platform'], `${process.platform} ${process.arch}`)
      : note(['platform', 'platform'], `${process.platform} ${process.arch}: tried on Linux alone`),
  ];
}
