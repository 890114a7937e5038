// SPDX-License-Identifier: Apache-2.0
import type { ListedFile, RefusedEntry } from '../core/artifact.ts';
import type { Code } from '../core/codes.ts';
import { isDistributionLike, parseDistributionFilename } from '../core/distribution-filename.ts';
import { MAX_URL_CHARACTERS } from '../core/limits.ts';
import { safeText } from '../core/safe-text.ts';
import { judgeFileAddress, judgeResolved } from '../core/source-address.ts';
import { type ReadFields, readFields } from './entry-fields.ts';
import type { PlainAddresses } from './plain-addresses.ts';
import { readPlainFile } from './plain-fields.ts';
import type { RawEntry } from './raw-page.ts';

export interface EntryContext {
  /** The page's address. */
  readonly url: string;
  /** What relative addresses start from. */
  readonly base: string;
  /** Normalised; `null` where files of any project may be listed. */
  readonly project: string | null;
  readonly allowPlainHttp?: (host: string) => boolean;
  /** Of this page. */
  readonly plain: PlainAddresses;
}

export type EntryReading =
  | { readonly outcome: 'file'; readonly file: ListedFile }
  | { readonly outcome: 'refused'; readonly entry: RefusedEntry }
  /** Not a package at all. */
  | { readonly outcome: 'ignored' };

/** The faults that a policy may overlook; with any other one the entry is gone. */
const OVERLOOKABLE: ReadonlySet<Code> = new Set(['WP-PLAIN-HTTP', 'WP-NO-STRONG-HASH']);

/**
 * One entry, judged by every rule; what is refused names the gravest fault. `file` is kept only
 * where that fault is the only one and a policy may overlook it.
 */
export function readEntry(raw: RawEntry, context: EntryContext): EntryReading {
  const { filename, address } = raw;
  if (typeof filename !== 'string' || typeof address !== 'string') {
    return refuse(raw, context, [
      malformed(raw, 'expected a file name and an address, both as text'),
    ]);
  }
  if (!isDistributionLike(filename) && !isDistributionLike(address.replace(/#.*$/su, ''))) {
    return { outcome: 'ignored' };
  }
  // Eggs are nothing that an installer behind us takes from an index.
  if (/\.egg$/iu.test(filename)) return { outcome: 'ignored' };
  const plain = context.plain.hrefOf(address, filename);
  const usual = plain === null ? null : readPlainFile(raw, filename, plain);
  if (usual !== null && judgeName(filename, context.project) === null) {
    return { outcome: 'file', file: usual };
  }
  const url = plain === null ? URL.parse(address, context.base) : null;
  const read = readFields(raw, address, context.base);
  const faults: Fault[] = [];
  for (const fault of faultsOf(raw, { filename, address, url, plain }, read, context)) {
    faults.push(fault);
    if (!OVERLOOKABLE.has(fault.code)) return refuse(raw, context, faults);
  }
  const href = plain ?? (url === null ? null : bareHref(url));
  if (href === null) return refuse(raw, context, [malformed(raw, 'no address can be read')]);
  const file: ListedFile = { filename, url: href, ...read.fields };
  return faults.length === 0 ? { outcome: 'file', file } : refuse(raw, context, faults, file);
}

interface Link {
  readonly filename: string;
  readonly address: string;
  readonly url: URL | null;
  /** As {@link PlainAddresses} knows it. */
  readonly plain: string | null;
}

/** Every fault of an entry, the gravest first. */
function* faultsOf(
  raw: RawEntry,
  { filename, address, url, plain }: Link,
  { fields, fault, hashFault, sizeFault }: ReadFields,
  context: EntryContext,
): Generator<Fault> {
  if (sizeFault !== null) {
    yield { code: 'WP-SIZE-MALFORMED', message: `${safeText(filename, 300)}: ${sizeFault}` };
  }
  if (raw.fault !== null) yield malformed(raw, raw.fault);
  if (address.length > MAX_URL_CHARACTERS) {
    yield malformed(raw, `its address is longer than ${MAX_URL_CHARACTERS} characters`);
  }
  if (plain === null) {
    const ofAddress = judgeResolved(address, url, { from: context.url, ...context });
    if (ofAddress !== null) yield ofAddress;
    else if (url !== null) context.plain.learn(address, url);
    const ofEnding = judgeFileAddress(address, filename);
    if (ofEnding !== null) yield ofEnding;
  }
  const ofName = judgeName(filename, context.project);
  if (ofName !== null) yield ofName;
  if (fault !== null) yield malformed(raw, fault);
  if (hashFault !== null) yield hashReason('WP-HASH-MALFORMED', filename, hashFault);
  if (fields.hashes['sha256'] === undefined) {
    const missing = missingHash(Object.keys(fields.hashes));
    yield hashReason('WP-NO-STRONG-HASH', filename, missing);
  }
}

interface Fault {
  readonly code: Code;
  readonly message: string;
}

export function judgeName(filename: string, project: string | null): Fault | null {
  const name = parseDistributionFilename(filename, project);
  if (name === null) {
    const message = `${safeText(filename, 300)}: expected the file name of a wheel or an sdist`;
    return { code: 'WP-ENTRY-MALFORMED', message };
  }
  if (project === null || name.project === project) return null;
  const message = `${safeText(filename, 300)}: expected a file of ${project}, found one of ${name.project}`;
  return { code: 'WP-FOREIGN-NAME', message };
}

function malformed({ filename }: RawEntry, fault: string): Fault {
  const name = typeof filename === 'string' ? `${safeText(filename, 300)}: ` : '';
  return { code: 'WP-ENTRY-MALFORMED', message: `${name}${fault}` };
}

function hashReason(code: Code, filename: string, fault: string): Fault {
  return { code, message: `${safeText(filename, 300)}: ${fault}` };
}

function missingHash(algorithms: readonly string[]): string {
  const found = algorithms.length === 0 ? 'no hash at all' : `only ${algorithms.join(', ')}`;
  return `no collision-resistant hash: expected sha256, found ${found}`;
}

function refuse(
  { filename, address }: RawEntry,
  { base }: EntryContext,
  faults: readonly Fault[],
  file: ListedFile | null = null,
): EntryReading {
  const [{ code, message } = { code: 'WP-ENTRY-MALFORMED' as const, message: 'unreadable' }] =
    faults;
  const entry: RefusedEntry = {
    filename: typeof filename === 'string' ? filename.slice(0, MAX_URL_CHARACTERS) : '',
    url: typeof address === 'string' ? shownUrl(address, base) : '',
    code,
    message,
    file: faults.length === 1 ? file : null,
  };
  return { outcome: 'refused', entry };
}

/** Absolute where it can be, and never with credentials. */
function shownUrl(address: string, base: string): string {
  const short = address.slice(0, MAX_URL_CHARACTERS);
  const url = URL.parse(short, base);
  return url === null ? short : bareHref(url);
}

/** As `publicUrl` in core, without a copy: pages have many thousand addresses. */
function bareHref(url: URL): string {
  if (url.username !== '') url.username = '';
  if (url.password !== '') url.password = '';
  if (url.href.includes('#')) url.hash = '';
  return url.href;
}
