// SPDX-License-Identifier: Apache-2.0
import { reason, type Reason } from '../core/errors.ts';
import { isVoucher, type Finding } from '../core/finding.ts';
import type { Pin, Wish } from '../core/installer.ts';
import type { ProvenanceStanding } from '../core/provenance-word.ts';
import { publisherShape } from '../core/publisher-text.ts';
import type { Report, ReportedFile, ReportedFinding, ReportedRefusal } from '../core/report.ts';
import { RELEASING_VERDICTS, releases, type Verdict } from '../core/verdict.ts';
import type { Receipt } from '../core/verification.ts';
import { exitOf } from './exit-code.ts';
import { nextStep } from './next-step.ts';
import {
  placesOfFile,
  placesOfRefusal,
  sourcesOf,
  statementsOf,
  type Statements,
} from './places.ts';
import { shownAddress, withoutCredentials, withoutSecrets } from './redaction.ts';

/** What a run leaves to be told. */
export interface ReportParts {
  readonly toolVersion: string;
  readonly policyDigest: string;
  readonly installer: Report['installer'];
  /** The signal that ended the installer, by name. */
  readonly signal: string | null;
  readonly jail: Report['jail'];
  readonly receipts: readonly Receipt[];
  readonly installed: Report['installed'];
  readonly commits?: Report['commits'];
  readonly halfInstalled?: Report['half_installed'];
  readonly refusals: readonly (Reason & { readonly subject: string })[];
  /** What the user's files ask for and pin. */
  readonly wishes?: readonly Wish[];
  readonly pins?: readonly Pin[];
  readonly notes: readonly string[];
  readonly otherTraffic: Report['other_traffic'];
  readonly trustedRoots?: Report['trusted_roots'];
}

/**
 * The report of a run. Files that were only left out of a page and that nobody asked for are
 * notes; every other one is counted under exactly one verdict.
 */
export function buildReport(parts: ReportParts): Report {
  const receipts = oncePerFile(parts.receipts);
  const asked = receipts.filter((receipt) => receipt.asked);
  const stated = statementsOf(parts);
  const files = asked.map((receipt) => reportedFile(receipt, stated)).sort(byProject);
  const refusals = parts.refusals.map((one) => reportedRefusal(one, stated));
  const codes = [...files.flatMap((file) => file.reasons), ...refusals].map(({ code }) => code);
  return {
    version: 1,
    tool: { name: 'wheelproof', version: parts.toolVersion },
    policy: { digest: parts.policyDigest },
    installer: { ...parts.installer, argv: withoutSecrets(parts.installer.argv) },
    jail: parts.jail,
    summary: summarise(files),
    coverage: coverageOf(files),
    files,
    installed: [...parts.installed],
    commits: [...(parts.commits ?? [])],
    half_installed: [...(parts.halfInstalled ?? [])],
    sources: sourcesOf(parts),
    refusals,
    notes: notesOf(parts, receipts),
    trusted_roots: [...(parts.trustedRoots ?? [])],
    other_traffic: [...parts.otherTraffic],
    exit: exitOf(codes, { exit: parts.installer.exit, signal: parts.signal }),
  };
}

function summarise(files: readonly ReportedFile[]): Report['summary'] {
  const count = (verdict: Verdict): number =>
    files.filter((file) => file.verdict === verdict).length;
  return {
    files: files.length,
    vouched: count('vouched'),
    remembered: count('remembered'),
    first_seen: count('first-seen'),
    refused: count('refused'),
    failed: count('failed'),
    undecided: count('undecided'),
  };
}

/** As the report will show it. */
export function reportedRefusal(
  refusal: Reason & { readonly subject: string },
  stated: Statements,
): ReportedRefusal {
  const subject = shownAddress(refusal.subject);
  return { ...cleanReason(refusal), subject, places: placesOfRefusal(refusal, stated) };
}

