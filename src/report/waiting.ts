// SPDX-License-Identifier: Apache-2.0
import type { Transfer } from '../core/verification.ts';
import { fit } from './style.ts';

/** A file that somebody waits for. */
export interface Waiting {
  readonly filename: string;
  /** `null` where nothing of it is on its way: it lies in the store, or its server has not answered. */
  readonly transfer: Transfer | null;
  readonly bytesPerSecond: number | null;
}

const MIN_NAME = 12;
const DAY_SECONDS = 86_400;

/** One line of at most `width` characters: the file, how much of it is here, how fast, how long yet. */
export function waitingLine(
  { filename, transfer, bytesPerSecond }: Waiting,
  width: number,
): string {
  const figures = transfer === null ? ['waiting'] : figuresOf(transfer, bytesPerSecond);
  const lead = 'wheelproof: ';
  const room = (shown: readonly string[]): number =>
    width - lead.length - shown.join('').length - 2 * shown.length;
  // Where there is little room, the last figures go first.
  const shown = [...figures];
  while (shown.length > 1 && room(shown) < MIN_NAME) shown.pop();
  return fit([`${lead}${fit(filename, Math.max(1, room(shown)))}`, ...shown].join('  '), width);
}

function figuresOf({ received, size }: Transfer, pace: number | null): readonly string[] {
  if (size === null) return [`${megabytes(received)} MB`, ...rateOf(pace)];
  const amount = `${megabytes(received)}/${megabytes(size)} MB`;
  if (received >= size) return [amount, 'being verified'];
  const left = pace === null || pace < 1 ? null : Math.ceil((size - received) / pace);
  return [amount, ...rateOf(pace), ...(left === null ? [] : [`${durationOf(left)} left`])];
}

function rateOf(pace: number | null): readonly string[] {
  if (pace === null) return [];
  return [pace < 1e6 ? `${Math.round(pace / 1e3)} kB/s` : `${megabytes(pace)} MB/s`];
}

/** Of a million bytes, as pip counts. */
function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function durationOf(seconds: number): string {
  if (seconds >= DAY_SECONDS) return 'more than a day';
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours = 0, ...rest] = parts;
  const shown = hours > 0 ? parts : rest;
  return shown
    .map((part, at) => (at === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':');
}
