// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { Refusal } from '../core/errors.ts';
import { MAX_TRUST_DOCUMENT_BYTES } from '../core/limits.ts';
import { systemCode } from './trust-arguments.ts';

/** Writes a whole document or nothing, readable by its owner alone. @throws Refusal `WP-STATE-DISK` */
export async function writeDocument(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(8).toString('hex')}.part`;
  try {
    await writeFile(draft, text, { flag: 'wx', mode: 0o600, flush: true });
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    const message = `${path} could not be written${systemCode(cause)}`;
    throw new Refusal('WP-STATE-DISK', { message, cause });
  }
}

/** Reads a document, never more than is allowed. @throws Refusal `WP-USAGE`, `WP-TRUST-DOCUMENT` */
export async function readDocumentFile(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path, 'r');
    const found = await file.stat();
    if (!found.isFile()) throw new Refusal('WP-USAGE', { message: `${path} is no plain file` });
    if (found.size > MAX_TRUST_DOCUMENT_BYTES) {
      const message = `${path}: expected at most ${MAX_TRUST_DOCUMENT_BYTES} bytes, found ${found.size}`;
      throw new Refusal('WP-TRUST-DOCUMENT', { message });
    }
    return await file.readFile();
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    const message = `${path} cannot be read${systemCode(cause)}`;
    throw new Refusal('WP-USAGE', { message, cause });
  }
}
