// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { isProjectName, normaliseName } from '../core/project-name.ts';
import { safeText } from '../core/safe-text.ts';
import type { Approval, TrustRows } from '../core/trust-rows.ts';

const MAX_REASON_CHARACTERS = 1000;
const MAX_OWNER_CHARACTERS = 200;

/** The approvals that hold for these bytes under this project's name now. */
export function validApprovals(
  rows: TrustRows,
  sha256: string,
  project: string,
  now: number,
): readonly Approval[] {
  return rows
    .approvals(sha256)
    .filter((approval) => approval.project === null || approval.project === project)
    .filter(({ expiresAt }) => expiresAt === null || now < expiresAt);
}

export interface ApprovalWish {
  readonly sha256: string;
  /** As typed; `null`: under any name. */
  readonly project: string | null;
  readonly reason: string;
  readonly owner: string;
  /** Milliseconds since 1970; `null`: no end. */
  readonly expiresAt: number | null;
}

export interface Occasion {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Names the run or command in the audit trail. */
  readonly run: string;
}

/**
 * Writes down a person's word for these bytes, and that it was given.
 *
 * @throws Refusal `WP-USAGE` where the hash, the reason, the owner, the project or the end is unfit.
 */
export function approve(rows: TrustRows, wish: ApprovalWish, occasion: Occasion): Approval {
  const approval: Approval = {
    sha256: requireSha256(wish.sha256),
    project: wish.project === null ? null : requireProject(wish.project),
    reason: requireText('the reason', wish.reason, MAX_REASON_CHARACTERS),
    owner: requireText('the owner', wish.owner, MAX_OWNER_CHARACTERS),
    createdAt: occasion.now,
    expiresAt: requireFuture(wish.expiresAt, occasion.now),
  };
  rows.transaction(() => {
    rows.approve(approval);
    const { sha256, ...detail } = approval;
    rows.audit({
      at: occasion.now,
      run: occasion.run,
      what: 'approve',
      subject: `sha256:${sha256}`,
      detail,
    });
  });
  return approval;
}

/** @throws Refusal `WP-USAGE` */
export function requireSha256(text: string): string {
  if (/^[0-9a-f]{64}$/u.test(text)) return text;
  throw usage(`expected a sha256 of 64 lower-case hex digits, found ${safeText(text, 100)}`);
}

/** @throws Refusal `WP-USAGE` */
export function requireProject(text: string): string {
  if (isProjectName(text)) return normaliseName(text);
  throw usage(`expected a project's name, found ${safeText(text, 100)}`);
}

/** @throws Refusal `WP-USAGE` */
export function requireText(what: string, text: string, most: number): string {
  const found = text.trim();
  if (found !== '' && found.length <= most && found.isWellFormed() && !found.includes('\0')) {
    return found;
  }
  throw usage(`${what}: expected 1 to ${most} characters, found ${found.length}`);
}

function requireFuture(expiresAt: number | null, now: number): number | null {
  if (expiresAt === null || expiresAt > now) return expiresAt;
  throw usage(`expected an end in the future, found ${new Date(expiresAt).toISOString()}`);
}

function usage(message: string): Refusal {
  return new Refusal('WP-USAGE', { message });
}
