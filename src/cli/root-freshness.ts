// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/clock.ts';
import { Refusal } from '../core/errors.ts';
import { PUBLIC_GOOD, type NamedRoot, type TrustedRoots } from '../core/trusted-roots.ts';
import type { Policy } from '../policy/index.ts';
import { daysSince } from './trusted-roots.ts';

/** A key that was taken back in all that time would still count here. */
const MOST_DAYS = 365;

/**
 * Under `--strict`, a root that nobody looked after for a year verifies nothing (attack H23); else its
 * age is told and no more, so that no install fails on some day of its own.
 */
export function freshRoots(
  roots: TrustedRoots,
  { strict }: Pick<Policy, 'strict'>,
  clock: Clock,
): TrustedRoots {
  if (!strict) return roots;
  return async (subject) => {
    const found = await roots(subject);
    for (const root of found) refuseOld(root, clock.now());
    return found;
  };
}

function refuseOld({ name, checkedAt }: NamedRoot, now: number): void {
  const days = daysSince(checkedAt, now);
  if (days < MOST_DAYS) return;
  const own = name === PUBLIC_GOOD ? '' : ` ${name}`;
  throw new Refusal('WP-TRUSTED-ROOT-OLD', {
    message: `the trusted root "${name}" was last brought up to date ${days} days ago; --strict allows less than ${MOST_DAYS}`,
    hint: `\`wheelproof trust root update${own}\`, or \`wheelproof trust root import ${name} FILE --replace --reason 'why'\`.`,
  });
}
