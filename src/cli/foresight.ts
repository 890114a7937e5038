// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { canonicalJson } from '../core/canonical-json.ts';
import type { Intent, Sequence } from '../core/installer.ts';
import { AHEAD_LARGE_FILES, AHEAD_PAGES_AT_ONCE } from '../core/limits.ts';
import { withSlash } from '../core/url.ts';
import { readLibc, type Places } from '../host/index.ts';
import { openFormerAsks } from '../storage/index.ts';
import {
  guessClientPlatform,
  type AheadPlan,
  type RepeatPlan,
  type VerifierParts,
} from '../verify/index.ts';

/**
 * What a run may fetch before it is asked: of an installer that asks for one thing after the other,
 * what it is going to ask for; of one that asks for many at a time, the pages that the same request
 * asked for the last time, while it still starts. Where that is not known, what can be told of its
 * pages, metadata and large files; it asks for its files all at once.
 */
export async function foresightOf(
  intent: Intent,
  places: Places,
): Promise<Pick<VerifierParts, 'ahead' | 'repeat'>> {
  const { sequential, resolution, wishes } = intent;
  if (sequential !== undefined) return { ahead: await aheadPlanOf(intent, sequential) };
  // Where nothing is known of what is wished for, nothing tells one request from another.
  if (wishes.length === 0 || intent.asksNoIndex === true) return {};
  const repeat = await repeatPlanOf(intent, places);
  if (resolution === undefined || repeat.former !== null) return { repeat };
  const ahead = await aheadPlanOf(intent, resolution);
  const atOnce = { pagesAtOnce: AHEAD_PAGES_AT_ONCE, fileBytes: AHEAD_LARGE_FILES };
  return { repeat, ahead: { ...ahead, soleIndex: true, ...atOnce } };
}

async function aheadPlanOf(
  { indexes, named = [], wishes, ownPlatform }: Intent,
  sequence: Sequence,
): Promise<AheadPlan> {
  const { python } = sequence;
  const platform = python === undefined ? null : guessClientPlatform(python, await readLibc());
  return { indexes, named, wishes, platform, ownPlatform: ownPlatform === true, ...sequence };
}

async function repeatPlanOf({ indexes, wishes }: Intent, places: Places): Promise<RepeatPlan> {
  const asks = openFormerAsks(path.join(places.data, 'asks'));
  const wanted = wishes.map(({ project, specifier, extras = [] }) => [project, specifier, extras]);
  const request = canonicalJson([indexes, wanted]);
  const bases = indexes.map(withSlash);
  return {
    former: await asks.recall(request),
    isOfIndex: (url) => bases.some((base) => url.startsWith(base)),
    keep: async (asked) => await asks.keep(request, asked),
  };
}
