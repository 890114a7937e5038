// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { parseDependency } from '../core/dependency-specifier.ts';
import { reason, type Reason } from '../core/errors.ts';
import type { Wish } from '../core/installer.ts';
import { addressKey, printableUrl } from '../core/url.ts';
import { dependenciesIn } from '../evidence/index.ts';
import { judgeEntry, type Policy } from '../policy/index.ts';

interface PastUs extends DirectDependency {
  readonly url: string;
}

interface DirectDependency {
  readonly project: string;
  /** The release whose metadata names the address. */
  readonly parent: Pick<Artifact, 'filename' | 'index'>;
}

/** What may be there although it came past us. */
interface PastAllowed {
  readonly policy: Policy;
  readonly wishes: readonly Wish[];
  readonly now: number;
}

/**
 * Addresses that the metadata of releases from an index named as dependencies (PEP 508, `name @
 * address`). An index vouches for its own files; an address leads past it, and past whatever the
 * user decided about where packages come from (attack B17).
 */
export class DirectDependencies {
  readonly #byAddress = new Map<string, DirectDependency>();
  /** Version control and files of this machine: nobody asks us for those. By project. */
  readonly #pastUs = new Map<string, PastUs>();

  /**
   * What a file's metadata requires, whether it came beside the file or from inside it.
   * @returns the projects that it requires past us, whatever extras are asked for.
   */
  note({ filename, index, listed }: Artifact, metadata: Uint8Array): readonly string[] {
    if (listed === null) return [];
    const past: string[] = [];
    for (const line of dependenciesIn(filename, metadata)) {
      if (!line.includes('@')) continue;
      const parsed = parseDependency(line);
      const url = parsed?.url ?? null;
      if (parsed === null || url === null || !URL.canParse(url)) continue;
      const { project, marker } = parsed;
      const found = { project, parent: { filename, index } };
      const key = keyOf(url);
      if (!this.#byAddress.has(key)) this.#byAddress.set(key, found);
      if (/^https?:/iu.test(url)) continue;
      if (!this.#pastUs.has(project)) this.#pastUs.set(project, { ...found, url });
      if (!/\bextra\b/u.test(marker ?? '')) past.push(project);
    }
    return past;
  }

  /** Why what came past us under this name may not be there; `null` as in {@link judge}. */
  judgePastUs(project: string, wishes: readonly Wish[]): Reason | null {
    const found = this.#pastUs.get(project);
    if (found === undefined || wishes.some((wish) => wish.project === project)) return null;
    return refusalOf(found, found.url);
  }

  /** As {@link judgePastUs}, unless the policy makes an exception. */
  objectionTo(
    { name, version }: { readonly name: string; readonly version: string },
    { policy, wishes, now }: PastAllowed,
  ): Reason | null {
    const against = this.judgePastUs(name, wishes);
    if (against === null) return null;
    const entry = { project: name, version, code: against.code };
    return judgeEntry(policy, entry, now).admitted ? null : against;
  }

  /** Why an address is not fetched; `null` where no metadata named it, or the user did as well. */
  judge(url: string, wishes: readonly Wish[]): Reason | null {
    const found = this.#byAddress.get(keyOf(url));
    if (found === undefined || wishes.some(({ project }) => project === found.project)) return null;
    return refusalOf(found, url);
  }
}

function refusalOf({ project, parent }: DirectDependency, url: string): Reason {
  return reason(
    'WP-DIRECT-DEPENDENCY',
    `${parent.filename} of ${printableUrl(parent.index)} requires ${project} @ ${printableUrl(url)}; expected a release of an index, found an address`,
    `If you mean that file, ask for it yourself: "${project} @ ${printableUrl(url)}".`,
  );
}

/** Installers ask without the fragment. */
function keyOf(address: string): string {
  return addressKey(address.replace(/#.*$/u, ''));
}
