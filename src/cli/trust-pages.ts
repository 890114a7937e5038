// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { RememberedPage } from '../core/remembered-page.ts';
import { safeText } from '../core/safe-text.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import { listingShape, pageShape, requireProject, requireText } from '../trust/index.ts';
import {
  occasionOf,
  printJson,
  type Json,
  type TrustContext,
  type TrustIo,
} from './trust-context.ts';
import { pageBlock } from './trust-text.ts';

export interface ForgetPageOptions extends Json {
  readonly reason: string;
  readonly index?: string;
}

/** What is remembered of a project's pages: in a few words, and what has changed since. */
export function pagesShape(rows: TrustRows, pages: readonly RememberedPage[]) {
  return pages.map((page) => ({
    ...pageShape(page),
    changes: rows
      .recallListings(page.index, page.project)
      .filter(({ change }) => change !== 'none')
      .map(listingShape),
  }));
}

export function pagesText(rows: TrustRows, pages: readonly RememberedPage[]): readonly string[] {
  return pages.map((page) => pageBlock(page, rows.recallListings(page.index, page.project)));
}

/** From the next run on, what the index then says of the project is what it says first. */
export async function forgetPage(
  context: TrustContext,
  io: TrustIo,
  word: string,
  options: ForgetPageOptions,
): Promise<void> {
  const { rows, owner } = context;
  const { now, run } = occasionOf(context);
  const project = requireProject(word);
  const reason = requireText('the reason', options.reason, 1000);
  const plain = (address: string): string => address.replace(/\/+$/u, '');
  const { index } = options;
  const isMeant = (one: string): boolean => index === undefined || plain(one) === plain(index);
  // What was listed then is not to come back while the index is down, remembered or not.
  const kept = (await context.pageCopies?.().forget(project, isMeant)) ?? 0;
  const pages = rows.transaction(() => {
    const found = rows.listPages({ project }).filter((page) => isMeant(page.index));
    for (const page of found) {
      rows.forgetPage(page.index, page.project);
      const { newest, listed } = page;
      const detail = { index: page.index, newest, listed, reason, owner };
      rows.audit({ at: now, run, what: 'forget-page', subject: project, detail });
    }
    if (found.length === 0 && kept > 0) {
      const detail = { index: index ?? null, kept, reason, owner };
      rows.audit({ at: now, run, what: 'forget-page', subject: project, detail });
    }
    return found;
  });
  if (pages.length === 0 && kept === 0) {
    const where = index === undefined ? '' : ` of ${index}`;
    throw new Refusal('WP-USAGE', {
      message: `no page of ${project}${safeText(where)} is remembered`,
      hint: 'See `wheelproof trust show PROJECT`.',
    });
  }
  if (options.json === true) {
    printJson(io, { pages: pages.map(pageShape), kept });
    return;
  }
  const copies = kept === 0 ? '' : `  ${kept} kept for the time when the index is down\n`;
  io.out(`Forgotten:\n${pages.map((page) => pageBlock(page, [])).join('')}${copies}`);
}
