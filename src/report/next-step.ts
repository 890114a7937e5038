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
]);

/** The reason's hint or, where an approval would let the file pass, the command that gives it. */
export function nextStep({ code, hint }: Reason, { artifact, sha256 }: Receipt): string {
  const digest = sha256 ?? artifact.listed?.hashes['sha256'] ?? '';
  const { project } = artifact;
  // Only what is safe in a shell is made part of a command.
  const isSayable = /^[0-9a-f]{64}$/u.test(digest) && isProjectName(project);
  if (!LIFTED_BY_APPROVAL.has(code) || !isSayable) return hint;
  const command = `wheelproof trust approve sha256:${digest} --project ${project} --reason 'why'`;
  return code === 'WP-COOLDOWN'
    ? `Wait, choose an earlier version, or look at the file, then: ${command}`
    : `Look at the file, then: ${command}`;
}
