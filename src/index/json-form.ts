// SPDX-License-Identifier: Apache-2.0
import { isUtf8 } from 'node:buffer';
import type { Hashes, ListedFile } from '../core/artifact.ts';
import { Refusal } from '../core/errors.ts';
import { printableUrl } from '../core/url.ts';
import { type JsonElement, type JsonSpan, outlineJson } from './json-outline.ts';
import type { PageForm, WritablePage } from './page-form.ts';
import { isObject, parsePlainJson } from './plain-json.ts';
import type { PageBytes, PageListener, RawEntry, RawHead } from './raw-page.ts';
import { findUsualPage, readUsualEntries } from './usual-entries.ts';
import { versionsOf } from './versions.ts';

/** PEP 691, 700, 714, 740, 792: the Simple API's JSON form, read strictly, written as 1.4. */
export const jsonForm: PageForm = {
  form: 'json',
  mediaTypes: ['application/vnd.pypi.simple.v1+json', 'application/json'],
  startsLike: (text) => /^\s*\{/u.test(text),
  isIndexPage: (text) =>
    /^\s*\{/u.test(text) && (/"api-version"\s*:/u.test(text) || /"files"\s*:\s*\[/u.test(text)),
  read: readJson,
  readUsual: readUsualJson,
  write: writeJson,
};

type Json = Readonly<Record<string, unknown>>;

function readJson({ body, url }: PageBytes, listener: PageListener): RawHead {
  const where = printableUrl(url);
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!isUtf8(bytes)) {
    throw new Refusal('WP-PAGE-MALFORMED', { message: `${where} is not UTF-8 throughout` });
  }
  return readBytes(bytes, url, listener, null);
}

/**
 * The page where its entries are all but in the one usual way; what it says beside them is read as
 * ever. `null`: to be read the general way, and what was told so far counts for nothing.
 */
function readUsualJson({ body, url }: PageBytes, listener: PageListener): RawHead | null {
  const usual = findUsualPage(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  if (usual === null) return null;
  try {
    let isUsual = false;
    const head = readBytes(usual.rest, url, listener, () => {
      isUsual = readUsualEntries(usual, {
        onUsual: (entry) => listener.onUsual(entry, url),
        onOther: (value) => listener.onEntry(readEntry(value, null), url),
      });
    });
    return isUsual ? head : null;
  } catch (thrown) {
    if (thrown instanceof Refusal) return null; // the general way tells what is wrong
    throw thrown;
  }
}

/** @param readList instead of the entries that are listed here. */
function readBytes(
  bytes: Buffer,
  url: string,
  listener: PageListener,
  readList: (() => void) | null,
): RawHead {
  const where = printableUrl(url);
  const plain = parsePlainJson(bytes, 'files');
  const { member, entries } = plain === undefined ? readOutlined(bytes, where) : readPlain(plain);
  const meta = asObject(member('meta') ?? {}, 'meta', where);
  // The specification's own example puts the status into `meta`; indexes send it beside.
  const project = member('project-status') ?? meta['project-status'] ?? {};
  const status = asObject(project, 'project-status', where);
  if (entries === null && member('projects') === undefined) {
    const message = `${where} has no list of files: expected an array under "files"`;
    throw new Refusal('WP-PAGE-MALFORMED', { message });
  }
  listener.onStart({ name: member('name') ?? null });
  if (readList === null) for (const entry of entries ?? []) listener.onEntry(entry, url);
  else readList();
  return {
    apiVersions: Object.hasOwn(meta, 'api-version') ? [meta['api-version']] : [],
    status: status['status'] ?? null,
    statusReason: status['reason'] ?? null,
    lastSerial: meta['_last-serial'] ?? null,
  };
}

interface JsonPage {
  readonly member: (key: string) => unknown;
  /** `null` where there is no list of files. */
  readonly entries: Iterable<RawEntry> | null;
}

function readPlain(members: Json): JsonPage {
  const list = Object.hasOwn(members, 'files') ? members['files'] : null;
  return {
    member: (key) => (Object.hasOwn(members, key) ? members[key] : undefined),
    entries: Array.isArray(list) ? readPlainElements(list) : null,
  };
}

/** One after the other: most of a page's entries are looked at once, and forgotten. */
function* readPlainElements(list: readonly unknown[]): Generator<RawEntry> {
  for (const value of list) yield readElement(value, null);
}

function readOutlined(bytes: Buffer, where: string): JsonPage {
  const { members, elements } = outlineJson(bytes, 'files', where);
  return {
    member: (key) => parseSpan(bytes, members.get(key)),
    entries: elements === null ? null : readElements(bytes, elements),
  };
}

function* readElements(bytes: Buffer, elements: readonly JsonElement[]): Generator<RawEntry> {
  for (const element of elements) yield readElement(parseSpan(bytes, element), element.fault);
}

function parseSpan(bytes: Buffer, span: JsonSpan | undefined): unknown {
  if (span === undefined) return undefined;
  return JSON.parse(bytes.toString('utf8', span.start, span.end));
}

function asObject(value: unknown, name: string, where: string): Json {
  if (isObject(value)) return value;
  const message = `${where}: expected an object under "${name}"`;
  throw new Refusal('WP-PAGE-MALFORMED', { message });
}

function readElement(value: unknown, fault: string | null): RawEntry {
  return isObject(value) ? readEntry(value, fault) : readEntry({}, 'the entry is not an object');
}

function readEntry(entry: Json, fault: string | null): RawEntry {
  return {
    filename: entry['filename'],
    address: entry['url'],
    hashes: entry['hashes'],
    requiresPython: entry['requires-python'],
    // PEP 714: the old name counts only where the new one is absent.
    coreMetadata: entry['core-metadata'] ?? entry['dist-info-metadata'],
    gpgSig: entry['gpg-sig'],
    yanked: entry['yanked'],
    size: entry['size'],
    uploadTime: entry['upload-time'],
    provenance: entry['provenance'],
    fault,
  };
}

function writeJson(page: WritablePage): string {
  const shown = page.shown.map(({ file, url }) => writeFile({ ...file, hashes: {}, url }, false));
  return JSON.stringify({
    meta: {
      'api-version': '1.4',
      ...(page.lastSerial === null ? {} : { '_last-serial': page.lastSerial }),
    },
    ...(page.project === null ? {} : { name: page.project }),
    'project-status': {
      status: page.status,
      ...(page.statusReason === null ? {} : { reason: page.statusReason }),
    },
    versions: versionsOf(page),
    files: [...page.files.map((file) => writeFile(file, file.coreMetadata)), ...shown],
  });
}

function writeFile(file: ListedFile, coreMetadata: false | Hashes): Json {
  const sidecar =
    coreMetadata !== false && Object.keys(coreMetadata).length === 0 ? true : coreMetadata;
  // What is `undefined` is not written: one shape for all of a page's thousand files.
  return {
    filename: file.filename,
    url: file.url,
    hashes: sha256First(file.hashes),
    'requires-python': file.requiresPython ?? undefined,
    // PEP 714: never under the old name, over which pip before 23.2 stumbles.
    'core-metadata': sidecar,
    'gpg-sig': file.gpgSig ?? undefined,
    yanked: file.yanked === '' ? true : file.yanked,
    size: file.size ?? undefined,
    'upload-time': file.uploadTime ?? undefined,
    provenance: file.provenance,
  };
}

function sha256First(hashes: Hashes): Hashes {
  for (const first in hashes) {
    if (first === 'sha256') return hashes;
    break;
  }
  const { sha256, ...others } = hashes;
  return sha256 === undefined ? hashes : { sha256, ...others };
}
