// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import type { Place, Surface } from '../core/report.ts';

/** A file's path below the folder of all sources; `null` where it lies elsewhere. */
export function pathInSources({ file }: Place, { sources }: Surface): string | null {
  const { directory, root } = sources ?? { directory: '/', root: '/' };
  const relative = path.relative(root, path.resolve(directory, file));
  const isOutside = /^(?:\.\.(?:\/|$)|$)/u.test(relative);
  return isOutside || (sources === undefined && path.isAbsolute(file)) ? null : relative;
}

/** Of a file that lies elsewhere. */
export function absoluteUri({ file }: Place, { sources }: Surface): string {
  return `file://${uriOfPath(path.resolve(sources?.directory ?? '/', file))}`;
}

/** Every character but the unreserved ones escaped (RFC 3986), so that no name leads elsewhere. */
export function uriOfPath(file: string): string {
  return file
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()).replace(/[!'()*]/gu, escaped))
    .join('/');
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
