// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { Upstream } from '../core/upstream.ts';
import { printableUrl } from '../core/url.ts';
import { note, ok, warning, type Check, type Of } from './doctor-check.ts';

const CLOCK: Of = ['clock', 'clock'];
/** This version was written after that day. */
const WRITTEN = Date.UTC(2026, 10, 1);
const MINUTE = 60_000;
const TOLERATED = 5 * MINUTE;
const MEND =
  'Set the clock (`timedatectl set-ntp true`): ages, expiries and certificates depend on it.';

/** A clock that lies makes old things new and expired things valid. */
export function judgeClock(now: number, newest: number | null): Check {
  const time = new Date(now).toISOString();
  if (now < WRITTEN) return warning(CLOCK, `${time} is before this wheelproof was written`, MEND);
  if (newest !== null && newest - now > TOLERATED) {
    const later = new Date(newest).toISOString();
    return warning(CLOCK, `${time} is before ${later}, which the trust store already saw`, MEND);
  }
  return ok(CLOCK, `${time}${newest === null ? '' : ', after everything in the trust store'}`);
}

export interface DateFacts {
  readonly host: string;
  readonly date: string | null;
  readonly now: number;
}

/** RFC 9110, 6.6.1: the Date of an answer. */
export function judgeDate({ host, date, now }: DateFacts): Check {
  const of: Of = ['clock.online', host];
  const told = Date.parse(date ?? '');
  if (Number.isNaN(told)) return note(of, 'tells no time');
  const off = Math.round((now - told) / 1_000);
  if (Math.abs(off) * 1_000 <= TOLERATED) return ok(of, `agrees with our clock (${off} s)`);
  return warning(of, `our clock is ${Math.abs(off)} s ${off > 0 ? 'ahead' : 'behind'}`, MEND);
}

/** Asks one index for its time; only on demand. */
export async function askForTime(
  upstream: Upstream,
  url: string,
  now: () => number,
): Promise<readonly Check[]> {
  if (!URL.canParse(url)) {
    const hint = 'Give an address: `wheelproof doctor --online https://index.example/simple/`.';
    return [note(['clock.online', 'upstream'], 'no index address is configured to ask', hint)];
  }
  const host = new URL(url).host;
  try {
    const ask = { url, method: 'HEAD', headers: {}, maxBytes: 0, redirects: 'hand-back' } as const;
    const answer = await upstream.request(ask);
    await answer.body[Symbol.asyncIterator]().return?.();
    return [judgeDate({ host, date: answer.headers['date'] ?? null, now: now() })];
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return [warning(['clock.online', printableUrl(url)], thrown.message, thrown.hint)];
  }
}
