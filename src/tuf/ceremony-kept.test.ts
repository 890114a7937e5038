// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { MemoryFolder } from '../../test/world/staged-folder.ts';
import { makeSigner, signerOf } from '../../test/world/tuf-repository.ts';
import type { JsonObject } from '../core/strict-json.ts';
import { verifyCeremony } from './ceremony-finish.ts';
import type { CeremonyPlan } from './ceremony-plan.ts';
import { publishCeremony } from './ceremony-publish.ts';
import { assembleKeys, beginCeremony, bringKey } from './ceremony-steps.ts';
import { changePlan, newPlan, NOW, people, play } from './ceremony.test-support.ts';
import { PROFILES } from './lives.ts';
import { olpcJson } from './olpc-json.ts';
import { sealText } from './signing.ts';

const online = signerOf(makeSigner());
const holders = people('alice', 'bob');
const signers = [...holders.values()];

async function published(): Promise<MemoryFolder> {
  const plan = newPlan([...holders.keys()], online);
  const folder = await play({ plan, brings: holders, signers });
  const repository = new MemoryFolder();
  const server = { online, old: null, lives: PROFILES.server, now: NOW };
  await publishCeremony(repository, await verifyCeremony(folder), server);
  return repository;
}

/** The plan of a change over other targets that the holders signed, and a version that follows. */
async function planOver(over: JsonObject, versions: Partial<CeremonyPlan['versions']>) {
  const { plan, files } = await changePlan(await published(), {});
  const [root, targets, bins] = files;
  if (root === undefined || targets === undefined || bins === undefined) throw new TypeError();
  const { signed } = JSON.parse(Buffer.from(targets.bytes).toString());
  const bytes = await sealText(olpcJson({ ...signed, ...over }), signers);
  if (plan.previous === null) throw new TypeError();
  const changed: CeremonyPlan = {
    ...plan,
    previous: { ...plan.previous, targets: hash('sha256', bytes, 'hex') },
    versions: { ...plan.versions, ...versions },
  };
  return {
    plan: changed,
    files: [root, { ...targets, bytes }, bins],
  };
}

async function pageOver(over: JsonObject, versions: Partial<CeremonyPlan['versions']> = {}) {
  const { plan, files } = await planOver(over, versions);
  const folder = new MemoryFolder();
  await beginCeremony(folder, plan, files);
  return (await assembleKeys(folder)).page;
}

it('names what is signed anew without change, and from which targets it is taken', async () => {
  const page = await pageOver({ targets: { 'policy/identities.v1.json': {} } });
  expect(page).toContain('keeps what targets version 1 delegates and names, sha256 ');
  expect(page).toContain('  delegations, beside bins: none');
  expect(page).toContain('  targets: policy/identities.v1.json');
  expect(page).not.toContain('SKIPS');
});

it('says when older targets would come back in the place of newer ones', async () => {
  expect(await pageOver({}, { targets: 4 })).toContain(
    'SKIPS 2 versions of targets: what was signed in them is undone',
  );
});

it.each([
  [{ targets: 1 }, 'targets version 1 after 1'],
  [{ bins: 1 }, 'bins version 1 after 1'],
])('plans no version that there was: %j', async (versions, message) => {
  await expect(pageOver({}, versions)).rejects.toMatchObject({
    code: 'WP-CEREMONY-CHANGED',
    message: expect.stringContaining(message),
  });
});

it.each(['root', 'targets', 'bins'] as const)(
  'a new repository begins with version 1 of %s: a later one would follow what the same holders have',
  async (role) => {
    const plan = newPlan([...holders.keys()], online);
    const folder = new MemoryFolder();
    await beginCeremony(folder, { ...plan, versions: { ...plan.versions, [role]: 2 } }, []);
    const [alice = online] = signers;
    await expect(bringKey(folder, 'alice', alice)).rejects.toMatchObject({
      code: 'WP-CEREMONY-CHANGED',
    });
  },
);
