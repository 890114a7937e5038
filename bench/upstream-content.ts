// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeLargeWheel, type LargeWheel } from './large-wheel.ts';

/** One form of one page, ready to be sent. */
export interface Body {
  readonly type: string;
  readonly plain: Buffer;
  readonly packed: Buffer;
  readonly etag: string;
}

export interface Page {
  readonly json: Body;
  readonly html: Body;
}

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const HTML_TYPE = 'application/vnd.pypi.simple.v1+html';

interface RealFile {
  readonly filename: string;
  url: string;
  readonly hashes: Readonly<Record<string, string>>;
  provenance?: string | null;
  readonly 'core-metadata'?: { readonly sha256?: string } | boolean;
  readonly 'requires-python'?: string | null;
}

/** Every collected page with the addresses of its files moved to `files`, an origin. */
export function readPages(folder: string, files: string): Map<string, Page> {
  const pages = new Map<string, Page>();
  for (const name of readdirSync(join(folder, 'pages'))) {
    const page: { readonly files: readonly RealFile[] } = JSON.parse(
      readFileSync(join(folder, 'pages', name), 'utf8'),
    );
    for (const file of page.files) {
      file.url = `${files}${file.url}`;
      if (typeof file.provenance === 'string') file.provenance = files + file.provenance;
    }
    pages.set(name.replace(/\.json$/u, ''), pageOf(page, page.files));
  }
  return pages;
}

function pageOf(page: unknown, files: readonly RealFile[]): Page {
  return { json: body(JSON_TYPE, JSON.stringify(page)), html: body(HTML_TYPE, htmlOf(files)) };
}

function body(type: string, text: string): Body {
  const plain = Buffer.from(text);
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { type, plain, packed: gzipSync(plain), etag };
}

function htmlOf(files: readonly RealFile[]): string {
  const anchors = files.map((file) => {
    const metadata = file['core-metadata'];
    const sidecar =
      typeof metadata === 'object' ? ` data-core-metadata="sha256=${metadata.sha256 ?? ''}"` : '';
    const python = file['requires-python'];
    const needs =
      typeof python === 'string'
        ? ` data-requires-python="${python.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}"`
        : '';
    const href = `${file.url}#sha256=${file.hashes['sha256'] ?? ''}`;
    return `<a href="${href}"${needs}${sidecar}>${file.filename}</a><br />`;
  });
  return `<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.1"></head><body>\n${anchors.join('\n')}\n</body></html>`;
}

/** `/simple/`: some caches ask for the list of projects first. */
export function listOf(names: readonly string[]): Page {
  const projects = names.map((name) => ({ name }));
  const anchors = names.map((name) => `<a href="/simple/${name}/">${name}</a>`).join('\n');
  return {
    json: body(JSON_TYPE, JSON.stringify({ meta: { 'api-version': '1.1' }, projects })),
    html: body(HTML_TYPE, `<!DOCTYPE html><html><body>\n${anchors}\n</body></html>`),
  };
}

export interface LargeFile {
  readonly wheel: LargeWheel;
  readonly path: string;
}

/** A generated wheel of so many MiB: `big` is true, `bad` declares a digest that is not its own. */
export function addLarge(pages: Map<string, Page>, files: string, mebibytes: number): LargeFile {
  const wheel = makeLargeWheel(mebibytes);
  const path = `/large/${wheel.filename}`;
  for (const [name, sha256] of [
    ['big', wheel.sha256],
    ['bad', wheel.sha256.replace(/^./u, (digit) => (digit === '0' ? '1' : '0'))],
  ] as const) {
    const filename = wheel.filename.replace('big', name);
    const file = { filename, url: `${files}/large/${filename}`, hashes: { sha256 } };
    const listed = [{ ...file, size: wheel.size }];
    const meta = { 'api-version': '1.1' };
    pages.set(name, pageOf({ meta, name, versions: ['1.0'], files: listed }, listed));
  }
  return { wheel, path };
}
