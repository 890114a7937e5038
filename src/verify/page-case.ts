// SPDX-License-Identifier: Apache-2.0
import type { Artifact, IndexPage, ListedFile, RefusedEntry } from '../core/artifact.ts';
import type { UnreadPage } from '../core/evidence.ts';
import type { KnownPage } from '../core/known-page.ts';
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
import { passOnSight } from './page-sight.ts';
import type { PageWatch } from './page-watch.ts';
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

type PageToJudge = Omit<PageSource, 'index'>;

/** By place in the page, first its files, then what was refused on reading: why; none: it passes. */
type Verdicts = readonly (readonly Reason[])[];

/** What was made of a page. */
export interface PageJudgement extends JudgedPage {
  /** All that it lists: its files, then what was refused on reading. */
  readonly artifacts: readonly Artifact[];
  /** As {@link WatchedPage.listings}. */
  readonly listings: string | null;
}

/** Judges every file that a page lists by what is known before its bytes come. */
export async function judgePage(
  parts: PageCaseParts,
  askedUrl: string,
  reading: PageToJudge,
): Promise<PageJudgement> {
  const { page } = reading;
  const source = { ...reading, index: indexOf(askedUrl, page) };
  const artifacts = artifactsOf(source);
  const { verdicts, listings } = await judgeEntries(parts, source, artifacts);
  const offered: ListedFile[] = [];
  const passed: Artifact[] = [];
  const refused: RefusedFile[] = [];
  let place = -1;
  for (const artifact of artifacts) {
    place += 1;
    const reasons = verdicts[place] ?? NOTHING;
    const file = artifact.listed;
    if (file === null) continue;
    if (reasons.length > 0) {
      refused.push({ artifact, file, reasons });
      recordRefusal(parts, artifact, reasons);
      continue;
    }
    parts.catalogue.list(artifact);
    passed.push(artifact);
    offered.push(withUsableSidecar(file));
  }
  if (refused.length > 0) {
    const codes = refused.flatMap(({ reasons }) => reasons.map(({ code }) => code));
    const names = refused.map(({ file }) => file.filename);
    const messages = refused.flatMap(({ reasons }) => reasons.map(({ message }) => message));
    parts.records.refusePage(askedUrl, codes, names, messages);
  }
  const shown = worthShowing(parts.wishes, page, passed, refused);
  return { page, offered, shown, artifacts, listings };
}

interface RefusedFile {
  readonly artifact: Artifact;
  readonly file: ListedFile;
  readonly reasons: readonly Reason[];
}

const NOTHING: readonly Reason[] = [];

/** Of all that a page lists: its files, then what was refused on reading. */
function artifactsOf(source: PageSource): readonly Artifact[] {
  const { files, refused } = source.page;
  const artifacts: Artifact[] = [];
  for (const file of files) artifacts.push(listedArtifact(source, file));
  for (const { file, filename, url } of refused) {
    artifacts.push(listedArtifact(source, file ?? bareListing(filename, url)));
  }
  return artifacts;
}

/** Wheels before sdists: a refused wheel must not make an installer build the sdist (attack B22). */
async function judgeEntries(
  parts: PageCaseParts,
  source: PageSource,
  artifacts: readonly Artifact[],
): Promise<{ readonly verdicts: Verdicts; readonly listings: string | null }> {
  const { files, refused } = source.page;
  const watched = parts.watch.look(source, artifacts);
  const look = lookOf(parts, source);
  const onSight = passOnSight({ ...parts, mayLieAt: look.mayLieAt }, source, artifacts);
  const verdicts: (readonly Reason[])[] = [];
  const out = new Set<string>();
  for (const sdists of [false, true]) {
    // No `entries()`: until a loop is compiled, each of its pairs is an array.
    let place = -1;
    for (const artifact of artifacts) {
      place += 1;
      if ((artifact.kind === 'sdist') !== sdists) continue;
      watched?.beforeJudging(artifact);
      const entry = place < files.length ? null : (refused[place - files.length] ?? null);
      if (entry === null && onSight?.(artifact) === true) continue;
      const judged =
        entry === null ? judgeFile(look, artifact) : judgeRefusedEntry(look, artifact, entry);
      // Nearly every file is judged at once: a turn for each would cost more than the judgement.
      const reasons = judged instanceof Promise ? await judged : judged;
      if (reasons.length === 0) continue;
      verdicts[place] = reasons;
      out.add(artifact.filename);
      watched?.refused(artifact, reasons);
    }
  }
  // A copy says nothing that the index says now.
  if (source.keptAt === undefined) watched?.remember(out);
  return { verdicts, listings: watched?.listings() ?? null };
}

/**
 * Whether all files of a page that came again pass again: nothing is known of any of them that was
 * not known when they passed, and what may be known of some of them speaks against none. It holds
 * until the event loop turns.
 */
