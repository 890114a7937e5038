// SPDX-License-Identifier: Apache-2.0
import type { Artifact, IndexPage, ListedFile, RefusedEntry } from '../core/artifact.ts';
import type { Code } from '../core/codes.ts';
import { reason, type Reason } from '../core/errors.ts';
import type { Wish } from '../core/installer.ts';
import type { Decision } from '../core/verdict.ts';
import type { JudgedPage } from '../core/verification.ts';
import { bareListing } from '../core/listed-file.ts';
import { hostOf } from '../core/url.ts';
import { judgeEntry, judgeHost, type Policy } from '../policy/index.ts';
import type { HostMemory } from '../trust/hosts.ts';
import { indexOf, listedArtifact } from './artifact-of.ts';
import type { Catalogue } from './catalogue.ts';
import { judgeInwardLink, type PageSource } from './inward-link.ts';
import type { NameGuard } from './name-guard.ts';
import type { Question } from './question.ts';
import type { PageWatch, SeenFile } from './page-watch.ts';
import type { Records } from './records.ts';
import { isMadeFromWheel } from './sidecar-case.ts';
import { meetsWishes } from './wanted.ts';

export interface PageCaseParts {
  readonly policy: Policy;
  readonly question: Question;
  readonly catalogue: Catalogue;
  readonly records: Records;
  readonly hosts: HostMemory;
  readonly names: NameGuard;
  readonly watch: PageWatch;
  readonly now: () => number;
  /** What was asked for, as far as it can be read beforehand. */
  readonly wishes: readonly Wish[];
}

type ReadPage = Omit<PageSource, 'index'>;

interface Candidate {
  readonly artifact: Artifact;
  readonly file: ListedFile;
  readonly reasons: readonly Reason[];
}

/** Judges every file that a page lists by what is known before its bytes come. */
export async function judgePage(
  parts: PageCaseParts,
  askedUrl: string,
  reading: ReadPage,
): Promise<JudgedPage> {
  const { page } = reading;
  const source = { ...reading, index: indexOf(askedUrl, page) };
  const candidates = await judgeEntries(parts, source);
  for (const candidate of candidates) record(parts, candidate);
  const offered = candidates.filter(({ reasons }) => reasons.length === 0);
  const refused = candidates.filter(({ reasons }) => reasons.length > 0);
  if (refused.length > 0) {
    const codes = refused.flatMap(({ reasons }) => reasons.map(({ code }) => code));
    const names = refused.map(({ file }) => file.filename);
    const messages = refused.flatMap(({ reasons }) => reasons.map(({ message }) => message));
    parts.records.refusePage(askedUrl, codes, names, messages);
  }
  return {
    page,
    offered: offered.map(({ file }) => withUsableSidecar(file)),
    shown: worthShowing(parts.wishes, page, offered, refused),
  };
}

/** One file as the page lists it. */
interface PageEntry extends SeenFile {
  readonly file: ListedFile;
  /** Why it was refused on reading; `null` where it was not. */
  readonly entry: RefusedEntry | null;
}

/** Wheels before sdists: a refused wheel must not make an installer build the sdist (attack B22). */
async function judgeEntries(parts: PageCaseParts, source: PageSource): Promise<Candidate[]> {
  const { files, refused } = source.page;
  const entries: PageEntry[] = [];
  for (const file of files) {
    entries.push({ file, entry: null, whole: true, artifact: listedArtifact(source, file) });
  }
  for (const entry of refused) {
    const file = entry.file ?? bareListing(entry.filename, entry.url);
    const whole = entry.file !== null;
    entries.push({ file, entry, whole, artifact: listedArtifact(source, file) });
  }
  const watched = parts.watch.look(source, entries);
  const look: Look = { parts, source, hosts: new Map(), outside: new Set() };
  const candidates: Candidate[] = [];
  for (const sdists of [false, true]) {
    for (const [place, { file, entry, artifact }] of entries.entries()) {
      if ((artifact.kind === 'sdist') !== sdists) continue;
      watched?.beforeJudging(artifact);
      const judged =
        entry === null ? judgeFile(look, artifact, file) : judgeRefusedEntry(look, artifact, entry);
      // Nearly every file is judged at once: a turn for each would cost more than the judgement.
      const candidate = judged instanceof Promise ? await judged : judged;
      candidates[place] = candidate;
      if (candidate.reasons.length > 0) watched?.refused(artifact, candidate.reasons);
    }
  }
  const out = candidates.filter(({ reasons }) => reasons.length > 0);
  // A copy says nothing that the index says now.
  if (source.keptAt === undefined)
    watched?.remember(new Set(out.map(({ artifact }) => artifact.filename)));
  return candidates;
}

