// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Refusal } from '../core/errors.ts';
import { PUBLIC_GOOD, type HeldRoot, type TrustedRoots } from '../core/trusted-roots.ts';
import type { StagedFolder } from '../core/tuf-repository.ts';
import type { Places } from '../host/index.ts';
import { rootsFor, type Policy } from '../policy/index.ts';
import type { VerdictCache } from '../core/verdict-cache.ts';
import { ensurePrivateDirectory, openStagedFolder, openVerdictCache } from '../storage/index.ts';
import { openPublicGoodRoot } from '../trust/public-good-root.ts';
import type { HeldRoots } from '../trust/held-roots.ts';

const EMPTY: StagedFolder = {
  list: () => Promise.resolve([]),
  read: () => Promise.resolve(null),
  stage: unwritten,
  commit: unwritten,
  sync: unwritten,
  remove: unwritten,
  changedAt: () => Promise.resolve(null),
};

function unwritten(): Promise<never> {
  throw new Error('nothing is written where roots are only looked at');
}

/** The trusted roots of this user, to be changed. */
export async function openHeldRoots({ data }: Places): Promise<HeldRoots> {
  ensurePrivateDirectory(data);
  const folder = path.join(data, 'roots');
  ensurePrivateDirectory(folder);
  return await overFolder(await openStagedFolder(folder, 0o700));
}

/** The same, to be looked at: nothing is made where nothing is. */
export async function findHeldRoots(places: Places): Promise<HeldRoots> {
  return holdsRoots(places) ? await openHeldRoots(places) : await overFolder(EMPTY);
}

export const holdsRoots = ({ data }: Places): boolean => existsSync(path.join(data, 'roots'));

/** Loaded here, with what reads certificates: most runs need neither. */
async function overFolder(folder: StagedFolder): Promise<HeldRoots> {
  const held = await import('../trust/held-roots.ts');
  return new held.HeldRoots(folder);
}

/** The trusted roots that the policy lets vouch for a file; each is read once, and when it is needed. */
export function trustedRootsOf(places: Places, policy: Policy): TrustedRoots {
  const opened = new Map<string, Promise<HeldRoot>>();
  const openRoot = async (name: string, from: string): Promise<HeldRoot> => {
    if (name === PUBLIC_GOOD && !holdsRoots(places)) return await openPublicGoodRoot();
    const found = await (await findHeldRoots(places)).find(name);
    if (found !== null) return found;
    throw new Refusal('WP-TRUSTED-ROOT', {
      message: `${from} names the trusted root "${name}", and none is held under that name`,
      hint: `\`wheelproof trust root import ${name} FILE --reason 'why'\` brings it.`,
    });
  };
  return async (subject) => {
    const { roots, from } = rootsFor(policy, subject);
    const found = roots.map((name) => {
      const known = opened.get(name) ?? openRoot(name, from);
      opened.set(name, known);
      return known;
    });
    return await Promise.all(found);
  };
}

/** What attestations were proved to say, beside the trust store. */
export function openKeptProofs({ data }: Places): VerdictCache {
  return openVerdictCache(path.join(data, 'verdicts'));
}

const DAY_MS = 24 * 3_600_000;
/** Sigstore renews what its root says about twice a year. */
const OLD_DAYS = 180;

export const daysSince = (at: number, now: number): number =>
  Math.max(0, Math.floor((now - at) / DAY_MS));

/** A sentence where a root was not looked after for long. */
export function ageNote({ name, checkedAt }: Pick<HeldRoot, 'name' | 'checkedAt'>, now: number) {
  const days = daysSince(checkedAt, now);
  if (days < OLD_DAYS) return null;
  const command = `wheelproof trust root update${name === PUBLIC_GOOD ? '' : ` ${name}`}`;
  return `the trusted root "${name}" was last brought up to date ${days} days ago: \`${command}\``;
}
