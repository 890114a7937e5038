// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { reason, type Reason } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { ProvenanceStanding } from '../core/provenance-word.ts';
import { publisherNotation } from '../core/publisher-notation.ts';
import {
  exactWords,
  isSamePublisher,
  publisherWords,
  type Attested,
  type Publisher,
} from '../core/publisher.ts';
import {
  missesOf,
  publisherRulesFor,
  rootsFor,
  rulesFor,
  type Policy,
  type PublisherMiss,
  type PublisherRules,
} from '../policy/index.ts';
import type { PublisherMemory, Standing } from '../trust/index.ts';

/** What the publisher's word is worth, put into the findings before policy decides. */
export interface ReleaseRight {
  readonly findings: readonly Finding[];
  readonly remarks: readonly Reason[];
  readonly publisherNeeded: boolean;
  /** Memory knows a publisher whose word the file would have lost, and he cannot be asked now. */
  readonly publisherExpected: boolean;
  readonly standing: ProvenanceStanding | null;
  readonly notes: readonly string[];
}

/** Who may release a file as its index's own holders have signed it; `null`: they say nothing. */
export type SignedPublishers = (artifact: Artifact) => PublisherRules | null;

/**
 * Whether whoever published a file may release its project: by the policy's rule where there is
 * one, otherwise by whom this machine remembers.
 */
export class ReleaseRights {
  readonly #policy: Policy;
  readonly #memory: PublisherMemory;
  readonly #signed: SignedPublishers;

  constructor(policy: Policy, memory: PublisherMemory, signed: SignedPublishers = () => null) {
    this.#policy = policy;
    this.#memory = memory;
    this.#signed = signed;
  }

