// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { verifyCeremony } from '../../src/tuf/ceremony-finish.ts';
import { publishCeremony } from '../../src/tuf/ceremony-publish.ts';
import {
  changePlan,
  newPlan,
  NOW,
  people,
  play,
  stepsOf,
  type Change,
} from '../../src/tuf/ceremony.test-support.ts';
import {
  PROFILES,
  rebin,
  renewOffline,
  RepositoryWriter,
  rotateOnline,
  TufClient,
} from '../../src/tuf/index.ts';
import type { Signer } from '../../src/core/tuf-repository.ts';
import { crashes } from '../world/crashes.ts';
import { MemoryFolder } from '../world/staged-folder.ts';
import { makeSigner, signerOf, TufStore } from '../world/tuf-repository.ts';
import type { Fault, Played } from './fault.ts';

/*
 * A model of the disk: what a flow writes is recorded, and every state that a power loss can leave
 * is built: a prefix of the steps, with what no sync covers lost in part, names of folders too.
 */

const lives = PROFILES.server;
const LATER = NOW + 20 * 3_600_000;
const PATHS = ['packages/a/a-1.tar.gz', 'packages/b/b-1.tar.gz', 'packages/c/c-1.tar.gz'];
const LEAST_STATES = 1_000;

interface Stage {
  readonly repository: MemoryFolder;
  readonly holders: ReadonlyMap<string, Signer>;
  readonly online: Signer;
  readonly next: Signer;
}

type Work = (folder: MemoryFolder) => Promise<unknown>;

interface Flow {
  readonly name: string;
  readonly prepare: (stage: Stage) => Promise<Work> | Work;
  /** Clients may be made to wait, but see nothing wrong. */
  readonly mayWait?: true;
}

const change = (path: string, text: string | null) => ({
  path,
  target: text === null ? null : { length: text.length, sha256: hash('sha256', text, 'hex') },
});

async function openStage(): Promise<Stage> {
  const online = signerOf(makeSigner());
  const next = signerOf(makeSigner());
  const holders = people('alice', 'bob', 'carol');
  const signers = [...holders.values()];
  const plan = { ...newPlan([...holders.keys()], online), bits: 3 };
  const finished = await verifyCeremony(await play({ plan, brings: holders, signers }));
  const repository = new MemoryFolder();
  await publishCeremony(repository, finished, { online, old: null, lives, now: NOW });
  const writer = await RepositoryWriter.open(repository, lives);
  await writer.publish(
    PATHS.slice(0, 2).map((path) => change(path, 'old')),
    online,
    NOW,
  );
  repository.steps.length = 0;
  return { repository, holders, online, next };
}

/** The ceremony that a change needs, held with everybody, and its effect. */
async function ceremony(stage: Stage, wish: Change & { readonly lost?: true }): Promise<Work> {
  const { lost, ...wishes } = wish;
  const { plan, files } = await changePlan(stage.repository, wishes);
  const signers = [...stage.holders.values()];
  const finished = await verifyCeremony(await play({ plan, files, brings: new Map(), signers }));
  const isOther = plan.online !== stage.online.publicKey;
  const server = {
    online: isOther ? stage.next : stage.online,
    old: lost === true ? null : stage.online,
    lives,
    now: LATER,
  };
  return async (folder) => publishCeremony(folder, finished, server);
}

const FLOWS: readonly Flow[] = [
  {
    name: 'publish',
    prepare:
      ({ online }) =>
      async (folder) => {
        const writer = await RepositoryWriter.open(folder, lives);
        const changes = Array.from({ length: 12 }, (_, place) =>
          change(place === 0 ? (PATHS[0] ?? '') : `packages/d/d-${place}.tar.gz`, 'new'),
        );
        await writer.publish(
          [...changes, change(PATHS[1] ?? '', null), change(PATHS[2] ?? '', 'new')],
          online,
          LATER,
        );
      },
  },
  {
    name: 'renew, with the offline roles',
    prepare:
      ({ online, holders }) =>
      async (folder) => {
        const signers = [...holders.values()];
        await renewOffline(folder, { online, holders: signers, lives, now: LATER });
        await (
          await RepositoryWriter.open(folder, lives)
        ).renew(online, LATER + 6 * 24 * 3_600_000);
      },
  },
  {
    name: 'rotate',
    prepare:
      ({ online, next, holders }) =>
      async (folder) =>
        rotateOnline(folder, {
          next,
          old: online,
          holders: [...holders.values()],
          lives,
          now: LATER,
        }),
  },
  {
    name: 'rebin',
    prepare:
      ({ online, holders }) =>
      async (folder) => {
        const signers = [...holders.values()];
        await rebin(folder, {
          bits: 4,
          next: online,
          old: null,
          holders: signers,
          lives,
          now: LATER,
        });
      },
  },
  {
    name: 'a ceremony with other holders, another online key and more bins',
    prepare: async (stage) =>
      ceremony(stage, {
        holders: (before) => before.filter(({ name }) => name !== 'carol'),
        online: stage.next.publicKey,
        bits: 4,
        prefix: 'bin2',
      }),
  },
  {
    name: 'the same with the online key lost',
    mayWait: true,
    prepare: async (stage) =>
      ceremony(stage, { online: stage.next.publicKey, bits: 4, prefix: 'bin2', lost: true }),
  },
];

