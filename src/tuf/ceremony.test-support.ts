// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { MemoryFolder } from '../../test/world/staged-folder.ts';
import { makeSigner, signerOf } from '../../test/world/tuf-repository.ts';
import type { NamedBytes, Signer, StagedFolder } from '../core/tuf-repository.ts';
import type { CeremonyPlan } from './ceremony-plan.ts';
import { PREVIOUS_FILES, understandPrevious } from './ceremony-previous.ts';
import {
  assembleKeys,
  beginCeremony,
  bringKey,
  finishCeremony,
  prepareSignature,
} from './ceremony-steps.ts';
import { readState, versionsAfter } from './repository-state.ts';

export const NOW = Date.parse('2026-01-01T00:00:00Z');
const YEAR = 365 * 24 * 3_600_000;

/** People with keys, by name. */
export function people(...names: readonly string[]): Map<string, Signer> {
  return new Map(names.map((name) => [name, signerOf(makeSigner())]));
}

export function newPlan(holders: readonly string[], online: Signer): CeremonyPlan {
  return {
    nonce: hash('sha256', 'nonce', 'hex'),
    created: NOW,
    tool: { version: '1.0.0', sha256: hash('sha256', 'tool', 'hex') },
    holders: holders.map((name) => ({ name, key: null })),
    threshold: 2,
    online: online.publicKey,
    bits: 2,
    prefix: 'bin',
    expires: NOW + YEAR,
    versions: { root: 1, targets: 1, bins: 1 },
    previous: null,
  };
}

export type Change = Partial<Pick<CeremonyPlan, 'threshold' | 'online' | 'bits' | 'prefix'>> & {
  readonly holders?: ((before: CeremonyPlan['holders']) => CeremonyPlan['holders']) | undefined;
};

/** A plan that changes what is published here, and the copies that belong to it. */
export async function changePlan(repository: StagedFolder, change: Change) {
  const { root, targets, bins } = await readState(repository);
  const read = async (name: string) => (await repository.read(name)) ?? new Uint8Array();
  const copies = {
    root: await read(`${root.version}.root.json`),
    targets: await read(`${targets.version}.targets.json`),
    bins: await read(`${bins.version}.bins.json`),
  };
  const before = understandPrevious(copies);
  const kept = [...before.holders].map(([key, name]) => ({ name, key }));
  const { holders, ...others } = change;
  const plan: CeremonyPlan = {
    nonce: hash('sha256', 'another nonce', 'hex'),
    created: NOW,
    tool: { version: '1.0.0', sha256: hash('sha256', 'tool', 'hex') },
    threshold: before.threshold,
    online: before.online,
    ...before.shape,
    expires: NOW + 2 * YEAR,
    versions: await versionsAfter(repository, root.version),
    previous: {
      root: hash('sha256', copies.root, 'hex'),
      targets: hash('sha256', copies.targets, 'hex'),
      bins: hash('sha256', copies.bins, 'hex'),
    },
    ...others,
    holders: holders === undefined ? kept : holders(kept),
  };
  const files: NamedBytes[] = (['root', 'targets', 'bins'] as const).map((role) => ({
    name: PREVIOUS_FILES[role],
    bytes: copies[role],
  }));
  return { plan, files };
}

/** A holder who reads everything and types the words that stand there. */
export async function signAs(folder: StagedFolder, signer: Signer): Promise<string> {
  const due = await prepareSignature(folder);
  return await due.sign(signer, due.words, NOW);
}

export interface Part {
  readonly plan: CeremonyPlan;
  readonly files?: readonly NamedBytes[];
  /** Whose keys are new. */
  readonly brings: ReadonlyMap<string, Signer>;
  readonly signers: readonly Signer[];
}

/** All steps, up to a transcript that all signers have signed. */
export async function play(part: Part, folder = new MemoryFolder()): Promise<MemoryFolder> {
  for (const step of stepsOf(part)) await step(folder);
  return folder;
}

/** Each step of each person. */
export function stepsOf({ plan, files = [], brings, signers }: Part) {
  return [
    async (folder: StagedFolder) => void (await beginCeremony(folder, plan, files)),
    ...[...brings].map(
      ([name, signer]) =>
        async (folder: StagedFolder) =>
          bringKey(folder, name, signer),
    ),
    async (folder: StagedFolder) => void (await assembleKeys(folder)),
    ...signers.map((signer) => async (folder: StagedFolder) => void (await signAs(folder, signer))),
    async (folder: StagedFolder) => void (await finishCeremony(folder)),
    ...signers.map((signer) => async (folder: StagedFolder) => void (await signAs(folder, signer))),
  ];
}
