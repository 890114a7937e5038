// SPDX-License-Identifier: Apache-2.0
import type {
  IndexPage,
  ListedFile,
  ProjectStatus,
  RefusedEntry,
  SkippedEntry,
} from '../core/artifact.ts';
import { Refusal } from '../core/errors.ts';
import { MAX_PAGE_BYTES } from '../core/limits.ts';
import { isProjectName, normaliseName } from '../core/project-name.ts';
import { safeText } from '../core/safe-text.ts';
import { printableUrl } from '../core/url.ts';
import { type EntryContext, readEntry } from './entry.ts';
import { settleRepeats } from './listing.ts';
import type { PageForm } from './page-form.ts';
import { PlainAddresses } from './plain-addresses.ts';
import type { PageListener, RawEntry, RawHead } from './raw-page.ts';
import { skippedEntry } from './skipped-entry.ts';
import type { UsualEntry } from './usual-entry.ts';
import { rawOf, usualFile } from './usual-file.ts';

/** A page as it came, decompressed. */
export interface PageSource {
  readonly body: Uint8Array;
  readonly contentType: string | null;
  /** Where it came from, after redirects. */
  readonly url: string;
  /** The project that was asked for; `null` for a flat page of links, or where it is not known. */
  readonly project: string | null;
  /** Hosts that the policy lets use plain http. */
  readonly allowPlainHttp?: (host: string) => boolean;
  /** Files that need not be read. */
  readonly skip?: { has(filename: string): boolean };
}

/** A page in a form that is already known. */
export function parsePageAs(form: PageForm, source: PageSource): IndexPage {
  const where = printableUrl(source.url);
  if (source.body.length > MAX_PAGE_BYTES) {
    const message = `${where} is longer than ${MAX_PAGE_BYTES} bytes`;
    throw new Refusal('WP-LIMIT-SIZE', { message });
  }
  const { head, collector } = collect(form, source, where);
  if (collector.holdsNothingElse) {
    const { skip: _, ...whole } = source; // its installer is to say itself what there is
    return parsePageAs(form, whole);
  }
  const { lastSerial } = head;
  return {
    project: collector.project,
    apiVersion: provenApiVersion(head, where),
    ...provenStatus(head, where),
    ...settleRepeats(collector),
    ...(collector.skipped.length === 0 ? {} : { skipped: collector.skipped }),
    lastSerial:
      typeof lastSerial === 'number' && Number.isSafeInteger(lastSerial) && lastSerial >= 0
        ? lastSerial
        : null,
  };
}

interface Collected {
  readonly head: RawHead;
  readonly collector: EntryCollector;
}

function collect(form: PageForm, source: PageSource, where: string): Collected {
  const usual = new EntryCollector(source, where);
  const found = form.readUsual?.(source, usual) ?? null;
  if (found !== null) return { head: found, collector: usual };
  const collector = new EntryCollector(source, where);
  return { head: form.read(source, collector), collector };
}

/** Judges entries while a form's reader finds them. */
class EntryCollector implements PageListener {
  readonly files: ListedFile[] = [];
  readonly refused: RefusedEntry[] = [];
  readonly skipped: SkippedEntry[] = [];
  readonly #source: PageSource;
  readonly #where: string;
  #context: EntryContext;

  constructor(source: PageSource, where: string) {
    const { url, allowPlainHttp } = source;
    this.#source = source;
    this.#where = where;
    const options = allowPlainHttp === undefined ? {} : { allowPlainHttp };
    this.#context = { url, base: url, project: null, plain: new PlainAddresses(), ...options };
  }

  get project(): string | null {
    return this.#context.project;
  }

  /** Every entry was skipped. */
  get holdsNothingElse(): boolean {
    return this.skipped.length > 0 && this.files.length === 0 && this.refused.length === 0;
  }

  onStart({ name }: { readonly name: unknown }): void {
    const project = provenProject(name, this.#source.project, this.#where);
    this.#context = { ...this.#context, project };
  }

  onEntry(entry: RawEntry, base: string): void {
    if (typeof entry.filename === 'string' && this.#source.skip?.has(entry.filename) === true) {
      this.skipped.push(skippedEntry(entry, entry.filename));
      return;
    }
    this.#startFrom(base);
    const reading = readEntry(entry, this.#context);
    if (reading.outcome === 'file') this.files.push(reading.file);
    else if (reading.outcome === 'refused') this.refused.push(reading.entry);
  }

  onUsual(entry: UsualEntry, base: string): void {
    const { filename } = entry;
    if (this.#source.skip?.has(filename) === true) {
      const { sha256, uploadTime } = entry;
      this.skipped.push({ filename, sha256, yanked: entry.yanked !== false, uploadTime });
      return;
    }
    this.#startFrom(base);
    const file = usualFile(entry, this.#context);
    if (file === null) this.onEntry(rawOf(entry), base);
    else this.files.push(file);
  }

  #startFrom(base: string): void {
    if (this.#context.base !== base) this.#context = { ...this.#context, base };
  }
}

/** PEP 629: an unknown major version is refused, a newer minor one read; none is 1.0. */
function provenApiVersion({ apiVersions }: RawHead, where: string): string {
  for (const version of apiVersions) {
    if (typeof version === 'string' && /^1\.[0-9]{1,9}$/u.test(version)) continue;
    const found = safeText(JSON.stringify(version) ?? 'nothing', 60);
    const message = `${where}: expected the API version 1.x, found ${found}`;
    throw new Refusal('WP-PAGE-VERSION', { message });
  }
  const [first] = apiVersions;
  return typeof first === 'string' ? first : '1.0';
}

/** The page is of the project that was asked for (attack B15). */
function provenProject(name: unknown, asked: string | null, where: string): string | null {
  const expected = asked === null ? null : normaliseName(asked);
  if (name === null) return expected;
  if (typeof name !== 'string' || !isProjectName(name)) {
    const found = safeText(JSON.stringify(name) ?? 'nothing', 100);
    const message = `${where}: expected a project's name, found ${found}`;
    throw new Refusal('WP-PAGE-MALFORMED', { message });
  }
  const found = normaliseName(name);
  if (expected !== null && found !== expected) {
    const message = `${where}: expected the page of ${expected}, found that of ${found}`;
    throw new Refusal('WP-PAGE-PROJECT', { message });
  }
  return found;
}

const STATUSES: readonly ProjectStatus[] = ['active', 'archived', 'quarantined', 'deprecated'];

/** PEP 792. A word that is not known says nothing, and is kept for the reader. */
function provenStatus(head: RawHead, where: string): Pick<IndexPage, 'status' | 'statusReason'> {
  const status = provenText(head.status, where);
  const statusReason = provenText(head.statusReason, where);
  const known = STATUSES.find((candidate) => candidate === (status ?? 'active'));
  if (known !== undefined) return { status: known, statusReason };
  const unknown = `unknown status ${safeText(status ?? '', 60)}`;
  const told = statusReason === null ? unknown : `${unknown}: ${statusReason}`;
  return { status: 'active', statusReason: told };
}

function provenText(value: unknown, where: string): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return value.toWellFormed();
  const found = safeText(JSON.stringify(value) ?? 'nothing', 60);
  const message = `${where}: expected the project status as text, found ${found}`;
  throw new Refusal('WP-PAGE-MALFORMED', { message });
}