/** What a client sees; throws what it refuses. */
async function seen(folder: MemoryFolder, now: number, store = new TufStore()): Promise<string> {
  const root = folder.files.get('1.root.json') ?? new Uint8Array();
  if ((await store.load('root')) === null) await store.save('root', root);
  const source = { fetch: async (name: string) => await folder.read(name) };
  const client = await TufClient.open({ source, store, now });
  await client.refresh();
  const found: string[] = [];
  for (const path of PATHS)
    found.push((await client.findTarget(path))?.hashes['sha256']?.slice(0, 8) ?? 'none');
  return found.join(' ');
}

async function loosePower({ name, prepare, mayWait }: Flow): Promise<Played> {
  const faults: string[] = [];
  let states = 0;
  let waits = 0;
  // Other keys and other bins give other orders: until there are enough states.
  while (states < LEAST_STATES && faults.length === 0) {
    const stage = await openStage();
    const { repository } = stage;
    const before = new Map(repository.files);
    const work = await prepare(stage);
    const old = await seen(repository, NOW);
    await work(repository);
    const fresh = await seen(repository, LATER);
    for (const crashed of crashes(before, repository.steps, 'many')) {
      states++;
      const store = new TufStore();
      const left = await seen(crashed, NOW, store).catch(wordsOf);
      if (left === 'WP-TUF-SIGNATURE' && mayWait === true) waits++;
      else if (left !== old && left !== fresh) faults.push(`${name}: a client sees ${left}`);
      const again = await work(crashed)
        .then(async () => seen(crashed, LATER, store))
        .catch(wordsOf);
      if (again !== fresh) faults.push(`${name}: run again, a client sees ${again}`);
    }
  }
  const waiting = mayWait === true ? `, clients wait in ${waits}` : '';
  return { faults: faults.slice(0, 5), figure: `${states} states${waiting}` };
}

/** Every step of a ceremony, of each person, in their folder. */
async function looseCeremony(): Promise<Played> {
  const faults: string[] = [];
  const holders = people('alice', 'bob', 'carol');
  const plan = newPlan([...holders.keys()], signerOf(makeSigner()));
  const steps = stepsOf({ plan, brings: holders, signers: [...holders.values()] });
  const folder = new MemoryFolder();
  let states = 0;
  for (const step of steps) {
    const before = new Map(folder.files);
    folder.steps.length = 0;
    await step(folder);
    for (const crashed of crashes(before, folder.steps, 'many')) {
      states++;
      // Whoever began a ceremony and lost power may find it begun.
      const isBegun = step === steps[0] && crashed.files.has('ceremony.json');
      if (!isBegun) await step(crashed).catch((error: unknown) => faults.push(wordsOf(error)));
      for (const [name, bytes] of folder.files)
        if (!name.endsWith('.new') && !Buffer.from(crashed.files.get(name) ?? []).equals(bytes))
          faults.push(`${name} is not what it was to be`);
    }
  }
  return { faults: faults.slice(0, 5), figure: `${states} states of ${steps.length} steps` };
}

function wordsOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

export const R03: Fault = {
  id: 'R03',
  title: 'power loss, as a model of the disk',
  forms: [
    ...FLOWS.map((flow) => ({
      name: `a TUF repository: ${flow.name}`,
      play: async () => loosePower(flow),
    })),
    { name: 'a ceremony, each step of each holder', play: looseCeremony },
  ],
};
