// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { Artifact } from '../core/artifact.ts';
import type { HeldBytes } from '../core/bytes.ts';
import { Refusal } from '../core/errors.ts';
import { NO_RELEASE, type EvidenceKind } from '../core/evidence.ts';
import type { EvidenceClass, Finding } from '../core/finding.ts';
import { MAX_KEPT_DOCUMENTS, MIB } from '../core/limits.ts';
import type { SignerRule } from '../core/signer-rule.ts';
import { linesFor, readChecksumLines } from './checksum-lines.ts';
import { openDocument } from './document-source.ts';
import {
  findingOf,
  outcomeOf,
  type RuleOutcome,
  type SignatureSources,
} from './signature-findings.ts';
import { fillTemplate } from './signature-locations.ts';
import type { SignedDocument } from './signed-document.ts';
import type { SignerVerdict } from './signer-verdict.ts';
import { isSourceControl, readSourceControl } from './source-control.ts';

/** Strongest first. */
const STRONG = ['sha512', 'sha384', 'sha256'] as const;

interface DocumentKind {
  readonly kind: string;
  readonly class: EvidenceClass;
  readonly speaksFor: SignerRule['speaksFor'];
}

/** The publisher's own list of checksums: what he signed out of band speaks for the file. */
export function checksumEvidence(sources: SignatureSources): EvidenceKind {
  return documentEvidence(sources, {
    kind: 'checksums',
    class: 'publisher',
    speaksFor: 'publisher',
  });
}

/**
 * Another distributor of the same source (a Linux distribution): its signers fetched the file at
 * another time and place, and are no publisher.
 */
export function distributionEvidence(sources: SignatureSources): EvidenceKind {
  return documentEvidence(sources, {
    kind: 'distribution',
    class: 'repository',
    speaksFor: 'distribution',
  });
}

function documentEvidence(
  { signers, clock, upstream, files, sigstore }: SignatureSources,
  { kind, class: evidenceClass, speaksFor }: DocumentKind,
): EvidenceKind {
  const base = { kind, class: evidenceClass, identity: null } as const;
  const nothing = (detail: string): Finding => ({ ...base, state: 'absent', detail, code: null });
  const noRule = nothing('no policy names a signed checksum document for this project');
  const access = { upstream, files, clock, sigstore };
  const known = new Map<string, Promise<SignedDocument | null>>();
  const rulesOf = ({ project }: Artifact): readonly SignerRule[] =>
    signers(project).filter((rule) => rule.speaksFor === speaksFor && rule.checksums.length > 0);

  /** One document names many files: read once for all of them. */
  const documentAt = async (
    artifact: Artifact,
    address: string,
    rule: SignerRule,
    from: string | null,
  ) => {
    const { index, project, version } = artifact;
    const subject = { index, project, version };
    // Who may sign with Sigstore may depend on the release, and on whose root it is.
    const about = rule.sigstore === undefined ? null : subject;
    const key = JSON.stringify([rule.source, address, about]);
    const running = known.get(key) ?? openDocument(access, { address, rule, from, subject });
    const [oldest] = known.keys();
    if (known.size >= MAX_KEPT_DOCUMENTS && oldest !== undefined) known.delete(oldest);
    known.set(key, running);
    // What could not be fetched is asked for anew with the next file.
    running.catch(() => known.delete(key));
    return await running;
  };

  const judge = async (artifact: Artifact, bytes: HeldBytes, rule: SignerRule) => {
    const verdicts: SignerVerdict[] = [];
    for (const template of rule.checksums) {
      const address = fillTemplate(template, artifact);
      const from = template.startsWith('{url}') ? (artifact.listedBy ?? null) : null;
      const document = await documentAt(artifact, address, rule, from);
      if (document === null) continue;
      const { text, verdict } = document;
      if (verdict.state === 'absent') verdicts.push(verdict);
      else verdicts.push(await compare(address, { text, verdict }, artifact, bytes));
    }
    return verdicts;
  };

  return {
    kind,
    class: evidenceClass,
    foresee: (artifact) => (rulesOf(artifact).length === 0 ? noRule : null),
    foreseeable: () => NO_RELEASE,
    async examine(artifact, bytes) {
      const rules = rulesOf(artifact);
      if (rules.length === 0) return noRule;
      const outcomes: RuleOutcome[] = [];
      for (const rule of rules) {
        outcomes.push(...(await outcomeOf(() => judge(artifact, bytes, rule))));
      }
      return findingOf(base, outcomes, rules);
    },
  };
}

type Vouched = Extract<SignerVerdict, { state: 'vouched' }>;

/** What a document that holds says of one file. @throws Refusal `WP-CHECKSUM-*` */
async function compare(
  address: string,
  { text, verdict }: { readonly text: string; readonly verdict: Vouched },
  artifact: Artifact,
  bytes: HeldBytes,
): Promise<SignerVerdict> {
  if (isSourceControl(text)) return compareSource(address, { text, verdict }, artifact, bytes);
  const stated = linesFor(readChecksumLines(text, address), artifact.filename, address);
  if (stated.size === 0) {
    return { state: 'absent', detail: `${address} does not name ${artifact.filename}` };
  }
  const strong = STRONG.filter((algorithm) => stated.has(algorithm));
  if (strong.length === 0) {
    const weak = [...stated.keys()].join(', ');
    const detail = `${address} names ${artifact.filename} with ${weak} alone, which can be forged`;
    return { state: 'absent', detail };
  }
  for (const algorithm of strong) {
    const expected = stated.get(algorithm);
    const found = bytes.digests[algorithm] ?? (await digestOf(bytes, algorithm));
    if (found === expected) continue;
    throw new Refusal('WP-CHECKSUM-MISMATCH', {
      message: `${address} names ${artifact.filename} with ${algorithm} ${expected}, the bytes have ${found}`,
    });
  }
  return verdict;
}

/** A distribution gives the source another name: it is known by its hash alone. */
function compareSource(
  address: string,
  { text, verdict }: { readonly text: string; readonly verdict: Vouched },
  artifact: Artifact,
  bytes: HeldBytes,
): SignerVerdict {
  const { source, version, sha256 } = readSourceControl(text, address);
  const [name] = [...sha256].find(([, hex]) => hex === bytes.digests.sha256) ?? [];
  if (name === undefined) {
    const detail = `${address} (${source} ${version}) holds no file of these bytes`;
    return { state: 'absent', detail };
  }
  const detail = `${verdict.detail}; ${artifact.filename} is its ${name} of ${source} ${version}`;
  return { ...verdict, detail };
}

async function digestOf(bytes: HeldBytes, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  for (let at = 0; at < bytes.size;) {
    const chunk = await bytes.read(at, MIB);
    if (chunk.length === 0) break;
    hash.update(chunk);
    at += chunk.length;
  }
  return hash.digest('hex');
}
