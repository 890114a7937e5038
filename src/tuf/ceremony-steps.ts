// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import type { NamedBytes, Signer, StagedFolder } from '../core/tuf-repository.ts';
import {
  assemble,
  PLAN,
  readAssembled,
  readCeremony,
  readSignatures,
  verifySame,
  type Assembled,
} from './ceremony.ts';
import { deriveFinished, signTranscript, type Finished } from './ceremony-finish.ts';
import { checkName } from './ceremony-form.ts';
import { holderFile, readHolder, writeHolder } from './ceremony-key.ts';
import { KEY_WORDS } from './ceremony-page.ts';
import { writePlan, type CeremonyPlan } from './ceremony-plan.ts';
import { writeSignature } from './ceremony-signatures.ts';
import { TRANSCRIPT } from './ceremony-transcript.ts';
import { fingerprintWords } from './fingerprint-words.ts';

/* The steps of a ceremony. Each writes its files whole, the one that the next step looks for last:
 * whatever interrupts it, it is run again, and done twice it does nothing. */

/** How many words are typed before something is signed. */
export const TYPED_WORDS = 4;

/** @throws Refusal `WP-CEREMONY-STEP` where one has begun here. */
export async function beginCeremony(
  folder: StagedFolder,
  plan: CeremonyPlan,
  copies: readonly NamedBytes[],
): Promise<string> {
  if ((await folder.read(PLAN)) !== null)
    throw new Refusal('WP-CEREMONY-STEP', {
      message: 'a ceremony has begun in this folder already',
      hint: 'Use another folder.',
    });
  const bytes = writePlan(plan);
  await putFiles(folder, [...copies, { name: PLAN, bytes }]);
  return hash('sha256', bytes, 'hex');
}

/** @throws Refusal `WP-CEREMONY-KEY` where this name brings no key, or has brought another. */
export async function bringKey(folder: StagedFolder, who: string, signer: Signer): Promise<void> {
  const name = checkName(who, '--name');
  const { id, plan } = await readCeremony(folder);
  const planned = plan.holders.find((holder) => holder.name === name);
  if (planned === undefined || planned.key !== null) {
    const awaited = plan.holders.flatMap((one) => (one.key === null ? [one.name] : []));
    throw new Refusal('WP-CEREMONY-KEY', {
      message:
        planned === undefined
          ? `${name} has no part in this ceremony`
          : `${name} keeps the key that the root has`,
      hint: `Keys are brought by: ${awaited.join(', ') || 'nobody'}.`,
    });
  }
  const file = holderFile(name);
  const kept = await folder.read(file);
  if (kept === null)
    return await putFiles(folder, [{ name: file, bytes: await writeHolder(id, name, signer) }]);
  if (readHolder(id, name, kept) !== signer.publicKey)
    throw new Refusal('WP-CEREMONY-KEY', {
      message: `${file} is there already, with another key`,
    });
}

/** Writes what follows from plan and keys; what was signed already must be just that. */
export async function assembleKeys(folder: StagedFolder): Promise<Assembled> {
  const assembled = assemble(await readCeremony(folder));
  const { derived } = assembled;
  const isSigned = (await folder.list()).some((name) => name.startsWith('signature-'));
  if (isSigned) await verifySame(folder, derived);
  else await putFiles(folder, filesOf(derived));
  return assembled;
}

/** What the next signature of this folder is over. */
export interface ToSign {
  readonly what: 'documents' | 'transcript';
  readonly text: string;
  readonly sha256: string;
  /** Of the text's hash: to be compared with other holders. */
  readonly words: string;
  /** @throws Refusal `WP-CEREMONY-CONFIRM`, `WP-CEREMONY-KEY`, what the signer throws */
  sign(signer: Signer, typed: string, now: number): Promise<string>;
}

/** Everything is checked before anything is shown. @throws Refusal where a file is wrong */
export async function prepareSignature(folder: StagedFolder): Promise<ToSign> {
  if ((await folder.read(TRANSCRIPT)) === null) {
    const assembled = await readAssembled(folder);
    const { proposal, page, pageHash } = assembled;
    await readSignatures(folder, assembled);
    return toSign(folder, 'documents', page, async (signer, now) =>
      writeSignature(proposal, pageHash, signer, now),
    );
  }
  const finished = await deriveFinished(folder);
  await verifySame(folder, finished.made);
  return toSign(folder, 'transcript', finished.transcript, async (signer) =>
    signTranscript(finished, signer),
  );
}

function toSign(
  folder: StagedFolder,
  what: ToSign['what'],
  text: string,
  sign: (signer: Signer, now: number) => Promise<NamedBytes>,
): ToSign {
  const sha256 = hash('sha256', text, 'hex');
  const words = fingerprintWords(sha256, KEY_WORDS);
  return {
    what,
    text,
    sha256,
    words,
    async sign(signer, typed, now) {
      verifyWords(words, typed);
      const file = await sign(signer, now);
      // A signature that is there was checked before, or is a transcript's and may be mended.
      const isKept = what === 'documents' && (await folder.read(file.name)) !== null;
      if (!isKept) await putFiles(folder, [file]);
      return file.name;
    },
  };
}

/** The first words at least, as the holder reads or hears them. */
function verifyWords(words: string, given: string): void {
  const typed = given.trim().toLowerCase().split(/\s+/u);
  const right = words.split(' ');
  const isEnough = typed.length >= TYPED_WORDS && typed.length <= right.length;
  if (isEnough && typed.every((word, place) => word === right[place])) return;
  throw new Refusal('WP-CEREMONY-CONFIRM', {
    message: `expected the first ${TYPED_WORDS} words of what is to be signed, found "${safeText(typed.join(' '), 120)}": nothing was signed`,
  });
}

/** Writes the signed documents and the transcript. @throws Refusal `WP-CEREMONY-QUORUM` */
export async function finishCeremony(folder: StagedFolder): Promise<Finished> {
  const finished = await deriveFinished(folder);
  // Whoever finds a transcript finds all that it names.
  if ((await folder.read(TRANSCRIPT)) === null) await putFiles(folder, filesOf(finished.made));
  else await verifySame(folder, finished.made);
  return finished;
}

function filesOf(files: ReadonlyMap<string, Uint8Array>): readonly NamedBytes[] {
  return [...files].map(([name, bytes]) => ({ name, bytes }));
}

/** Files that appear whole, the last one when the disk has the names of all others. */
async function putFiles(folder: StagedFolder, files: readonly NamedBytes[]): Promise<void> {
  const names = files.map(({ name }) => name);
  await folder.stage(files);
  await folder.sync();
  await folder.commit(names.slice(0, -1));
  if (names.length > 1) await folder.sync();
  await folder.commit(names.slice(-1));
  await folder.sync();
}
