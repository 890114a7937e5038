// SPDX-License-Identifier: Apache-2.0
import type { Hashes, ListedFile } from '../core/artifact.ts';
import type { WritablePage } from './page-form.ts';

/** The HTML form says less than the JSON form: one hash, no size, no upload time (PEP 833 froze it). */
export function writeHtml(page: WritablePage): string {
  const title = `Links for ${page.project ?? 'distributions'}`;
  const lines = [
    '<!DOCTYPE html>',
    '<html>',
    '  <head>',
    '    <meta charset="utf-8">',
    writeMeta('pypi:repository-version', '1.4'),
    writeMeta('pypi:project-status', page.status),
    ...(page.statusReason === null
      ? []
      : [writeMeta('pypi:project-status-reason', page.statusReason)]),
    `    <title>${escapeHtml(title)}</title>`,
    '  </head>',
    '  <body>',
    `    <h1>${escapeHtml(title)}</h1>`,
    ...page.files.map((file) => writeAnchor(file, file.url + writeFragment(file.hashes))),
    ...page.shown.map(({ file, url }) => writeAnchor({ ...file, coreMetadata: false }, url)),
    '  </body>',
    '</html>',
    ...(page.lastSerial === null ? [] : [`<!--SERIAL ${page.lastSerial}-->`]),
  ];
  return `${lines.join('\n')}\n`;
}

function writeMeta(name: string, content: string): string {
  return `    <meta name="${name}" content="${escapeHtml(content)}">`;
}

function writeAnchor(file: ListedFile, href: string): string {
  const sidecar = file.coreMetadata === false ? null : writeSidecar(file.coreMetadata);
  const attributes: readonly (readonly [string, string | null])[] = [
    ['href', href],
    ['data-requires-python', file.requiresPython],
    // PEP 714: both spellings, for older installers.
    ['data-dist-info-metadata', sidecar],
    ['data-core-metadata', sidecar],
    ['data-yanked', file.yanked === false ? null : file.yanked],
    ['data-gpg-sig', file.gpgSig === null ? null : String(file.gpgSig)],
    ['data-provenance', file.provenance],
  ];
  const written = attributes
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}="${escapeHtml(value ?? '')}"`);
  return `    <a ${written.join(' ')}>${escapeHtml(file.filename)}</a><br>`;
}

function writeFragment(hashes: Hashes): string {
  const hash = strongest(hashes);
  return hash === null ? '' : `#${hash}`;
}

function writeSidecar(hashes: Hashes): string {
  return strongest(hashes) ?? 'true';
}

function strongest(hashes: Hashes): string | null {
  const { sha256 } = hashes;
  if (sha256 !== undefined) return `sha256=${sha256}`;
  const [first] = Object.entries(hashes);
  return first === undefined ? null : first.join('=');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\r': '&#13;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"'\r]/gu, (found) => ESCAPES[found] ?? found);
}
