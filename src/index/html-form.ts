// SPDX-License-Identifier: Apache-2.0
import { isDistributionLike } from '../core/distribution-filename.ts';
import { Refusal } from '../core/errors.ts';
import { MAX_PAGE_ENTRIES } from '../core/limits.ts';
import { safeText } from '../core/safe-text.ts';
import { printableUrl } from '../core/url.ts';
import { type HtmlTag, readTags } from './html-document.ts';
import { writeHtml } from './html-writer.ts';
import type { PageForm } from './page-form.ts';
import type { PageBytes, PageListener, RawEntry, RawHead } from './raw-page.ts';

/** PEP 503, 592, 629, 658, 714, 740, 792: the Simple API's HTML form. */
export const htmlForm: PageForm = {
  form: 'html',
  mediaTypes: ['text/html', 'application/vnd.pypi.simple.v1+html', 'application/xhtml+xml'],
  startsLike: (text) => /^\s*</u.test(text),
  isIndexPage: isSimplePage,
  read: readHtml,
  write: writeHtml,
};

const READ_TAGS: ReadonlySet<string> = new Set(['a', 'base', 'meta']);

function readHtml({ body, url }: PageBytes, listener: PageListener): RawHead {
  const where = printableUrl(url);
  const metas = new Map<string, Set<string>>();
  const base = new PageBase(url);
  let count = 0;
  let lastSerial: number | null = null;
  listener.onStart({ name: null });
  readTags(decode(body, where), READ_TAGS, {
    onTag(name, tag) {
      const href = tag.attributes.get('href');
      if (name === 'meta') addMeta(metas, tag);
      else if (href === undefined) return;
      else if (name === 'base') base.change(href, count > 0);
      else if (isCandidate(href)) {
        count += 1;
        if (count > MAX_PAGE_ENTRIES) {
          const message = `${where} lists more than ${MAX_PAGE_ENTRIES} files`;
          throw new Refusal('WP-LIMIT-SIZE', { message });
        }
        listener.onEntry(readEntry(tag, detach(href)), base.href);
      }
    },
    onComment(text) {
      const digits = /^\s*SERIAL (?<serial>[0-9]{1,15})\s*$/u.exec(text)?.groups?.['serial'];
      if (digits !== undefined) lastSerial = Number(digits);
    },
  });
  return {
    apiVersions: [...(metas.get('pypi:repository-version') ?? [])],
    status: only(metas, 'pypi:project-status', where),
    statusReason: only(metas, 'pypi:project-status-reason', where),
    lastSerial,
  };
}

function isSimplePage(text: string): boolean {
  let found = false;
  readTags([text], READ_TAGS, {
    onTag(name, { attributes }) {
      found ||=
        name === 'meta'
          ? READ_METAS.has(attributes.get('name')?.trim().toLowerCase() ?? '')
          : name === 'a' && isCandidate(attributes.get('href') ?? '');
    },
    onComment() {},
  });
  return found;
}

/** What relative addresses start from: the first `<base href>`, which must come before them and stay alone. */
class PageBase {
  readonly #url: string;
  #given: string | null = null;
  href: string;

  constructor(url: string) {
    this.#url = url;
    this.href = url;
  }

  /** @throws Refusal `WP-PAGE-MALFORMED` */
  change(base: string, isLate: boolean): void {
    if (this.#given === base) return;
    const url = URL.parse(base, this.#url);
    if (url === null || isLate || this.#given !== null) {
      const why = url === null ? 'that is no address' : 'after the first link or another base';
      const message = `${printableUrl(this.#url)} has the base ${safeText(base, 200)}, ${why}`;
      throw new Refusal('WP-PAGE-MALFORMED', { message });
    }
    this.#given = base;
    this.href = url.href;
  }
}

const PART_BYTES = 128 * 1024;

/** @throws Refusal `WP-PAGE-MALFORMED` */
function* decode(body: Uint8Array, where: string): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let at = 0; at <= body.length; at += PART_BYTES) {
    const stream = at + PART_BYTES <= body.length;
    try {
      yield decoder.decode(body.subarray(at, at + PART_BYTES), { stream });
    } catch (cause) {
      const message = `${where} is not UTF-8 throughout`;
      throw new Refusal('WP-PAGE-MALFORMED', { message, cause });
    }
  }
}

const READ_METAS: ReadonlySet<string> = new Set([
  'pypi:repository-version',
  'pypi:project-status',
  'pypi:project-status-reason',
]);

function addMeta(metas: Map<string, Set<string>>, { attributes }: HtmlTag): void {
  const name = attributes.get('name')?.trim().toLowerCase() ?? '';
  if (!READ_METAS.has(name)) return;
  const contents = metas.get(name) ?? new Set();
  if (contents.size < 8) contents.add(attributes.get('content') ?? '');
  metas.set(name, contents);
}

function only(
  metas: ReadonlyMap<string, ReadonlySet<string>>,
  name: string,
  where: string,
): string | null {
  const contents = metas.get(name) ?? new Set();
  if (contents.size > 1) {
    const message = `${where} says ${name} twice, and not the same`;
    throw new Refusal('WP-PAGE-MALFORMED', { message });
  }
  return [...contents][0] ?? null;
}

/** Whether some reader of the page could take the link for a package. */
function isCandidate(address: string): boolean {
  const [beforeFragment = ''] = address.split('#', 1);
  const [path = ''] = beforeFragment.split('?', 1);
  return isDistributionLike(path) || isDistributionLike(beforeFragment);
}

/** A slice of a text keeps the whole text in memory; what is kept of a page shall not keep the page. */
function detach(text: string): string {
  return Buffer.from(text).toString();
}

function given(text: string | undefined): string | undefined {
  return text === undefined ? undefined : detach(text);
}

function readEntry({ attributes, fault }: HtmlTag, address: string): RawEntry {
  const yanked = attributes.get('data-yanked');
  return {
    filename: filenameIn(address),
    address,
    hashes: undefined,
    requiresPython: given(attributes.get('data-requires-python')),
    // PEP 714: the old name counts only where the new one is absent.
    coreMetadata: readSidecar(
      attributes.get('data-core-metadata') ?? attributes.get('data-dist-info-metadata'),
    ),
    gpgSig: readFlag(attributes.get('data-gpg-sig')),
    yanked: yanked === '' ? true : given(yanked),
    size: undefined,
    uploadTime: undefined,
    provenance: given(attributes.get('data-provenance')),
    fault,
  };
}

/** The last path segment, percent-decoded once: installers read nothing else for a name. */
function filenameIn(address: string): string {
  const [path = ''] = address.split(/[?#]/u, 1);
  const trimmed = path.replace(/\/+$/u, '');
  const segment = trimmed.slice(trimmed.lastIndexOf('/') + 1);
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // judged as it stands, and refused for its percent signs
  }
}

/** PEP 658: `true`, or `<algorithm>=<hex>`. */
function readSidecar(text: string | undefined): unknown {
  const equals = text?.indexOf('=') ?? -1;
  if (text === undefined || equals === -1) return readFlag(text);
  return { [text.slice(0, equals)]: detach(text.slice(equals + 1)) };
}

function readFlag(text: string | undefined): unknown {
  if (text === 'true') return true;
  return text === 'false' ? false : text;
}
