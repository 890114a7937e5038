// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { Refusal } from '../core/errors.ts';
import type { JsonObject } from '../core/strict-json.ts';
import type { StagedFolder } from '../core/tuf-repository.ts';
import { FORMER, isName } from './ceremony-form.ts';
import type { CeremonyPlan, PreviousHashes } from './ceremony-plan.ts';
import { BINS, type BinShape } from './documents.ts';
import { Fields } from './fields.ts';
import { verifyThreshold, type Keys, type Role } from './keys.ts';
import { openEnvelope, readRoot, readTargets, type Root } from './metadata.ts';
import { delegatorOf, readHolders } from './repository-state.ts';
import { statedKey } from './signing.ts';
import { TrustedSet } from './trusted-set.ts';

/* What is published when a ceremony begins, as copies in its folder: the root signs itself, and the
 * root's keys sign the rest. That it is the root which clients trust, each holder knows. */

export const PREVIOUS_FILES = {
  root: 'previous.root.json',
  targets: 'previous.targets.json',
  bins: 'previous.bins.json',
} as const satisfies Record<keyof PreviousHashes, string>;

export interface PreviousDocuments {
  readonly bytes: { readonly [document in keyof PreviousHashes]: Uint8Array };
  readonly root: Root;
  /** Of targets and bins. */
  readonly versions: Readonly<Record<'targets' | 'bins', number>>;
  readonly targetsSigned: JsonObject;
  /** Keys that sign the role `bins`. */
  readonly binsRole: { readonly role: Role; readonly keys: Keys };
  readonly shape: BinShape;
  readonly online: string;
  readonly expires: number;
  /** What the holders are called, by public key, in their order. */
  readonly holders: ReadonlyMap<string, string>;
  readonly threshold: number;
}

/** @throws Refusal `WP-CEREMONY-CHANGED`, or what a client would refuse but for its expiry. */
export async function readPrevious(
  folder: StagedFolder,
  { previous, versions }: CeremonyPlan,
): Promise<PreviousDocuments | null> {
  if (previous === null) {
    // Signed as "new", a later version would follow another root of the same holders.
    for (const [role, version] of Object.entries(versions))
      if (version !== 1) throw changed(`it plans ${role} version ${version} of a new repository`);
    return null;
  }
  const read = async (document: keyof PreviousHashes): Promise<Uint8Array> => {
    const name = PREVIOUS_FILES[document];
    const bytes = await folder.read(name);
    if (bytes !== null && hash('sha256', bytes, 'hex') === previous[document]) return bytes;
    throw changed(`${name} is ${bytes === null ? 'missing' : 'not the one that it names'}`);
  };
  const bytes = {
    root: await read('root'),
    targets: await read('targets'),
    bins: await read('bins'),
  };
  const found = understandPrevious(bytes);
  if (versions.root !== found.root.version + 1)
    throw changed(`it plans version ${versions.root} after version ${found.root.version}`);
  for (const role of ['targets', 'bins'] as const)
    if (versions[role] <= found.versions[role])
      throw changed(`it plans ${role} version ${versions[role]} after ${found.versions[role]}`);
  return found;
}

/** @throws Refusal as a client would, but for what has expired. */
export function understandPrevious(bytes: PreviousDocuments['bytes']): PreviousDocuments {
  const { root } = new TrustedSet(bytes.root, 0);
  const targetsEnvelope = openEnvelope(bytes.targets, PREVIOUS_FILES.targets);
  verifyThreshold(targetsEnvelope, root.roles.targets, root.keys);
  const targets = readTargets(targetsEnvelope);
  const delegator = delegatorOf(targets, BINS);
  if (delegator.kind === 'root') throw new TypeError('bins are delegated');
  const binsRole = { role: delegator.role, keys: delegator.delegations.keys };
  const binsEnvelope = openEnvelope(bytes.bins, PREVIOUS_FILES.bins);
  verifyThreshold(binsEnvelope, binsRole.role, binsRole.keys);
  const bins = new Fields(binsEnvelope.signed, PREVIOUS_FILES.bins);
  const succinct = bins.object('delegations').object('succinct_roles');
  const { holders, threshold, names } = readHolders(bytes.root, PREVIOUS_FILES.root);
  return {
    bytes,
    root,
    versions: { targets: targets.version, bins: bins.integer('version', 1) },
    targetsSigned: new Fields(targetsEnvelope.signed, PREVIOUS_FILES.targets).value,
    binsRole,
    shape: { bits: succinct.integer('bit_length', 1, 16), prefix: succinct.text('name_prefix') },
    online: onlineOf(bytes.root),
    expires: readRoot(openEnvelope(bytes.root, PREVIOUS_FILES.root)).expires,
    holders: callHolders(holders, names),
    threshold,
  };
}

function onlineOf(root: Uint8Array): string {
  const fields = new Fields(openEnvelope(root, PREVIOUS_FILES.root).signed, PREVIOUS_FILES.root);
  const [keyid = ''] = fields.object('roles').object('timestamp').texts('keyids');
  return fields.object('keys').object(keyid).object('keyval').text('public');
}

/** Names of the root where they are fit to be shown and different, else a piece of the key's id. */
function callHolders(keys: readonly string[], names: ReadonlyMap<string, string>) {
  const given = [...names.values()];
  const isFit = given.every(isName) && new Set(given).size === given.length;
  const nameOf = (key: string): string => {
    const name = isFit ? names.get(key) : undefined;
    return name ?? `key-${statedKey(key).keyid.slice(0, 8)}`;
  };
  return new Map(keys.map((key) => [key, nameOf(key)] as const));
}

export function formerName(name: string): string {
  return `${FORMER}${name}`;
}

function changed(why: string): Refusal {
  return new Refusal('WP-CEREMONY-CHANGED', { message: `ceremony.json: ${why}` });
}
