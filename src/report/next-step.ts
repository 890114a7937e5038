// SPDX-License-Identifier: Apache-2.0
import type { Code } from '../core/codes.ts';
import type { Reason } from '../core/errors.ts';
import { isProjectName } from '../core/project-name.ts';
import type { Receipt } from '../core/verification.ts';

/** What a person's approval lifts, whatever else the policy says. */
const LIFTED_BY_APPROVAL: ReadonlySet<Code> = new Set([
  'WP-FIRST-USE',
  'WP-COOLDOWN',
  'WP-SDIST-BUILD',
  'WP-LATE-FILE',
  'WP-SIBLING',
  'WP-PUBLISHER-CLAIMED',
  'WP-PUBLISHER-MIXED',
]);

/** The reason's hint or, where a command would help, that command as it is to be typed. */
export function nextStep(why: Reason, receipt: Receipt): string {
  const { code, hint } = why;
  if (code === 'WP-NAME-REUSED') return forgetting(receipt) ?? hint;
  // Only where the requirement counts approvals, its hint names them.
  const isRequired = code === 'WP-NO-VOUCHER' && hint.includes('wheelproof trust approve');
  const command = LIFTED_BY_APPROVAL.has(code) || isRequired ? approving(receipt) : null;
  if (command === null) return hint;
  return code === 'WP-COOLDOWN'
    ? `Wait, choose an earlier version, or look at the file, then: ${command}`
    : `Look at the file, then: ${command}`;
}

/** Only what is safe in a shell is made part of a command; otherwise `null`. */
function approving({ artifact, sha256 }: Receipt): string | null {
  const digest = sha256 ?? artifact.listed?.hashes['sha256'] ?? '';
  const { project } = artifact;
  if (!/^[0-9a-f]{64}$/u.test(digest) || !isProjectName(project)) return null;
  return `wheelproof trust approve sha256:${digest} --project ${project} --reason 'why'`;
}

function forgetting({ artifact: { filename, index } }: Receipt): string | null {
  if (!/^[A-Za-z0-9][A-Za-z0-9._+-]*$/u.test(filename)) return null;
  const isSayable = /^https?:\/\/[A-Za-z0-9._~:/[\]-]+$/u.test(index);
  const which = isSayable ? ` --index ${index}` : '';
  return `Ask the project whether it replaced the file. Only if it did: wheelproof trust forget ${filename}${which} --reason 'why'`;
}
