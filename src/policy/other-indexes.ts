// SPDX-License-Identifier: Apache-2.0
import { reason, type Reason } from '../core/errors.ts';
import type { RememberedFile } from '../core/trust-rows.ts';

/** What this machine accepted of the same project from other indexes. */
export interface OtherIndexes {
  /** The same file name, with other bytes. */
  readonly differing: readonly RememberedFile[];
  /** Where all of the project came from until now; empty where this index was among them. */
  readonly formerIndexes: readonly string[];
}

interface FileHere {
  readonly index: string;
  readonly project: string;
  readonly filename: string;
}

/** What is said against a file because of what other indexes gave: told, and under strict refused. */
export function judgeOtherIndexes(
  { index, project, filename }: FileHere,
  { differing, formerIndexes }: OtherIndexes,
): readonly Reason[] {
  const owning = `a table [[project]] with name = "${project}" and index = "${index}"`;
  const [other] = differing;
  const found: Reason[] = [];
  if (other !== undefined) {
    const date = new Date(other.firstSeen).toISOString().slice(0, 10);
    const message = `${filename} of ${index}: expected the bytes accepted from ${other.index} on ${date}, sha256 ${other.sha256}; these are others`;
    const hint = `Compare both files with the project's own. If this index is the right one, write to wheelproof.toml: ${owning}`;
    found.push(reason('WP-INDEXES-DISAGREE', message, hint));
  }
  if (formerIndexes.length > 0) {
    const message = `${project}: expected from ${formerIndexes.join(' or ')} as until now, found on ${index}`;
    const hint = `If the project has moved there, write to wheelproof.toml: ${owning}`;
    found.push(reason('WP-INDEX-CHANGED', message, hint));
  }
  return found;
}
