// SPDX-License-Identifier: Apache-2.0
export {
  approve,
  requireProject,
  requireSha256,
  requireText,
  validApprovals,
  type Occasion,
} from './approvals.ts';
export { acceptChange, requireRelease, withdrawChanges } from './accepted-changes.ts';
export { commitShape } from './commit-document.ts';
export { CommitMemory } from './commit-memory.ts';
export { approvalShape, fileShape, timeText } from './document-shape.ts';
export { mergeKeys } from './key-document.ts';
export { exportTrust, importTrust, type ImportOutcome } from './exchange.ts';
export { HostMemory } from './hosts.ts';
export { listingShape, pageShape } from './page-document.ts';
export type { SaidFile } from './listing-changes.ts';
export type { PageHistory, PageSaying } from './page-history.ts';
export { PageMemory } from './page-memory.ts';
export { TrustMemory } from './memory.ts';
export { changeShape, publishersShape } from './publisher-document.ts';
export { PublisherMemory, readHistory } from './publisher-memory.ts';
export { standingOf, type ProvenanceHistory, type Standing } from './provenance-history.ts';