export async function passesAgain(
  parts: PageCaseParts,
  known: KnownPage,
  { url, inside }: Pick<UnreadPage, 'url' | 'inside'>,
): Promise<boolean> {
  const { index, project, form, example, special } = known;
  const page = { ...ACTIVE_PAGE, project };
  const from = inside === true ? { inside } : {};
  const source: PageSource = { outcome: 'page', page, url, index, form, ...from };
  const look = lookOf(parts, source);
  if (!parts.watch.lookAgain(known)) return false;
  for (const { artifact } of special) {
    const reasons = await judgeFile(look, artifact);
    if (reasons.length > 0) return false;
  }
  const asked = parts.question.releasesToAsk(index, project);
  const listed = new Set([...known.offered, ...known.withdrawn]);
  const told = new Set(known.releases);
  if (asked === null || [...asked].some((one) => listed.has(one) && !told.has(one))) return false;
  if (!known.places.every(look.mayLieAt)) return false;
  return passOnSight({ ...parts, mayLieAt: look.mayLieAt }, source, [example])?.(example) === true;
}

const ACTIVE_PAGE: IndexPage = {
  project: null,
  apiVersion: '1.0',
  status: 'active',
  statusReason: null,
  files: [],
  refused: [],
  lastSerial: null,
};

/** One page while it is judged. */
interface Look {
  readonly parts: PageCaseParts;
  readonly source: PageSource;
  /** What speaks against the files on each host. */
  readonly hosts: Map<string, Reason | null>;
  /** Hosts that a page of the outside may list. */
  readonly outside: Set<string>;
  /** Nothing speaks against a file at this address for where it lies. */
  readonly mayLieAt: (url: string) => boolean;
}

function lookOf(parts: PageCaseParts, source: PageSource): Look {
  const look: Look = {
    parts,
    source,
    hosts: new Map(),
    outside: new Set(),
    mayLieAt: (url) => {
      const host = hostOf(url);
      return linkInward(look, host, url) === null && foreignHost(look, host) === null;
    },
  };
  return look;
}

function judgeFile(look: Look, artifact: Artifact): readonly Reason[] | Promise<readonly Reason[]> {
  const { parts, source } = look;
  const { index, page } = source;
  const { url, listed } = artifact;
  if (page.status === 'quarantined') {
    const said = page.statusReason === null ? '' : `: ${page.statusReason}`;
    return [reason('WP-QUARANTINED', `${index} has quarantined ${artifact.project}${said}`)];
  }
  const owned = parts.names.judgeFile(artifact);
  if (owned !== null && !isExcepted(parts, artifact, owned.code)) return [owned];
  const host = hostOf(url);
  const inward = linkInward(look, host, url);
  if (inward !== null) return [inward];
  const foreign = foreignHost(look, host);
  if (foreign !== null && !isExcepted(parts, artifact, foreign.code)) return [foreign];
  const declared = listed?.hashes['sha256'];
  if (declared === undefined) return NOTHING;
  const foreseen = parts.question.foresee(artifact, declared);
  return foreseen instanceof Promise ? foreseen.then(reasonsOf) : reasonsOf(foreseen);
}

const reasonsOf = (foreseen: Decision | null): readonly Reason[] => foreseen?.reasons ?? NOTHING;

function linkInward({ parts, source, outside }: Look, host: string, url: string): Reason | null {
  const inward = outside.has(host) ? null : judgeInwardLink(parts.policy, source, url);
  if (inward === null) outside.add(host);
  return inward;
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
  { code, message, file }: RefusedEntry,
): readonly Reason[] | Promise<readonly Reason[]> {
  if (file !== null && isExcepted(look.parts, artifact, code)) return judgeFile(look, artifact);
  return [reason(code, message)];
}

function isExcepted(parts: PageCaseParts, artifact: Artifact, code: Code): boolean {
  return judgeEntry(parts.policy, { ...artifact, code }, parts.now()).admitted;
}

function recordRefusal(parts: PageCaseParts, artifact: Artifact, reasons: readonly Reason[]): void {
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
  offered: readonly Artifact[],
  refused: readonly RefusedFile[],
): JudgedPage['shown'] {
  const mine = wishes.filter((wish) => wish.project === page.project);
  const meets = ({ version }: Artifact): boolean => meetsWishes(mine, version);
  if (offered.some(meets)) return [];
  return (
    refused
      .filter(({ artifact }) => artifact.version !== '' && meets(artifact))
      // Its owner may well have what was asked for: shown here, it would only be in the way.
      .filter(({ reasons }) => reasons[0]?.code !== 'WP-INDEX-NOT-ALLOWED')
      .flatMap(({ file, reasons: [first] }) =>
        first === undefined ? [] : [{ file, reason: first }],
      )
  );
}
