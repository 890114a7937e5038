// SPDX-License-Identifier: Apache-2.0
import { digest, type BuiltFile } from './wheel.ts';

/** One file of a project as the index tells of it: everything can be a lie. */
export interface ListedModel {
  readonly file: BuiltFile;
  /** Name shown on the page. */
  readonly filename: string;
  /** Absolute or relative address, without fragment. */
  readonly href: string;
  readonly hashes: Readonly<Record<string, string>>;
  /** Written after `#` on the HTML page; from `hashes` where `null`. */
  readonly fragment: string | null;
  /** `false`: the page promises no sidecar. */
  readonly sidecar: boolean;
  /** Laid over the JSON entry; `undefined` values remove a key. */
  readonly raw: Readonly<Record<string, unknown>>;
}

export interface ProjectModel {
  /** As the page spells it. */
  name: string;
  files: ListedModel[];
  apiVersion: string;
  /** Which forms the server can answer; it answers the other asks with what it has. */
  forms: readonly ('json' | 'html')[];
  /** Laid over the JSON page. */
  raw: Readonly<Record<string, unknown>>;
}

export function listed(
  file: BuiltFile,
  over: Partial<ListedModel> & { base: string },
): ListedModel {
  const { base, ...rest } = over;
  return {
    file,
    filename: file.filename,
    href: `${base}${file.filename}`,
    hashes: { sha256: file.sha256 },
    fragment: null,
    sidecar: true,
    raw: {},
    ...rest,
  };
}

export const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
export const HTML_TYPE = 'text/html; charset=utf-8';

/** What a request's Accept header makes this project answer. */
export function renderPage(
  project: ProjectModel,
  accept: string,
): { readonly type: string; readonly body: string } {
  const wanted = accept.includes('+json') ? 'json' : 'html';
  const form = project.forms.includes(wanted) ? wanted : project.forms[0];
  return form === 'json'
    ? { type: JSON_TYPE, body: renderJson(project) }
    : { type: HTML_TYPE, body: renderHtml(project) };
}

/** PEP 691. */
function renderJson(project: ProjectModel): string {
  const files = project.files.map((entry) => ({
    filename: entry.filename,
    url: entry.href,
    hashes: entry.hashes,
    size: entry.file.bytes.length,
    'upload-time': '2020-01-02T03:04:05.000000Z',
    ...(entry.sidecar
      ? { 'core-metadata': { sha256: digest('sha256', entry.file.metadata) } }
      : {}),
    ...entry.raw,
  }));
  return JSON.stringify({
    meta: { 'api-version': project.apiVersion },
    name: project.name,
    versions: [...new Set(project.files.map((entry) => entry.file.version))],
    files,
    ...project.raw,
  });
}

/** PEP 503 and 629. */
function renderHtml(project: ProjectModel): string {
  const anchors = project.files.map((entry) => {
    const [hash] = Object.entries(entry.hashes);
    const fragment = entry.fragment ?? (hash === undefined ? '' : `${hash[0]}=${hash[1]}`);
    const address = `${entry.href}${fragment === '' ? '' : `#${fragment}`}`;
    const sidecar = entry.sidecar
      ? ` data-core-metadata="sha256=${digest('sha256', entry.file.metadata)}"`
      : '';
    const named = entry.raw['provenance'];
    const provenance = typeof named === 'string' ? ` data-provenance="${escapeHtml(named)}"` : '';
    return `<a href="${escapeHtml(address)}"${sidecar}${provenance}>${escapeHtml(entry.filename)}</a><br>`;
  });
  const version = `<meta name="pypi:repository-version" content="${project.apiVersion}">`;
  return `<!DOCTYPE html><html><head>${version}<title>Links for ${escapeHtml(project.name)}</title></head><body>\n${anchors.join('\n')}\n</body></html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
