// SPDX-License-Identifier: Apache-2.0
export {
  allowedHosts,
  allowsPlainHttp,
  judgeEntry,
  judgeHost,
  type Admission,
  type EntrySubject,
  type HostMemory,
} from './candidate.ts';
export { decide, type Subject } from './decide.ts';
export { formatDuration, parseDuration } from './duration.ts';
export { isLiftable, LIFTABLE_RULES } from './exceptions.ts';
export {
  explainPolicy,
  explainProject,
  type ExplainedSetting,
  type ProjectExplanation,
} from './explain.ts';
export { normaliseHostGlob, normaliseProjectGlob } from './glob.ts';
export {
  DEFAULT_POLICY,
  indexKey,
  policyDigest,
  sealPolicy,
  type FirstUse,
  type IndexRule,
  type PinRule,
  type Policy,
  type PolicyContent,
  type PolicyException,
  type ProjectRule,
  type PublisherTrust,
} from './policy.ts';
export {
  isOwnershipLifted,
  judgeIndex,
  ownerOf,
  saysAbsent,
  shadowedOwners,
  type Owner,
} from './ownership.ts';
export {
  missesOf,
  namedIssuers,
  publisherRulesFor,
  publisherRuleWords,
  signedPublisherRules,
  type PublisherMiss,
  type PublisherRule,
  type PublisherRuleKind,
  type PublisherRules,
  type SignedIdentity,
} from './publisher-rules.ts';
export { parseRequirement } from './requirement-parser.ts';
export { explainRequirement, satisfied } from './requirement-proof.ts';
export { formatRequirement, namesIn, type Requirement } from './requirement.ts';
export { rootNames, rootsFor, type RootRule } from './root-rules.ts';
export { rulesFor } from './rules.ts';
export { signersIn } from './signers.ts';
export { allowsInside, pinNotes, pinsFor, refusesWeakTls, stalePageMs } from './transport.ts';
export { pinnedIndexes } from './tuf-pin.ts';
