// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import type { FormerAsks, PagesAsked } from '../core/former-asks.ts';
import { FORMER_ASKS_LIMIT, MAX_REPEATED_PAGES } from '../core/limits.ts';
import { parseObject } from './json-object.ts';
import { openVerdictCache } from './verdict-cache.ts';

/**
 * Kept as proofs are, by the sha256 of the request.
 *
 * @throws Refusal as {@link openVerdictCache}: whoever can write here has addresses asked.
 */
export function openFormerAsks(directory: string): FormerAsks {
  const cache = openVerdictCache(directory, FORMER_ASKS_LIMIT);
  const keyOf = (request: string): string => hash('sha256', request, 'hex');
  return {
    async recall(request) {
      const text = await cache.recall(keyOf(request));
      return text === null ? null : decode(text);
    },
    async keep(request, asked) {
      try {
        await cache.keep(keyOf(request), JSON.stringify(asked));
        await cache.close();
      } catch {
        // As documented: then the next run begins anew.
      }
    },
  };
}

function decode(text: string): PagesAsked | null {
  try {
    const { agent, urls } = parseObject(text);
    if (typeof agent !== 'string' || !Array.isArray(urls)) return null;
    const pages = urls.filter((url) => typeof url === 'string').slice(0, MAX_REPEATED_PAGES);
    return { agent, urls: pages };
  } catch {
    return null; // of another form
  }
}
