// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { BlobStore } from '../core/blob-store.ts';
import type { Clock } from '../core/clock.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import type { Reason } from '../core/errors.ts';
import type { EvidenceKind, PageAsk, PageReader } from '../core/evidence.ts';
import type { PageCopies } from '../core/page-copy.ts';
import type { Wish } from '../core/installer.ts';
import type { RememberedFile, TrustRows } from '../core/trust-rows.ts';
import type { Upstream } from '../core/upstream.ts';
import { addressKey } from '../core/url.ts';
import { releases, type Decision } from '../core/verdict.ts';
import type {
  FileAsk,
  FileOutcome,
  Foretold,
  PageOutcome,
  Receipt,
  SidecarOutcome,
  Transfer,
  Verification,
} from '../core/verification.ts';
import type { SidecarLedger } from '../evidence/index.ts';
import { rulesFor, type Policy } from '../policy/index.ts';
import { HostMemory } from '../trust/hosts.ts';
import { PublisherMemory } from '../trust/publisher-memory.ts';
import { PageMemory } from '../trust/page-memory.ts';
import type { TrustMemory } from '../trust/memory.ts';
import { AheadAccess } from './ahead-access.ts';
import { directArtifact } from './artifact-of.ts';
import { BytesAtHand } from './bytes-at-hand.ts';
import { Catalogue } from './catalogue.ts';
import { DirectDependencies } from './direct-dependencies.ts';
import { FileCase, type FileCaseParts, type FileCaseStart } from './file-case.ts';
import { FetchAhead, type AheadPlan, type Credentials, type FileAhead } from './fetch-ahead.ts';
import { knownAgainst, type KnownAgainstParts } from './known-against.ts';
import { Ledger } from './ledger.ts';
import { KnownPages } from './known-pages.ts';
import type { KnownPageMemory } from './known-page-store.ts';
import { NameGuard, type NameRefusal } from './name-guard.ts';
import { PageAnswers } from './page-answers.ts';
import type { PageCaseParts } from './page-case.ts';
import { PageWatch } from './page-watch.ts';
import { Question, type AskFirstUse, type QuestionParts } from './question.ts';
import { Records } from './records.ts';
import type { RepeatPlan } from './repeated-pages.ts';
import { StalePages } from './stale-pages.ts';
import { judgeSidecar } from './sidecar-case.ts';
import { SidecarSource } from './sidecar-source.ts';
import { UserHosts, type UserHostsParts } from './user-hosts.ts';

export interface VerifierParts {
  readonly upstream: Upstream;
  readonly blobs: BlobStore;
  readonly rows: TrustRows;
  readonly memory: TrustMemory;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly evidence: readonly EvidenceKind[];
  readonly pages: PageReader;
  readonly sidecars: SidecarLedger;
  readonly wishes: readonly Wish[];
  readonly askFirstUse: AskFirstUse | null;
  /** What is fetched before it is asked for; nothing where absent. */
  readonly ahead?: AheadPlan;
  /** What the same request asked for the last time; nothing is read for it where absent. */
  readonly repeat?: RepeatPlan;
  /** Names this run in the audit trail. */
  readonly run: string;
  /** Takes what the reader should know though nothing was blocked. */
  readonly note?: (sentence: string) => void;
  /** The latest time that anybody tells, for what ends; the clock's where absent. */
  readonly latest?: () => number;
  /** Pages whose answer the installer keeps between runs; absent: it keeps none. */
  readonly knownPages?: KnownPageMemory;
  /** Pages for the time when their index is down; none are kept where absent. */
  readonly copies?: PageCopies;
  /** Who may release, as the index's own holders have signed it. */
  readonly signedPublishers?: QuestionParts['signedPublishers'];
  /** Who asks: an installer with its version. */
  readonly client?: string;
  /** It installs for the Python that its `User-Agent` tells, and for no other. */
  readonly ownPlatform?: boolean;
  /** It installs each file as it comes, not all or nothing. */
  readonly oneByOne?: boolean;
  /** Where the user's configuration leads: nothing else that is asked for may lead inside. */
  readonly userAddresses?: Pick<UserHostsParts, 'addresses' | 'indexes'>;
}

/** Takes index pages and files through the question, once each for a run. */
export class Verifier implements Verification {
  readonly #parts: VerifierParts;
  readonly #catalogue = new Catalogue();
  readonly #ledger = new Ledger();
  readonly #question: Question;
  readonly #names: NameGuard;
  readonly #pageParts: PageCaseParts;
  readonly #fileParts: FileCaseParts;
  readonly #files = new Map<string, FileCase>();
  readonly #against: KnownAgainstParts;
  readonly #direct = new DirectDependencies();
  readonly #sidecarSource: SidecarSource;
  readonly #access: AheadAccess;
  readonly #ahead: FetchAhead | null;
  readonly #known: KnownPages | null;
  readonly #pages: PageAnswers;
  readonly #stale: StalePages | null;
  readonly #userHosts: UserHosts | null;
  /** Hosts that a page of this run came from. */
  readonly #indexHosts = new Set<string>();

