// SPDX-License-Identifier: Apache-2.0
import type { LockedPackage } from '../core/lockfile.ts';
import { hashesOf } from './stated-hashes.ts';

/** As pip, uv and pip-tools read it: a release a line, its hashes below (`--hash`). */
export function writeRequirements(packages: readonly LockedPackage[]): string {
  return packages
    .map((locked) => {
      const { name, version, marker, place } = locked;
      const isFetched = place !== null && place.kind !== 'local';
      const release = isFetched
        ? `${name} @ ${place.url}`
        : `${name}${version === null ? '' : `==${version}`}`;
      const condition = marker === null ? '' : ` ; ${marker}`;
      const hashes = hashesOf(locked).map((hash) => `    --hash=${hash}`);
      return `${[`${release}${condition}`, ...hashes].join(' \\\n')}\n`;
    })
    .join('');
}
