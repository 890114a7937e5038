// SPDX-License-Identifier: Apache-2.0
import type { IndexPage } from '../core/artifact.ts';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import { printableUrl } from '../core/url.ts';
import { htmlForm } from './html-form.ts';
import { jsonForm } from './json-form.ts';
import type { FormName, PageForm, WritablePage } from './page-form.ts';
import { type PageSource, parsePageAs } from './parse-page.ts';

export { negotiateForm, type NegotiatedForm } from './negotiate.ts';
export type { FormName, PageForm, WritablePage } from './page-form.ts';
export type { PageSource } from './parse-page.ts';
export { versionsOf } from './versions.ts';

/** Every form of an index page that is read and written. */
export const PAGE_FORMS: readonly PageForm[] = [jsonForm, htmlForm];

export interface WrittenPage {
  readonly body: Uint8Array;
  readonly contentType: string;
}

/**
 * The model of an index page. What is wrong with one entry refuses that entry alone.
 * @throws Refusal `WP-PAGE-MALFORMED`, `WP-PAGE-VERSION`, `WP-PAGE-PROJECT`, `WP-LIMIT-SIZE`
 */
export function parsePage(source: PageSource): IndexPage {
  return parsePageAs(formOf(source), source);
}

/** Says a page again, in the form asked for. */
export function writePage(page: WritablePage, form: FormName): WrittenPage {
  const writer = PAGE_FORMS.find((candidate) => candidate.form === form) ?? htmlForm;
  const [contentType = 'text/html'] = writer.mediaTypes;
  return { body: new TextEncoder().encode(writer.write(page)), contentType };
}

/** The form that a `Content-Type` names; `null` for anything that is no index page. */
export function pageForm(contentType: string | null): FormName | null {
  const mediaType = mediaTypeOf(contentType);
  return PAGE_FORMS.find(({ mediaTypes }) => mediaTypes.includes(mediaType))?.form ?? null;
}

/** Whether a body, as far as it has come, is an index page that an installer would read. */
export function looksLikeIndexPage(
  contentType: string | null,
  bodyStart: Uint8Array | string,
): boolean {
  const mediaType = mediaTypeOf(contentType);
  if (mediaType.startsWith('application/vnd.pypi.simple.')) return true;
  const text = typeof bodyStart === 'string' ? bodyStart : Buffer.from(bodyStart).toString('utf8');
  const named = pageForm(contentType);
  if (named === null && mediaType !== '') return false;
  return PAGE_FORMS.some(
    (form) =>
      (named === null ? form.startsLike(text) : form.form === named) && form.isIndexPage(text),
  );
}

function mediaTypeOf(contentType: string | null): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/**
 * The form of a page as it came: by what the server says; where it says nothing, by how the body
 * starts. @throws Refusal `WP-PAGE-MALFORMED`, `WP-PAGE-VERSION`
 */
export function formOf({ body, contentType, url }: PageSource): PageForm {
  const mediaType = mediaTypeOf(contentType);
  const start = new TextDecoder().decode(body.subarray(0, 1024));
  const form = PAGE_FORMS.find((candidate) =>
    mediaType === '' ? candidate.startsLike(start) : candidate.mediaTypes.includes(mediaType),
  );
  if (form !== undefined) return form;
  const where = printableUrl(url);
  if (/^application\/vnd\.pypi\.simple\.v(?!1\+)/u.test(mediaType)) {
    const message = `${where}: expected the API version 1.x, found ${safeText(mediaType, 100)}`;
    throw new Refusal('WP-PAGE-VERSION', { message });
  }
  const found = mediaType === '' ? 'neither of both' : safeText(mediaType, 100);
  const message = `${where}: expected an index page in JSON or HTML, found ${found}`;
  throw new Refusal('WP-PAGE-MALFORMED', { message });
}
