// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { parseDependency } from '../core/dependency-specifier.ts';
import { reason, type Reason } from '../core/errors.ts';
import type { Wish } from '../core/installer.ts';
import { addressKey, printableUrl } from '../core/url.ts';
import { dependenciesIn } from '../evidence/index.ts';

interface DirectDependency {
  readonly project: string;
  /** The release whose metadata names the address. */
  readonly parent: Pick<Artifact, 'filename' | 'index'>;
}

/**
 * Addresses that the metadata of releases from an index named as dependencies (PEP 508, `name @
 * address`). An index vouches for its own files; an address leads past it, and past whatever the
 * user decided about where packages come from (attack B17).
 */
export class DirectDependencies {
  readonly #byAddress = new Map<string, DirectDependency>();

  /** What a file's metadata requires, whether it came beside the file or from inside it. */
  note({ filename, index, listed }: Artifact, metadata: Uint8Array): void {
    if (listed === null) return;
    for (const line of dependenciesIn(filename, metadata)) {
      if (!line.includes('@')) continue;
      const parsed = parseDependency(line);
      const url = parsed?.url ?? null;
      if (parsed === null || url === null || !URL.canParse(url)) continue;
      const key = keyOf(url);
      const known = this.#byAddress.has(key);
      if (!known) {
        this.#byAddress.set(key, { project: parsed.project, parent: { filename, index } });
      }
    }
  }

  /** Why an address is not fetched; `null` where no metadata named it, or the user did as well. */
  judge(url: string, wishes: readonly Wish[]): Reason | null {
    const found = this.#byAddress.get(keyOf(url));
    if (found === undefined || wishes.some(({ project }) => project === found.project)) return null;
    const { project, parent } = found;
    return reason(
      'WP-DIRECT-DEPENDENCY',
      `${parent.filename} of ${printableUrl(parent.index)} requires ${project} @ ${printableUrl(url)}; expected a release of an index, found an address`,
      `If you mean that file, ask for it yourself: "${project} @ ${printableUrl(url)}".`,
    );
  }
}

/** Installers ask without the fragment. */
function keyOf(address: string): string {
  return addressKey(address.replace(/#.*$/u, ''));
}