  judge(artifact: Artifact, sha256: string, findings: readonly Finding[]): ReleaseRight {
    const { project, version } = artifact;
    // The user's own word comes first.
    const rules = publisherRulesFor(this.#policy, project, version) ?? this.#signed(artifact);
    const publisherNeeded = rules !== null;
    const publisherExpected = false;
    const silent: ReleaseRight = {
      findings,
      remarks: [],
      publisherNeeded,
      publisherExpected,
      standing: null,
      notes: [],
    };
    const found = findings.find(({ kind }) => kind === 'attestation');
    if (found === undefined || found.state === 'failed') return silent;
    const recalled = this.#provedBefore(artifact, sha256, found);
    const own =
      recalled !== null && (rules === null || meets(recalled, rules, version)) ? recalled : found;
    const attested = own.attested ?? [];
    if (attested.length === 0 && own.state !== 'absent') {
      return { ...silent, publisherExpected: this.#isExpected(artifact) };
    }
    const publishers = attested.map(({ publisher }) => publisher);
    const isWatched = artifact.listed !== null && (publishers.length > 0 || this.knows(artifact));
    const standing = isWatched ? this.#memory.standing(artifact, publishers) : null;
    const judged =
      rules !== null
        ? byRules(artifact, own, rules)
        : standing === null
          ? { finding: own, remarks: [] }
          : this.#byMemory(artifact, own, standing);
    return {
      findings: findings.map((one) => (one === found ? judged.finding : one)),
      remarks: judged.remarks,
      publisherNeeded,
      publisherExpected,
      standing,
      notes: standing === null ? [] : notesOn(artifact, standing),
    };
  }

  /** Whether somebody is remembered whom a file of this project would be held against. */
  knows(artifact: Artifact): boolean {
    return this.#memory.knows(artifact);
  }

  #isExpected(artifact: Artifact): boolean {
    if (artifact.listed === null || !this.knows(artifact)) return false;
    return this.#memory.standing(artifact, []).word === 'lost';
  }

  /**
   * Where no page led to a file, or its attestations cannot be had now: what was proved of the very
   * same bytes when they were accepted.
   */
  #provedBefore(artifact: Artifact, sha256: string, found: Finding): Finding | null {
    const isUnasked = found.state === 'absent' && artifact.listed === null;
    if (!isUnasked && found.state !== 'unreachable') return null;
    const proved = this.#memory.provedOf(artifact, sha256);
    if (proved === null) return null;
    const { project, index, firstSeen } = proved;
    // A root that the policy no longer names for the place proves nothing any more.
    const { roots } = rootsFor(this.#policy, { project, index });
    const publishers = proved.publishers.filter(({ root }) => roots.includes(root));
    if (publishers.length === 0) return null;
    return {
      ...found,
      state: 'vouched',
      identity: wordsOf(publishers),
      detail: `verified on ${new Date(firstSeen).toISOString().slice(0, 10)} for the same bytes, and not asked for again`,
      code: null,
      unconfirmed: true,
      attested: publishers.map((publisher) => ({ publisher, predicate: null })),
    };
  }

  #byMemory(artifact: Artifact, finding: Finding, standing: Standing): Judged {
    const remarks = remarksOn(artifact, standing);
    const { value: trust } = rulesFor(this.#policy, artifact.project).publisherTrust;
    const { word, publishers, known } = standing;
    if (word === 'changed' || publishers.length === 0) return { finding, remarks };
    // Beside somebody who is known, a stranger's attestation is none of the project's.
    const meant = known.length > 0 ? known : publishers;
    const counts = trust === 'first-sight' || (trust === 'memory' && known.length > 0);
    return { finding: counts ? confirmed(finding, meant) : narrowed(finding, meant), remarks };
  }
}

interface Judged {
  readonly finding: Finding;
  readonly remarks: readonly Reason[];
}

function meets({ attested = [] }: Finding, { rules }: PublisherRules, version: string): boolean {
  return attested.some((one) => rules.some((rule) => missesOf(rule, one, version).length === 0));
}

/** One attestation that meets one rule is enough; none that does is the wrong publisher, or nobody. */
function byRules(artifact: Artifact, finding: Finding, { rules, from }: PublisherRules): Judged {
  const { version } = artifact;
  const name = nameOf(artifact);
  const attested = finding.attested ?? [];
  const tried = attested.flatMap((one) =>
    rules.map((rule) => ({ one, misses: missesOf(rule, one, version) })),
  );
  const met = tried.filter(({ misses }) => misses.length === 0);
  if (met.length > 0) {
    return { finding: confirmed(finding, publishersIn(met.map(({ one }) => one))), remarks: [] };
  }
  const nearest = tried.sort((a, b) => a.misses.length - b.misses.length)[0];
  const isOnlyKind = nearest?.misses.every(({ field }) => field === 'attestation') === true;
  if (nearest === undefined || isOnlyKind) {
    const found = nearest === undefined ? finding.detail : missed(nearest.misses);
    const message = `${name}: expected an attestation by its publisher (${from}), found none: ${found}`;
    const hint = `Ask the project whether this release is its own; \`wheelproof policy explain ${artifact.project}\` shows the rule.`;
    return { finding, remarks: [reason('WP-PUBLISHER-MISSING', message, hint)] };
  }
  const who = publisherWords(nearest.one.publisher);
  const detail = `${name}: published by ${who}, and not as ${from} says: ${missed(nearest.misses)}`;
  return {
    finding: { ...finding, state: 'failed', detail, code: 'WP-PUBLISHER-NOT-ALLOWED' },
    remarks: [],
  };
}

function missed(misses: readonly PublisherMiss[]): string {
  return misses
    .map(({ field, expected, found }) => `${field}: expected ${expected}, found ${found}`)
    .join('; ');
}

function confirmed(finding: Finding, publishers: readonly Publisher[]): Finding {
  return { ...narrowed(finding, publishers), unconfirmed: undefined };
}

function narrowed(finding: Finding, publishers: readonly Publisher[]): Finding {
  const attested = finding.attested?.filter(({ publisher }) => publishers.includes(publisher));
  return { ...finding, identity: wordsOf(publishers), attested };
}

function remarksOn(artifact: Artifact, { word, publishers, before }: Standing): readonly Reason[] {
  const name = nameOf(artifact);
  const was = before === null ? '' : exactly(before.publishers);
  const release = `${artifact.project} ${before?.version ?? ''}`.trim();
  const asked = `${artifact.project}==${artifact.version}`;
  switch (word) {
    case 'changed': {
      const [now] = publishers;
      const who = now === undefined ? '' : ` --publisher '${publisherNotation(now)}'`;
      return [
        reason(
          'WP-PUBLISHER-CHANGED',
          `${name}: another publisher than of ${release}; was ${was}; now ${exactly(publishers)}${kinship(before?.publishers ?? [], publishers)}`,
          `Ask the project. If it has moved: wheelproof trust accept ${asked}${who} --reason 'why'`,
        ),
      ];
    }
    case 'lost':
      return [
        reason(
          'WP-PUBLISHER-LOST',
          `${name}: attestations lost; was ${was} (${release}); now nobody`,
          `Ask the project. If it attests no more: wheelproof trust accept ${asked} --unattested --reason 'why'`,
        ),
      ];
    case 'inconsistent':
      return [
        reason(
          'WP-PUBLISHER-MIXED',
          `${name}: published by ${exactly(publishers)}, and other files of this release by somebody else`,
        ),
      ];
    case 'no':
    case 'full':
    case 'partial':
      return [];
    default:
      return word satisfies never;
  }
}

/** What has changed since the release before, and blocks nothing. */
function notesOn(
  artifact: Artifact,
  { word, publishers, before, known }: Standing,
): readonly string[] {
  const name = nameOf(artifact);
  if (word === 'partial' && publishers.length === 0) {
    return [`${name} is not attested, though other files of this release are`];
  }
  const [first, ...more] = publishers;
  if (first === undefined || word === 'changed') return [];
  if (known.length === 0 && more.some((one) => !isSamePublisher(one, first))) {
    return [
      `${name} is attested by several publishers, and each of them is remembered: ${wordsOf(publishers)}`,
    ];
  }
  if (before === null) return [];
  const release = `${artifact.project} ${before.version}`;
  if (before.publishers.length === 0) {
    return [`${name} is attested by ${wordsOf(publishers)}; ${release} was not attested`];
  }
  const renamed = known.find((now) =>
    before.publishers.every((was) => was.repository !== now.repository),
  );
  if (renamed === undefined) return [];
  return [
    `${name}: the repository has another name than for ${release}: was ${wordsOf(before.publishers)}, now ${wordsOf([renamed])}`,
  ];
}

/** What the forge's own numbers tell of a change of names. */
function kinship(before: readonly Publisher[], now: readonly Publisher[]): string {
  const pairs = before.flatMap((old) => now.map((young) => ({ old, young })));
  const known = pairs.filter(
    ({ old, young }) => old.issuer === young.issuer && old.repositoryId !== null,
  );
  if (known.some(({ old, young }) => old.repositoryId === young.repositoryId)) {
    return known.some(({ old, young }) => old.ownerId === young.ownerId)
      ? ' (the same repository, another workflow)'
      : ' (the same repository by its number, which has another owner now)';
  }
  const isReused = known.some(({ old, young }) => old.repository === young.repository);
  return isReused ? ' (another repository under the same name)' : '';
}

const exactly = (publishers: readonly Publisher[]): string =>
  publishers.map(exactWords).join(' or ') || 'nobody';

const wordsOf = (publishers: readonly Publisher[]): string =>
  [...new Set(publishers.map(publisherWords))].join('; ');

const publishersIn = (attested: readonly Attested[]): readonly Publisher[] =>
  attested.map(({ publisher }) => publisher);

const nameOf = ({ filename, project, version }: Artifact): string =>
  `${filename} (${`${project} ${version}`.trim()})`;
