// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Places } from '../host/index.ts';
import { sealPolicy, type Policy } from '../policy/index.ts';
import { ensurePrivateDirectory, openStagedFolder } from '../storage/index.ts';
import type { HeldKeys } from '../trust/held-keys.ts';

const folderOf = ({ data }: Places): string => path.join(data, 'keys');

/** The keys that this user lets speak for projects, to be changed. */
export async function openHeldKeys(places: Places): Promise<HeldKeys> {
  ensurePrivateDirectory(places.data);
  const folder = folderOf(places);
  ensurePrivateDirectory(folder);
  const { HeldKeys: Held } = await import('../trust/held-keys.ts');
  return new Held(await openStagedFolder(folder, 0o700));
}

/** The policy with what the trust store's keys add to it: its digest stands for them too. */
export async function withHeldKeys(policy: Policy, places: Places): Promise<Policy> {
  if (!existsSync(folderOf(places))) return policy;
  const held = await (await openHeldKeys(places)).all();
  if (held.length === 0) return policy;
  const { revokedIn, signersWith } = await import('../trust/held-keys.ts');
  const signers = signersWith(policy.signers, held);
  return sealPolicy({ ...policy, signers, revokedKeys: revokedIn(held) });
}
