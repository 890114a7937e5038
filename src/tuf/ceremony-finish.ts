// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { Refusal } from '../core/errors.ts';
import { STAGED, type Signer, type StagedFolder } from '../core/tuf-repository.ts';
import { makeSshSignature } from '../crypto/sshsig-maker.ts';
import { PLAN, readAssembled, readSignatures, verifySame, type Assembled } from './ceremony.ts';
import { holderFile, provesSsh } from './ceremony-key.ts';
import { PREVIOUS_FILES } from './ceremony-previous.ts';
import { documentFile, OFFLINE_ROLES, type OfflineRole } from './ceremony-proposal.ts';
import {
  sealDocuments,
  signatureFile,
  verifyQuorum,
  type CeremonySignature,
} from './ceremony-signatures.ts';
import {
  ALLOWED_SIGNERS,
  allowedSigners,
  TRANSCRIPT,
  TRANSCRIPT_NAMESPACE,
  transcriptSignatureFile,
  transcriptText,
} from './ceremony-transcript.ts';

/** A ceremony with enough signatures. */
export interface Finished extends Assembled {
  readonly documents: Readonly<Record<OfflineRole, Uint8Array>>;
  readonly transcript: string;
  /** Files that finishing makes, the transcript last. */
  readonly made: ReadonlyMap<string, Uint8Array>;
}

/**
 * The signed documents and the transcript, which follow from the files alone: made again they are
 * the same. Once there is a transcript, signatures that it does not name came too late.
 * @throws Refusal `WP-CEREMONY-QUORUM`, or what is wrong in the folder
 */
export async function deriveFinished(folder: StagedFolder): Promise<Finished> {
  const assembled = await readAssembled(folder);
  const given = await readSignatures(folder, assembled);
  const kept = await folder.read(TRANSCRIPT);
  const signatures = kept === null ? given : given.filter((one) => isNamed(kept, one));
  const { proposal, plan, previous } = assembled;
  const documents = sealDocuments(proposal, signatures);
  verifyQuorum(documents, proposal, signatures, previous);
  const made = new Map<string, Uint8Array>(
    OFFLINE_ROLES.map((role) => [documentFile(plan, role), documents[role]]),
  );
  made.set(ALLOWED_SIGNERS, Buffer.from(allowedSigners(proposal)));
  const files = new Map([...assembled.derived, ...made]);
  for (const name of inputNames(assembled, signatures)) {
    const bytes = await folder.read(name);
    if (bytes !== null) files.set(name, bytes);
  }
  const transcript = transcriptText({ id: assembled.id, plan, proposal, signatures, files });
  made.set(TRANSCRIPT, Buffer.from(transcript));
  return { ...assembled, documents, transcript, made };
}

function isNamed(transcript: Uint8Array, { name }: CeremonySignature): boolean {
  return Buffer.from(transcript).includes(`\nsigned by ${name} keyid `);
}

function inputNames(
  { plan, previous }: Assembled,
  signatures: readonly CeremonySignature[],
): readonly string[] {
  return [
    PLAN,
    ...(previous === null ? [] : Object.values(PREVIOUS_FILES)),
    ...plan.holders.map(({ name }) => holderFile(name)),
    ...signatures.map(({ name }) => signatureFile(name)),
  ];
}

/** The transcript with the signature of whoever holds this key. @throws Refusal `WP-CEREMONY-KEY` */
export async function signTranscript(
  { proposal, transcript }: Finished,
  signer: Signer,
): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
  const name = proposal.signers.get(signer.publicKey);
  if (name === undefined)
    throw new Refusal('WP-CEREMONY-KEY', {
      message: `the key ${signer.publicKey} has no part in this ceremony`,
    });
  const text = await makeSshSignature(Buffer.from(transcript), TRANSCRIPT_NAMESPACE, signer);
  return { name: transcriptSignatureFile(name), bytes: Buffer.from(text) };
}

export interface VerifiedCeremony extends Finished {
  /** Who signed the transcript. */
  readonly witnesses: readonly string[];
  /** Files of the folder that have no part in the ceremony. */
  readonly others: readonly string[];
}

/**
 * Looks at everything from the files alone: hashes that the transcript names, keys, proofs, the
 * proposal, each signature, the documents, the transcript and who signed it.
 * @throws Refusal naming the first file that is not what it has to be; `WP-CEREMONY-QUORUM` where
 *   fewer holders than the threshold have signed the transcript.
 */
export async function verifyCeremony(folder: StagedFolder): Promise<VerifiedCeremony> {
  const kept = await folder.read(TRANSCRIPT);
  if (kept === null)
    throw new Refusal('WP-CEREMONY-STEP', {
      message: 'there is no transcript yet',
      hint: 'The conductor runs `wheelproof tuf ceremony finish FOLDER`.',
    });
  await verifyHashes(folder, Buffer.from(kept).toString('utf8'));
  const finished = await deriveFinished(folder);
  await verifySame(folder, finished.made);
  const { proposal, plan, transcript } = finished;
  const witnesses: string[] = [];
  for (const [key, name] of proposal.signers) {
    const file = transcriptSignatureFile(name);
    const bytes = await folder.read(file);
    if (bytes === null) continue;
    const proof = Buffer.from(bytes).toString('latin1');
    if (!provesSsh(Buffer.from(transcript), { key, proof }, TRANSCRIPT_NAMESPACE))
      throw new Refusal('WP-CEREMONY-SIGNATURE', {
        message: `${file}: it is not the signature of ${name} over ${TRANSCRIPT}`,
      });
    witnesses.push(name);
  }
  const holders = [...proposal.holders.values()];
  const open = holders.filter((name) => !witnesses.includes(name));
  if (holders.length - open.length < plan.threshold)
    throw new Refusal('WP-CEREMONY-QUORUM', {
      message: `${TRANSCRIPT} wants ${plan.threshold} of its holders to sign it; yet to sign: ${open.join(', ')}`,
      hint: 'Each runs `wheelproof tuf ceremony sign FOLDER --signer KEY` once more.',
    });
  return { ...finished, witnesses, others: await otherFiles(folder, finished) };
}

/** Each file that the transcript names is the one that it names. */
async function verifyHashes(folder: StagedFolder, transcript: string): Promise<void> {
  const lines = transcript.matchAll(/^file (?<name>\S+) sha256 (?<sha256>[0-9a-f]{64}) bytes/gmu);
  for (const { groups = {} } of lines) {
    const name = groups['name'] ?? '';
    if (name.includes('/')) continue; // no line of ours: the transcript is not what follows
    const bytes = await folder.read(name);
    if (bytes !== null && hash('sha256', bytes, 'hex') === groups['sha256']) continue;
    throw new Refusal('WP-CEREMONY-CHANGED', {
      message: `${name} ${bytes === null ? 'is missing, and' : 'is not the file that'} ${TRANSCRIPT} names${bytes === null ? ' it' : ''}`,
    });
  }
}

async function otherFiles(folder: StagedFolder, finished: Finished): Promise<readonly string[]> {
  const { proposal, derived, made } = finished;
  const signers = [...proposal.signers.values()];
  const known = new Set([
    ...inputNames(finished, []),
    ...signers.flatMap((name) => [signatureFile(name), transcriptSignatureFile(name)]),
    ...derived.keys(),
    ...made.keys(),
  ]);
  const names = await folder.list();
  return names.filter((name) => !known.has(name) && !name.endsWith(STAGED)).sort();
}
