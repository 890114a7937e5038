// SPDX-License-Identifier: Apache-2.0
import { safeText } from '../core/safe-text.ts';
import type { HeldRoot } from '../core/trusted-roots.ts';
import { trustedRootSummary, type RootPart } from '../crypto/index.ts';
import { timeText } from '../trust/index.ts';
import { ageNote, daysSince } from './trusted-roots.ts';

/** A trusted root as JSON shows it. */
export function rootShape(root: HeldRoot, now: number): object {
  const { name, id, origin, since, checkedAt, pin, bytes } = root;
  return {
    name,
    id,
    origin,
    since: timeText(since),
    checked: timeText(checkedAt),
    age_days: daysSince(checkedAt, now),
    pin: pin === null ? null : { ...pin, at: timeText(pin.at) },
    holds: trustedRootSummary(bytes).map((part) => ({ ...part, ...period(part) })),
  };
}

function period({ start, end }: RootPart) {
  return {
    start: start === null ? null : timeText(start),
    end: Number.isFinite(end) ? timeText(end) : null,
  };
}

export function rootText(root: HeldRoot, now: number): string {
  const { name, id, origin, since, checkedAt, pin } = root;
  const version = origin.version === null ? '' : `, targets version ${origin.version}`;
  const age = ageNote(root, now);
  const lines = [
    name,
    `  id        ${id}`,
    `  from      ${ORIGINS[origin.kind]}${origin.from}${version}`,
    `  since     ${timeText(since)}`,
    `  checked   ${timeText(checkedAt)} (${daysSince(checkedAt, now)} days ago)`,
    ...(pin === null ? [] : [`  pinned    by ${pin.owner}, ${timeText(pin.at)}: ${pin.reason}`]),
    ...(age === null ? [] : [`  note      ${age}`]),
    ...trustedRootSummary(root.bytes).map((part) => `  ${partText(part)}`),
  ];
  return lines.map((line) => `${safeText(line, 500)}\n`).join('');
}

const ORIGINS = { package: '', file: 'the file ', tuf: 'the repository ' } as const;

function partText(part: RootPart): string {
  const { start, end } = period(part);
  const until = end === null ? '' : ` until ${end.slice(0, 10)}`;
  return `${part.kind.padEnd(9)} ${part.name}, from ${start?.slice(0, 10) ?? 'never'}${until}`;
}

/** What one root holds and the other does not, a line each. */
export function differences(before: Uint8Array, after: Uint8Array): readonly string[] {
  const [old, fresh] = [before, after].map((bytes) => trustedRootSummary(bytes).map(partText));
  const left = (old ?? []).filter((part) => fresh?.includes(part) !== true);
  const joined = (fresh ?? []).filter((part) => old?.includes(part) !== true);
  return [...left.map((part) => `- ${part}`), ...joined.map((part) => `+ ${part}`)];
}
