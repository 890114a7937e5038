// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { canonicalJson } from '../core/canonical-json.ts';
import type { Intent } from '../core/installer.ts';
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
 * asked for the last time, while it still starts.
 */
export async function foresightOf(
  intent: Intent,
  places: Places,
): Promise<Pick<VerifierParts, 'ahead' | 'repeat'>> {
  const { sequential, ownPlatform = false, indexes, named = [], wishes } = intent;
  // Where nothing is known of what is wished for, nothing tells one request from another.
  if (sequential === undefined) {
    const isTold = wishes.length > 0 && intent.asksNoIndex !== true;
    return isTold ? { repeat: await repeatPlanOf(intent, places) } : {};
  }
  const { python } = sequential;
  const platform = python === undefined ? null : guessClientPlatform(python, await readLibc());
  const ahead: AheadPlan = { indexes, named, wishes, platform, ownPlatform, ...sequential };
  return { ahead };
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
