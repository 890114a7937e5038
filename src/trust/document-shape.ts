// SPDX-License-Identifier: Apache-2.0
import type { Approval, RememberedFile, RememberedHost } from '../core/trust-rows.ts';

// How rows are written in JSON: in exported documents and in what `trust … --json` prints.

export const timeText = (milliseconds: number): string => new Date(milliseconds).toISOString();

export function fileShape(file: RememberedFile) {
  return {
    index: file.index,
    project: file.project,
    version: file.version,
    filename: file.filename,
    url: file.url,
    sha256: file.sha256,
    size: file.size,
    first_seen: timeText(file.firstSeen),
    last_seen: timeText(file.lastSeen),
    verdict: file.verdict,
    policy: file.policy,
  };
}

export function approvalShape(approval: Approval) {
  return {
    sha256: approval.sha256,
    project: approval.project,
    reason: approval.reason,
    owner: approval.owner,
    created_at: timeText(approval.createdAt),
    expires_at: approval.expiresAt === null ? null : timeText(approval.expiresAt),
  };
}

export function hostShape({ index, host, firstSeen }: RememberedHost) {
  return { index, host, first_seen: timeText(firstSeen) };
}
