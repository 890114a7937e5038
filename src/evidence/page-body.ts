// SPDX-License-Identifier: Apache-2.0
import { gunzipSync } from 'node:zlib';
import { Refusal } from '../core/errors.ts';
import type { RawPage } from '../core/evidence.ts';
import { MAX_PAGE_BYTES } from '../core/limits.ts';
import { printableUrl } from '../core/url.ts';

/** A page's own bytes. @throws Refusal `WP-LIMIT-SIZE`, `WP-PAGE-MALFORMED` */
export function decodePage({ body, gzip }: RawPage, url: string): Uint8Array {
  if (!gzip) return body;
  try {
    return gunzipSync(body, { maxOutputLength: MAX_PAGE_BYTES });
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
