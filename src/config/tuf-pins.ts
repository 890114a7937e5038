// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import path from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { PolicyFiles } from '../core/policy-files.ts';
import type { TufPin } from '../core/tuf-repository.ts';
import type { IndexRule } from '../policy/index.ts';
import type { ReadDocument } from './document.ts';
import type { KeyPath } from './location.ts';
import type { ValueReader } from './values.ts';

/** What a pin that names a file has for a digest until the file is read. */
const UNREAD = '';

/** An `[[index]]` table's `tuf-root` and `tuf-repository`; the root is still the path of its file. */
export function readTufPin(
  document: ReadDocument,
  read: ValueReader,
  place: number,
): { readonly tuf?: TufPin } {
  const rule = document.values.index?.[place];
  const at = (key: string): KeyPath => ['index', place, key];
  const { 'tuf-root': root, 'tuf-repository': repository } = rule ?? {};
  if (rule === undefined || root === undefined) {
    if (repository !== undefined) document.fail(at('tuf-repository'), 'tuf-root beside it', 'none');
    return {};
  }
  const where =
    repository === undefined
      ? new URL('../', read.indexUrl(rule.url, at('url'))).href
      : read.indexUrl(repository, at('tuf-repository'));
  if (!root.startsWith('sha256:')) {
    const file = path.resolve(path.dirname(document.path), root);
    return { tuf: { sha256: UNREAD, root: file, repository: where } };
  }
  const [, sha256] = /^sha256:([0-9a-f]{64})$/u.exec(root) ?? [];
  if (sha256 !== undefined) return { tuf: { sha256, root: null, repository: where } };
  return document.fail(at('tuf-root'), '"sha256:" with 64 digits, or the path of a file', root);
}

/**
 * Puts the roots themselves in place of their paths: the policy's digest stands for them.
 * @throws Refusal `WP-TUF-NO-ROOT`, `WP-STATE-PERMISSIONS`
 */
export async function withTufRoots(
  rules: readonly IndexRule[],
  files: PolicyFiles,
): Promise<readonly IndexRule[]> {
  return await Promise.all(
    rules.map(async (rule) => {
      const { tuf, source } = rule;
      if (tuf === undefined || tuf.root === null) return rule;
      const bytes = await readRoot(tuf.root, source, files);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { ...rule, tuf: { ...tuf, sha256, root: Buffer.from(bytes).toString('base64') } };
    }),
  );
}

async function readRoot(file: string, source: string, files: PolicyFiles): Promise<Uint8Array> {
  const found = await files.read(file);
  if (found === null) {
    throw new Refusal('WP-TUF-NO-ROOT', {
      message: `${source}, tuf-root: expected a TUF root at ${file}, found none`,
    });
  }
  if (found.writableByOthers || found.foreign) {
    throw new Refusal('WP-STATE-PERMISSIONS', {
      message: `${file}: expected a TUF root that belongs to you or root and that nobody else may write`,
      hint: `chmod go-w ${file}`,
    });
  }
  return found.bytes;
}
