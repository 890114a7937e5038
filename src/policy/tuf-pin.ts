// SPDX-License-Identifier: Apache-2.0
import type { TufPin } from '../core/tuf-repository.ts';
import type { Policy } from './policy.ts';

/** Every index with a pin. Of several the first one counts: no later file takes a pin away. */
export function pinnedIndexes({ indexes }: Pick<Policy, 'indexes'>): ReadonlyMap<string, TufPin> {
  const found = new Map<string, TufPin>();
  for (const { url, tuf } of indexes) if (tuf !== undefined && !found.has(url)) found.set(url, tuf);
  return found;
}
