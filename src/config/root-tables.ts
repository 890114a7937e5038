// SPDX-License-Identifier: Apache-2.0
import type { RootRule } from '../policy/index.ts';
import type { ReadDocument } from './document.ts';
import { sourceOf } from './pin-tables.ts';
import type { ValueReader } from './values.ts';

/** `[[sigstore]]` tables: which trusted roots count for which files. @throws Refusal `WP-POLICY-INVALID` */
export function readRootTables(document: ReadDocument, read: ValueReader): readonly RootRule[] {
  return (document.values.sigstore ?? []).map(({ roots, projects, indexes }, place) => ({
    roots: [...new Set(roots)],
    projects:
      projects?.map((glob, at) => read.projectGlob(glob, ['sigstore', place, 'projects', at])) ??
      null,
    indexes:
      indexes?.map((url, at) => read.indexUrl(url, ['sigstore', place, 'indexes', at])) ?? null,
    source: sourceOf(document, 'sigstore', place),
  }));
}