  constructor(parts: VerifierParts) {
    this.#parts = parts;
    const { policy, rows, clock, note = () => undefined } = parts;
    const hosts = new HostMemory(rows, clock);
    const now = parts.latest ?? ((): number => clock.now());
    this.#names = new NameGuard({ policy, hosts, now });
    const pages = new PageMemory(rows, clock, parts.client ?? '');
    const watch = new PageWatch(pages, parts.wishes, note);
    const publishers = new PublisherMemory(rows, clock);
    this.#question = new Question({
      ...parts,
      publishers,
      placeOf: (file) => this.#names.placeOf(file),
      remarksOn: watch.remarksOn,
    });
    const records = new Records({ ...parts, ledger: this.#ledger, hosts, note, watch, publishers });
    this.#pageParts = {
      policy,
      question: this.#question,
      catalogue: this.#catalogue,
      records,
      hosts,
      names: this.#names,
      watch,
      now,
      wishes: parts.wishes,
    };
    this.#known =
      parts.knownPages === undefined ? null : new KnownPages(parts.knownPages, this.#pageParts);
    this.#against = {
      ...this.#pageParts,
      indexHosts: this.#indexHosts,
      direct: this.#direct,
    };
    this.#fileParts = {
      ...parts,
      atHand: new BytesAtHand(),
      question: this.#question,
      records,
      maxFileBytes: policy.maxFileBytes,
      against: (artifact) => this.#requiredInside(artifact),
    };
    this.#userHosts =
      parts.userAddresses === undefined
        ? null
        : new UserHosts({ ...parts.userAddresses, hosts }, this.#indexHosts);
    this.#stale =
      parts.copies === undefined
        ? null
        : new StalePages({ copies: parts.copies, policy, clock, latest: now });
    this.#sidecarSource = new SidecarSource(parts.upstream, parts.blobs, parts.sidecars.readings);
    this.#access = new AheadAccess({
      ...parts,
      sidecarSource: this.#sidecarSource,
      pages: this.#stale?.over(parts.pages) ?? parts.pages,
      hosts: this.#pageParts.hosts,
      names: this.#names,
      pageAsk: (ask) => this.#pages.askAhead(ask),
      file: (artifact, credentials) => this.#fileAhead(artifact, credentials),
    });
    this.#ahead =
      parts.ahead === undefined ? null : new FetchAhead(this.#access.partsFor(parts.ahead));
    this.#pages = new PageAnswers({
      ...this.#pageParts,
      access: this.#access,
      ahead: this.#ahead,
      known: this.#known,
      stale: this.#stale,
      userHosts: this.#userHosts,
      indexHosts: this.#indexHosts,
    });
  }

  /** Begins to fetch what is wished for. @param installed projects that are there already. */
  fetchAhead(installed: Iterable<string>): void {
    this.#ahead?.begin(installed);
  }

  /** Begins to read what the same request asked for the last time. */
  readAhead(): void {
    this.#access.begin();
  }

  /** Gives up what was fetched ahead and never asked for. */
  async close(): Promise<void> {
    this.#ahead?.close();
    const unasked = [...this.#files.values()].filter(({ isAhead }) => isAhead);
    for (const fileCase of unasked) fileCase.giveUp();
    await Promise.all([this.#access.close(), ...unasked.map(({ fetched }) => fetched)]);
    await this.#stale?.close();
    await this.#known?.close();
  }

  /** Every receipt of this run, in the order of the first word on each file. */
  receipts(): readonly Receipt[] {
    return this.#ledger.all();
  }

  /** Names that came to nothing without a refusal of their page or of a file. */
  unheldNames(): readonly NameRefusal[] {
    return this.#names.refusals();
  }

  /** What the reader should know of the whole run, at its end. */
  notes(): readonly string[] {
    return this.#stale?.notes() ?? [];
  }

  /** The versions that this run's pages offered of each project. */
  offered(): ReadonlyMap<string, readonly string[]> {
    const offered = this.#catalogue.offered();
    return this.#known?.withOffered(offered) ?? offered;
  }

  /**
   * What speaks now against a file that an earlier run accepted, and that came out of a cache
   * without asking us: an approval that has ended, say. `null`: nothing.
   */
  async objectionTo(file: RememberedFile): Promise<Decision | null> {
    const kind = parseDistributionFilename(file.filename, file.project)?.kind ?? 'archive';
    return await this.#question.foresee({ ...file, kind, listed: null }, file.sha256);
  }

  /** Judges a listed file before it is asked for, as when it is; `null`: there is nothing to say yet. */
  async foretell({ url, credentials }: FileAsk): Promise<Foretold | null> {
    await this.#known?.readFor(url);
    const artifact = this.#catalogue.artifactAt(url);
    const ahead = artifact === null ? null : this.#fileAhead(artifact, credentials);
    await ahead?.ended;
    const decision = ahead === null ? null : (this.#files.get(addressKey(url))?.verdict ?? null);
    return artifact === null || decision === null ? null : { artifact, decision };
  }

  /** How far the file at an address has come; `null` where nothing of it is on its way. */
  transferOf(url: string): Transfer | null {
    return this.#files.get(addressKey(url))?.transfer ?? null;
  }

  async page(asked: PageAsk): Promise<PageOutcome> {
    return await this.#pages.answer(this.#access.withoutUnfit(asked));
  }

  async file(ask: FileAsk): Promise<FileOutcome> {
    await this.#known?.readFor(ask.url);
    const key = addressKey(ask.url);
    const fileCase = this.#taken(key) ?? this.#openCase(ask);
    this.#files.set(key, fileCase);
    const outcome = await fileCase.outcome();
    const mayChange = outcome.outcome === 'not-served';
    if (mayChange && this.#files.get(key) === fileCase) this.#files.delete(key);
    return outcome;
  }

  async sidecar(ask: FileAsk): Promise<SidecarOutcome> {
    await this.#known?.readFor(ask.url);
    return await judgeSidecar(
      {
        ...this.#parts,
        question: this.#question,
        names: this.#names,
        catalogue: this.#catalogue,
        flights: this.#access.sidecars,
        source: this.#sidecarSource,
        fromWheel: (...wheel) => this.#metadataInside(...wheel),
        given: (...what) => this.#given(...what),
      },
      ask,
    );
  }

  #given(artifact: Artifact, credentials: Credentials, metadata: Uint8Array): Reason | null {
    const against = this.#required(artifact, metadata);
    if (against === null) this.#ahead?.metadataGiven(artifact, credentials, metadata);
    return against;
  }

  /** Whoever does not get the metadata beside a wheel may look into the wheel, and follow that. */
  #requiredInside(artifact: Artifact): Reason | null {
    const inside = this.#parts.sidecars.inside(artifact.url);
    return inside === null ? null : this.#required(artifact, inside.bytes);
  }

  #required(artifact: Artifact, metadata: Uint8Array): Reason | null {
    const past = this.#direct.note(artifact, metadata);
    const against = past.map((name) => this.objectionToPast({ name, version: '' }));
    return against.find((one) => one !== null) ?? null;
  }

  /** What speaks against something that came past us (git, a file of this machine); `null`: nothing. */
  objectionToPast(found: { readonly name: string; readonly version: string }): Reason | null {
    return this.#direct.objectionTo(found, { ...this.#parts, now: this.#pageParts.now() });
  }

  /** The wheel is fetched and judged; there is a word of it only where it is refused, or asked for. */
  async #metadataInside(artifact: Artifact, credentials: Credentials): Promise<SidecarOutcome> {
    const key = addressKey(artifact.url);
    const known = knownAgainst(this.#against, artifact);
    const start = { artifact, credentials, known, asked: known.length > 0 };
    const fileCase = this.#files.get(key) ?? this.#newCase(start);
    this.#files.set(key, fileCase);
    await fileCase.fetched;
    const inside = this.#parts.sidecars.inside(artifact.url);
    if (inside !== null && fileCase.verdict !== null && releases(fileCase.verdict)) {
      this.#parts.sidecars.handedOut(artifact.url, inside.sha256);
      return { outcome: 'served', bytes: inside.bytes };
    }
    const outcome = await this.file({ url: artifact.url, credentials });
    if ('file' in outcome) await outcome.file.close();
    if (outcome.outcome === 'not-served') return { outcome: 'not-found', status: outcome.status };
    const [why] = outcome.outcome === 'refused' ? outcome.receipt.decision.reasons : [];
    if (why !== undefined) return { outcome: 'refused', reason: why };
    const there = this.#parts.sidecars.inside(artifact.url);
    return there === null
      ? { outcome: 'not-found', status: 404 }
      : { outcome: 'served', bytes: there.bytes };
  }

  #openCase(ask: FileAsk): FileCase {
    const artifact = this.#catalogue.artifactAt(ask.url) ?? directArtifact(ask.url);
    const known = knownAgainst(this.#against, artifact);
    const { credentials } = ask;
    return this.#newCase({ artifact, credentials, known, asked: true });
  }

  #newCase(start: FileCaseStart): FileCase {
    const { upstream } = this.#fileParts;
    const way = this.#userHosts?.wayTo(start.artifact, upstream) ?? upstream;
    return new FileCase({ ...this.#fileParts, upstream: way }, start);
  }

  /** The case that is open already; what was fetched ahead becomes one that somebody asked for. */
  #taken(key: string): FileCase | null {
    const known = this.#files.get(key);
    if (known === undefined) return null;
    if (known.isAhead && knownAgainst(this.#against, known.artifact).length > 0) known.giveUp();
    return known.take() ? known : null;
  }

  #fileAhead(artifact: Artifact, credentials: Credentials): FileAhead | null {
    const key = addressKey(artifact.url);
    const asks = this.#parts.askFirstUse !== null;
    const mayAsk = asks && rulesFor(this.#parts.policy, artifact.project).firstUse.value === 'ask';
    if (mayAsk || this.#files.has(key) || knownAgainst(this.#against, artifact).length > 0)
      return null;
    const start = { artifact, credentials, known: [], asked: false };
    const fileCase = this.#newCase(start);
    this.#files.set(key, fileCase);
    return { ended: fileCase.fetched, giveUp: () => fileCase.giveUp() };
  }
}