/** One page while it is judged. */
interface Look {
  readonly parts: PageCaseParts;
  readonly source: PageSource;
  /** What speaks against the files on each host. */
  readonly hosts: Map<string, Reason | null>;
  /** Hosts that a page of the outside may list. */
  readonly outside: Set<string>;
}

function judgeFile(
  look: Look,
  artifact: Artifact,
  file: ListedFile,
): Candidate | Promise<Candidate> {
  const { parts, source } = look;
  const { index, page } = source;
  if (page.status === 'quarantined') {
    const said = page.statusReason === null ? '' : `: ${page.statusReason}`;
    const message = `${index} has quarantined ${artifact.project}${said}`;
    return { artifact, file, reasons: [reason('WP-QUARANTINED', message)] };
  }
  const owned = parts.names.judgeFile(artifact);
  if (owned !== null && !isExcepted(parts, artifact, owned.code)) {
    return { artifact, file, reasons: [owned] };
  }
  const host = hostOf(file.url);
  const inward = look.outside.has(host) ? null : judgeInwardLink(parts.policy, source, file.url);
  if (inward !== null) return { artifact, file, reasons: [inward] };
  look.outside.add(host);
  const foreign = foreignHost(look, host);
  if (foreign !== null && !isExcepted(parts, artifact, foreign.code)) {
    return { artifact, file, reasons: [foreign] };
  }
  const declared = file.hashes['sha256'];
  if (declared === undefined) return { artifact, file, reasons: [] };
  const foreseen = parts.question.foresee(artifact, declared);
  return foreseen instanceof Promise
    ? foreseen.then((decision) => candidateOf(artifact, file, decision))
    : candidateOf(artifact, file, foreseen);
}

function candidateOf(artifact: Artifact, file: ListedFile, foreseen: Decision | null): Candidate {
  return { artifact, file, reasons: foreseen === null ? [] : foreseen.reasons };
}

function foreignHost({ parts, source: { index }, hosts }: Look, host: string): Reason | null {
  const judged = hosts.get(host);
  if (judged !== undefined) return judged;
  const memory = parts.hosts.judge(index, host);
  const found = judgeHost(parts.policy, index, host, memory, parts.hosts.known(index));
  hosts.set(host, found);
  return found;
}

function judgeRefusedEntry(
  look: Look,
  artifact: Artifact,
  entry: RefusedEntry,
): Candidate | Promise<Candidate> {
  const file = entry.file ?? bareListing(entry.filename, entry.url);
  if (entry.file !== null && isExcepted(look.parts, artifact, entry.code)) {
    return judgeFile(look, artifact, entry.file);
  }
  return { artifact, file, reasons: [reason(entry.code, entry.message)] };
}

function isExcepted(parts: PageCaseParts, artifact: Artifact, code: Code): boolean {
  return judgeEntry(parts.policy, { ...artifact, code }, parts.now()).admitted;
}

function record(parts: PageCaseParts, { artifact, reasons }: Candidate): void {
  if (reasons.length === 0) {
    parts.catalogue.list(artifact);
    return;
  }
  parts.catalogue.refuse(artifact, reasons);
  const decision: Decision = { verdict: 'refused', reasons, findings: [], notes: [] };
  parts.records.leaveOut(artifact, decision);
}

/**
 * A sidecar without a hash is not used: nothing ties it to the page (attack B03). In its place, and
 * where there is none, a wheel's metadata is taken out of the wheel itself.
 */
function withUsableSidecar(file: ListedFile): ListedFile {
  const { coreMetadata, url } = file;
  // Installers put `.metadata` behind the query: what they ask for then is the wheel.
  if (url.includes('?')) return { ...file, coreMetadata: false };
  if (coreMetadata !== false && coreMetadata['sha256'] !== undefined) return file;
  return { ...file, coreMetadata: isMadeFromWheel(file) ? {} : false };
}

/**
 * Refused files stay visible, at an address that answers why, where nothing that is offered meets
 * what was asked for: the installer then prints the reason instead of "no matching distribution".
 */
function worthShowing(
  wishes: readonly Wish[],
  page: IndexPage,
  offered: readonly Candidate[],
  refused: readonly Candidate[],
): JudgedPage['shown'] {
  const mine = wishes.filter((wish) => wish.project === page.project);
  const meets = ({ artifact }: Candidate): boolean => meetsWishes(mine, artifact.version);
  if (offered.some(meets)) return [];
  return (
    refused
      .filter((candidate) => candidate.artifact.version !== '' && meets(candidate))
      // Its owner may well have what was asked for: shown here, it would only be in the way.
      .filter(({ reasons }) => reasons[0]?.code !== 'WP-INDEX-NOT-ALLOWED')
      .flatMap(({ file, reasons: [first] }) =>
        first === undefined ? [] : [{ file, reason: first }],
      )
  );
}
