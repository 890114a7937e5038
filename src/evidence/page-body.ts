// SPDX-License-Identifier: Apache-2.0
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Refusal } from '../core/errors.ts';
import type { RawPage } from '../core/evidence.ts';
import { KIB, MAX_PAGE_BYTES, MIB } from '../core/limits.ts';
import { printableUrl } from '../core/url.ts';

const gunzipped = promisify(gunzip);
const LEAST_CHUNK = 16 * KIB;
const LARGEST_CHUNK = MIB;

/** A page's own bytes. @throws Refusal `WP-LIMIT-SIZE`, `WP-PAGE-MALFORMED` */
export async function decodePage({ body, gzip }: RawPage, url: string): Promise<Uint8Array> {
  if (!gzip) return body;
  try {
    return await gunzipped(body, { maxOutputLength: MAX_PAGE_BYTES, chunkSize: chunkFor(body) });
  } catch (cause) {
    const tooLarge =
      cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    throw new Refusal(tooLarge ? 'WP-LIMIT-SIZE' : 'WP-PAGE-MALFORMED', {
      message: tooLarge
        ? `${printableUrl(url)} expands to more than ${MAX_PAGE_BYTES} bytes`
        : `${printableUrl(url)} cannot be decompressed`,
      cause,
    });
  }
}

/** What comes out is gathered in one piece where its end tells the length (RFC 1952, ISIZE). */
function chunkFor(body: Uint8Array): number {
  if (body.length < 4) return LEAST_CHUNK;
  const told = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const size = told.getUint32(body.length - 4, true) + 1;
  return Math.min(Math.max(size, LEAST_CHUNK), LARGEST_CHUNK);
}
