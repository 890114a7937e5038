// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import type { StagedFolder } from '../core/tuf-repository.ts';
import { holderFile, readHolder, type CeremonyId } from './ceremony-key.ts';
import { proposalPage } from './ceremony-page.ts';
import { readPlan, type CeremonyPlan } from './ceremony-plan.ts';
import { readPrevious, type PreviousDocuments } from './ceremony-previous.ts';
import { deriveProposal, unsignedFiles, type Proposal } from './ceremony-proposal.ts';
import { readSignature, signatureFile, type CeremonySignature } from './ceremony-signatures.ts';

export const PLAN = 'ceremony.json';
export const PAGE = 'proposal.txt';

/** A ceremony as its folder tells it, up to the keys: everything checked. */
export interface Ceremony {
  readonly id: CeremonyId;
  readonly plan: CeremonyPlan;
  readonly previous: PreviousDocuments | null;
  /** Public keys by holder. */
  readonly keys: ReadonlyMap<string, string>;
  /** Holders who have not brought their key yet. */
  readonly missing: readonly string[];
}

/** @throws Refusal `WP-CEREMONY-…` where a file is not what it has to be. */
export async function readCeremony(folder: StagedFolder): Promise<Ceremony> {
  const bytes = await folder.read(PLAN);
  if (bytes === null)
    throw new Refusal('WP-CEREMONY-STEP', {
      message: 'no ceremony has begun in this folder',
      hint: 'Begin one with `wheelproof tuf ceremony init`.',
    });
  const plan = readPlan(bytes);
  const id = { nonce: plan.nonce, sha256: hash('sha256', bytes, 'hex') };
  const previous = await readPrevious(folder, plan);
  const keys = new Map<string, string>();
  const missing: string[] = [];
  for (const { name, key } of plan.holders) {
    const brought = await folder.read(holderFile(name));
    if (key !== null) verifyKept(name, key, brought, previous);
    const found = key ?? (brought === null ? null : readHolder(id, name, brought));
    if (found === null) missing.push(name);
    else keys.set(name, found);
  }
  await verifyNobodyElse(folder, plan);
  return { id, plan, previous, keys, missing };
}

/** A key that the plan states must be the one that this holder has in the root before. */
function verifyKept(
  name: string,
  key: string,
  brought: Uint8Array | null,
  previous: PreviousDocuments | null,
): void {
  if (previous?.holders.get(key) !== name)
    throw new Refusal('WP-CEREMONY-KEY', {
      message: `ceremony.json: the key of ${name} is not the one that the root before has for ${name}`,
    });
  if (brought !== null)
    throw new Refusal('WP-CEREMONY-KEY', {
      message: `${holderFile(name)}: ${name} keeps the key that the root has, and brings another`,
    });
}

async function verifyNobodyElse(folder: StagedFolder, { holders }: CeremonyPlan): Promise<void> {
  const known = new Set(holders.map(({ name }) => holderFile(name)));
  const stranger = (await folder.list()).find(
    (name) => name.startsWith('holder-') && name.endsWith('.json') && !known.has(name),
  );
  if (stranger === undefined) return;
  throw new Refusal('WP-CEREMONY-KEY', {
    message: `${safeText(stranger, 80)}: nobody of this name has a part in the ceremony`,
  });
}

/** A ceremony whose documents are fixed. */
export interface Assembled extends Ceremony {
  readonly proposal: Proposal;
  /** `proposal.txt`, and its SHA-256, by whose words it is confirmed. */
  readonly page: string;
  readonly pageHash: string;
  /** Files that follow from the rest. */
  readonly derived: ReadonlyMap<string, Uint8Array>;
}

/** @throws Refusal `WP-CEREMONY-QUORUM` where a key is missing, `WP-CEREMONY-SAME-KEY` */
export function assemble(ceremony: Ceremony): Assembled {
  const { id, plan, previous, keys, missing } = ceremony;
  if (missing.length > 0)
    throw new Refusal('WP-CEREMONY-QUORUM', {
      message: `yet to bring their key: ${missing.join(', ')}`,
      hint: 'Each runs `wheelproof tuf ceremony key FOLDER --name NAME --signer KEY`.',
    });
  const proposal = deriveProposal(plan, keys, previous);
  const page = proposalPage(id, plan, proposal, previous);
  const derived = new Map([
    ...unsignedFiles(proposal),
    [PAGE, Buffer.from(page) as Uint8Array] as const,
  ]);
  return { ...ceremony, proposal, page, pageHash: hash('sha256', page, 'hex'), derived };
}

/**
 * The folder as everybody must have it before they sign: what was assembled is what follows.
 * @throws Refusal `WP-CEREMONY-STEP` before assembling, `WP-CEREMONY-CHANGED`
 */
export async function readAssembled(folder: StagedFolder): Promise<Assembled> {
  const assembled = assemble(await readCeremony(folder));
  if ((await folder.read(PAGE)) === null)
    throw new Refusal('WP-CEREMONY-STEP', {
      message: 'the keys are not assembled yet',
      hint: 'The conductor runs `wheelproof tuf ceremony assemble FOLDER`.',
    });
  await verifySame(folder, assembled.derived);
  return assembled;
}

/** @throws Refusal `WP-CEREMONY-CHANGED` naming the first file that is not as it follows. */
export async function verifySame(
  folder: StagedFolder,
  expected: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  for (const [name, bytes] of expected) {
    const found = await folder.read(name);
    if (found !== null && Buffer.from(found).equals(bytes)) continue;
    const what = found === null ? 'is missing' : 'is not what follows from the plan and the keys';
    throw new Refusal('WP-CEREMONY-CHANGED', { message: `${name} ${what}` });
  }
}

/** Signatures in the order of the signers. @throws Refusal as {@link readSignature} */
export async function readSignatures(
  folder: StagedFolder,
  { proposal, pageHash }: Assembled,
): Promise<readonly CeremonySignature[]> {
  const found: CeremonySignature[] = [];
  const names = [...proposal.signers.values()];
  for (const name of names) {
    const bytes = await folder.read(signatureFile(name));
    if (bytes !== null) found.push(readSignature(proposal, pageHash, name, bytes));
  }
  const known = new Set(names.map(signatureFile));
  const stranger = (await folder.list()).find(
    (name) => name.startsWith('signature-') && name.endsWith('.json') && !known.has(name),
  );
  if (stranger === undefined) return found;
  throw new Refusal('WP-CEREMONY-KEY', {
    message: `${safeText(stranger, 80)}: nobody of this name has a part in the ceremony`,
  });
}
