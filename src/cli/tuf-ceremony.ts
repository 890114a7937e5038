// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import type { StagedFolder } from '../core/tuf-repository.ts';
import { openStagedFolder } from '../storage/index.ts';
import { PAGE } from '../tuf/ceremony.ts';
import { holderFile } from '../tuf/ceremony-key.ts';
import { describeKey, KEY_WORDS } from '../tuf/ceremony-page.ts';
import { assembleKeys, bringKey, prepareSignature, TYPED_WORDS } from '../tuf/ceremony-steps.ts';
import { fingerprintWords } from '../tuf/fingerprint-words.ts';
import { openSigner } from './tuf-keys.ts';
import { tell, type Json, type TufContext } from './tuf-work.ts';

/** No file of a ceremony is longer: what is longer is not read. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;
const MAX_FILES = 1_000;

/**
 * The folder that goes from holder to holder. What others put into it is read, never followed.
 * @throws Refusal `WP-CEREMONY-MALFORMED` for links, and for files that are too long or too many.
 */
export async function openCeremony(path: string, make = false): Promise<StagedFolder> {
  if (!make && !existsSync(path))
    throw new Refusal('WP-CEREMONY-STEP', { message: `there is no folder ${path}` });
  const folder = await openStagedFolder(resolve(path));
  const names = await readdir(path);
  if (names.length > MAX_FILES) throw unfit(path, `it holds more than ${MAX_FILES} files`);
  for (const name of names) {
    const found = await lstat(join(path, name));
    if (found.isDirectory()) continue;
    if (!found.isFile()) throw unfit(path, `${safeText(name, 80)} is no plain file`);
    if (found.size > MAX_FILE_BYTES) throw unfit(path, `${safeText(name, 80)} is too long`);
  }
  return folder;
}

function unfit(path: string, why: string): Refusal {
  return new Refusal('WP-CEREMONY-MALFORMED', { message: `${path}: ${why}` });
}

export interface SignerOption extends Json {
  readonly signer: string;
}

/** `wheelproof tuf ceremony key`: a holder's public key, with the proof that they hold the other. */
export async function bring(
  context: TufContext,
  path: string,
  options: SignerOption & { readonly name: string },
): Promise<void> {
  const folder = await openCeremony(path);
  const signer = await openSigner(options.signer, context.environment);
  await bringKey(folder, options.name, signer);
  const file = holderFile(options.name);
  const lines = [
    `${file} is written. Read these words to the conductor and the other holders:`,
    ...describeKey(options.name, signer.publicKey),
  ];
  tell(context, options, { file, publicKey: signer.publicKey }, `${lines.join('\n')}\n`);
}

/** `wheelproof tuf ceremony assemble`: the documents, signed by nobody yet, and the page. */
export async function assemble(context: TufContext, path: string, options: Json): Promise<void> {
  const { page, pageHash: sha256 } = await assembleKeys(await openCeremony(path));
  const words = fingerprintWords(sha256, KEY_WORDS);
  const text = `${page}\n${PAGE} sha256 ${sha256}\nwords ${words}\n`;
  tell(context, options, { page: PAGE, sha256, words, text: page }, text);
}

/** `wheelproof tuf ceremony sign`: the documents; once they are finished, the transcript. */
export async function sign(
  context: TufContext,
  path: string,
  options: SignerOption & { readonly confirm?: string },
): Promise<void> {
  const due = await prepareSignature(await openCeremony(path));
  const { what, text, sha256, words } = due;
  const signer = await openSigner(options.signer, context.environment);
  if (options.json !== true) context.io.out(`${text}\nsha256 ${sha256}\nwords ${words}\n`);
  const file = await due.sign(signer, options.confirm ?? (await askWords()), context.now);
  tell(context, options, { file, signed: what, sha256 }, `${file}: ${what} signed.\n`);
}

async function askWords(): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new Refusal('WP-CEREMONY-CONFIRM', {
      message: 'nobody is there to type the words; nothing was signed',
      hint: `Run it on a terminal, or give the ${TYPED_WORDS} words that you were told with --confirm.`,
    });
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await asking.question(`To sign this, type its first ${TYPED_WORDS} words: `);
  } finally {
    asking.close();
  }
}
