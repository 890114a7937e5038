// SPDX-License-Identifier: Apache-2.0
import { open, type FileHandle } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Artifact } from '../core/artifact.ts';
import type { HeldBytes } from '../core/bytes.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { Refusal } from '../core/errors.ts';
import { normaliseName } from '../core/project-name.ts';
import { safeText } from '../core/safe-text.ts';
import { DigestSet } from '../storage/digest-set.ts';
import { hashOf, systemCode } from './trust-arguments.ts';

/** A file that is to be judged where it lies, or all that is known of it: its sha256. */
export interface FileAtHand extends AsyncDisposable {
  readonly filename: string;
  /** Normalised. */
  readonly project: string;
  /** `null`: only the digest is at hand. */
  readonly path: string | null;
  readonly sha256: string;
  readonly size: number | null;
  /** With these digests beside sha256, where the bytes are at hand. */
  hold(algorithms: readonly string[]): Promise<HeldBytes>;
}

/** @throws Refusal `WP-USAGE` */
export async function openFileAtHand(word: string, name: string | undefined): Promise<FileAtHand> {
  const sha256 = hashOf(word);
  if (sha256 === null) return await openFile(word, name ?? basename(word));
  if (name === undefined) {
    throw new Refusal('WP-USAGE', {
      message: 'of a digest alone nobody knows which file it is of',
      hint: 'Say what it was released as: --name FILENAME.',
    });
  }
  const nothing = async (): Promise<never> => {
    throw new Refusal('WP-INTERNAL', { message: 'only the digest is at hand' });
  };
  return {
    filename: requireFilename(name),
    project: projectOf(name),
    path: null,
    sha256,
    size: null,
    hold: async () => ({ size: 0, digests: { sha256 }, read: nothing }),
    [Symbol.asyncDispose]: async () => {},
  };
}

async function openFile(path: string, name: string): Promise<FileAtHand> {
  const filename = requireFilename(name);
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (thrown) {
    const message = `${path} cannot be read${systemCode(thrown)}; expected a file or sha256:HEX`;
    throw new Refusal('WP-USAGE', { message, cause: thrown });
  }
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new Refusal('WP-USAGE', { message: `${path} is no plain file` });
    const { size } = found;
    const { sha256 } = await digestsOf(handle, []);
    return {
      filename,
      project: projectOf(filename),
      path: resolve(path),
      sha256,
      size,
      hold: async (algorithms) => ({
        size,
        digests: await digestsOf(handle, algorithms),
        read: async (position, length) => {
          const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - position)));
          const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
          return buffer.subarray(0, bytesRead);
        },
      }),
      [Symbol.asyncDispose]: async () => await handle.close(),
    };
  } catch (thrown) {
    await handle.close();
    throw thrown;
  }
}

async function digestsOf(handle: FileHandle, algorithms: readonly string[]) {
  const set = new DigestSet(algorithms);
  const stream = handle.createReadStream({ autoClose: false, start: 0 });
  for await (const chunk of stream) set.update(chunk);
  return set.digests();
}

function requireFilename(name: string): string {
  if (name !== '' && basename(name) === name && !name.includes('\\')) return name;
  throw new Refusal('WP-USAGE', { message: `expected a file name, found ${safeText(name, 100)}` });
}

const projectOf = (filename: string): string =>
  parseDistributionFilename(filename)?.project ?? normaliseName(filename);

/** The file as the question is asked of it. */
export function artifactOf(
  { filename, path, project }: FileAtHand,
  index: string | null,
): Artifact {
  const parsed = parseDistributionFilename(filename);
  return {
    index: index ?? 'direct:file://',
    project,
    version: parsed?.version ?? '',
    filename,
    kind: parsed?.kind ?? 'archive',
    url: path === null ? `file:///${encodeURIComponent(filename)}` : pathToFileURL(path).href,
    listed: null,
  };
}
