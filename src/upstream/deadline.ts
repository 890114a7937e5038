// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { printableUrl } from '../core/url.ts';

/** A signal that ends everything about one ask when its time is over; it keeps no program running. */
export function deadlineOf(url: URL, milliseconds: number): AbortSignal {
  const ending = new AbortController();
  const timer = setTimeout(() => {
    const message = `${printableUrl(url)}: expected the whole answer within ${milliseconds} ms`;
    ending.abort(new Refusal('WP-LIMIT-TIME', { message }));
  }, milliseconds);
  timer.unref();
  return ending.signal;
}