/** As the report will show it. */
export function reportedFile(receipt: Receipt, stated: Statements): ReportedFile {
  const { artifact, sha256, size, decision } = receipt;
  const { project, version, filename, url } = artifact;
  const reasons = decision.reasons.map((one) =>
    cleanReason({ ...one, hint: nextStep(one, receipt) }),
  );
  if (!releases(decision) && reasons.length === 0) {
    reasons.push(reason('WP-INTERNAL', `${filename}: ${decision.verdict}, and no rule says why`));
  }
  return {
    project,
    version,
    filename,
    url: shownAddress(url),
    sha256,
    size,
    verdict: decision.verdict,
    findings: decision.findings.map(reportedFinding),
    provenance: decision.provenance === undefined ? null : reportedStanding(decision.provenance),
    reasons: releases(decision) ? [] : reasons,
    places: placesOfFile(artifact, stated),
  };
}

function reportedFinding({ attested: _attested, ...told }: Finding): ReportedFinding {
  return { ...told, detail: withoutCredentials(told.detail) };
}

function reportedStanding({ word, publishers, before }: ProvenanceStanding) {
  return {
    word,
    publishers: publishers.map(publisherShape),
    before:
      before === null
        ? null
        : { version: before.version, publishers: before.publishers.map(publisherShape) },
  };
}

/** What the publishers' word covers of everything that was released. */
function coverageOf(files: readonly ReportedFile[]): Report['coverage'] {
  const released = files.filter(({ verdict }) => RELEASING_VERDICTS.has(verdict));
  const by = (test: (finding: ReportedFinding) => boolean): number =>
    released.filter(({ findings }) =>
      findings.some((one) => one.class === 'publisher' && one.state === 'vouched' && test(one)),
    ).length;
  return { released: released.length, attested: by(() => true), confirmed: by(isVoucher) };
}

function cleanReason({ code, message, hint }: Reason): Reason {
  return { code, message: withoutCredentials(message), hint: withoutCredentials(hint) };
}

/** One receipt for each file: what blocks stays, otherwise the last word. */
function oncePerFile(receipts: readonly Receipt[]): readonly Receipt[] {
  const kept = new Map<string, Receipt>();
  for (const receipt of receipts) {
    const { index, project, filename, url } = receipt.artifact;
    const key = JSON.stringify([index, project, filename, url]);
    const earlier = kept.get(key);
    if (earlier === undefined || weight(receipt) >= weight(earlier)) kept.set(key, receipt);
  }
  return [...kept.values()];
}

function weight({ asked, decision }: Receipt): number {
  return (asked ? 2 : 0) + (releases(decision) ? 0 : 1);
}

function notesOf(parts: ReportParts, receipts: readonly Receipt[]): readonly string[] {
  const ofFiles = receipts
    .filter((receipt) => receipt.asked)
    .flatMap((receipt) => receipt.decision.notes);
  const all = [...parts.notes, ...ofFiles, ...leftOut(receipts)];
  return [...new Set(all.map((note) => withoutCredentials(note)))];
}

/** More projects than this share one line of what was left out for the same reason. */
const MOST_PROJECTS_LEFT_OUT = 3;

/** A line for each project and code, since one page may hold hundreds of old files. */
function leftOut(receipts: readonly Receipt[]): readonly string[] {
  const unasked = receipts.filter(({ asked, decision }) => !asked && !releases(decision));
  const byCode = Map.groupBy(unasked, ({ decision }) => decision.reasons[0]?.code ?? 'WP-INTERNAL');
  return [...byCode].flatMap(([code, group]) => {
    const projects = Map.groupBy(group, ({ artifact }) => artifact.project);
    if (projects.size > MOST_PROJECTS_LEFT_OUT) {
      return [
        `${projects.size} projects: left out of their index pages (${code}): ${group.length} files`,
      ];
    }
    return [...projects].map(([project, files]) => {
      const count = files.length === 1 ? '1 file' : `${files.length} files, among them`;
      const example = files[0]?.artifact.filename ?? '';
      return `${project}: left out of the index page (${code}): ${count} ${example}`;
    });
  });
}

function byProject(a: ReportedFile, b: ReportedFile): number {
  const key = ({ project, version, filename }: ReportedFile): string =>
    [project, version, filename].join('\n');
  return key(a) < key(b) ? -1 : Number(key(a) > key(b));
}
