// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { printableUrl } from '../core/url.ts';
import type { Ending } from './ending.ts';

/**
 * Ends everything about one ask when its time is over; it keeps no program running.
 * @returns to be called when nothing of it is left.
 */
export function endAfter(ending: Ending, url: URL, milliseconds: number): () => void {
  const timer = setTimeout(() => {
    const message = `${printableUrl(url)}: expected the whole answer within ${milliseconds} ms`;
    ending.abort(new Refusal('WP-LIMIT-TIME', { message }));
  }, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
}
