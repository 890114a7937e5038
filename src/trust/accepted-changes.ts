// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { publisherShape } from '../core/publisher-text.ts';
import type { Publisher } from '../core/publisher.ts';
import type { AcceptedChange } from '../core/remembered-publisher.ts';
import { safeText } from '../core/safe-text.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import { normaliseVersion } from '../core/version.ts';
import { requireProject, requireText, type Occasion } from './approvals.ts';

export interface ChangeWish {
  /** As typed: `PROJECT==VERSION`. */
  readonly release: string;
  /** `null`: the release comes without attestations. */
  readonly publisher: Publisher | null;
  readonly reason: string;
  readonly owner: string;
}

/** @throws Refusal `WP-USAGE` */
export function requireRelease(text: string): {
  readonly project: string;
  readonly version: string;
} {
  const [name = '', typed, ...more] = text.split('==');
  const version = typed === undefined || more.length > 0 ? null : normaliseVersion(typed);
  if (version !== null) return { project: requireProject(name), version };
  throw new Refusal('WP-USAGE', {
    message: `expected PROJECT==VERSION, found ${safeText(text, 100)}`,
    hint: 'Name the first release that the change is about.',
  });
}

/**
 * Writes down a person's word that from this release on somebody else publishes the project, and
 * that it was given.
 * @throws Refusal `WP-USAGE` where the release, the reason or the owner is unfit.
 */
export function acceptChange(
  rows: TrustRows,
  wish: ChangeWish,
  occasion: Occasion,
): AcceptedChange {
  const { publisher } = wish;
  const change: AcceptedChange = {
    ...requireRelease(wish.release),
    publisher,
    reason: requireText('the reason', wish.reason, 1000),
    owner: requireText('the owner', wish.owner, 200),
    at: occasion.now,
  };
  rows.transaction(() => {
    rows.acceptChange(change);
    const { project, version, reason, owner } = change;
    const told = publisher === null ? null : publisherShape(publisher);
    const detail = { version, publisher: told, reason, owner };
    rows.audit({ ...occasionEvent(occasion), what: 'accept', subject: project, detail });
  });
  return change;
}

/** Takes back what was accepted for a release. @returns what went. */
export function withdrawChanges(
  rows: TrustRows,
  wish: Omit<ChangeWish, 'publisher'>,
  occasion: Occasion,
): readonly AcceptedChange[] {
  const { project, version } = requireRelease(wish.release);
  const reason = requireText('the reason', wish.reason, 1000);
  const owner = requireText('the owner', wish.owner, 200);
  return rows.transaction(() => {
    const mine = rows.listChanges({ project }).filter((change) => change.version === version);
    if (mine.length === 0) return [];
    rows.withdrawChanges(project, version);
    const detail = { version, reason, owner };
    rows.audit({ ...occasionEvent(occasion), what: 'withdraw-accept', subject: project, detail });
    return mine;
  });
}

const occasionEvent = ({ now, run }: Occasion) => ({ at: now, run });
