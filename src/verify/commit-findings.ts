// SPDX-License-Identifier: Apache-2.0
import type { Finding } from '../core/finding.ts';
import { isCommit, type RememberedCommit, type StatedSource } from '../core/repository.ts';

/** Commits that are stated of a project; where none is, those of its repository without a project. */
export function pinsAmong(
  sources: readonly StatedSource[],
  project: string | null,
  repository: string,
): readonly StatedSource[] {
  const pins = sources.filter((one) => one.repository === repository && isCommit(one.revision));
  const named = pins.filter((one) => one.project !== null && one.project === project);
  return named.length > 0 ? named : pins.filter((one) => one.project === null);
}

export function pinFinding(pinned: readonly StatedSource[]): Finding {
  const base = { kind: 'pins', class: 'you', code: null } as const;
  if (pinned.length === 0)
    return { ...base, state: 'absent', identity: null, detail: 'no pin names it' };
  const places = [...new Set(pinned.map(({ where }) => where))].slice(0, 2).join(', ');
  return { ...base, state: 'vouched', identity: `pinned in ${places}`, detail: places };
}

export function memoryFinding(known: readonly RememberedCommit[]): Finding {
  const base = { kind: 'memory', class: 'you', code: null } as const;
  const [first] = known;
  if (first === undefined)
    return { ...base, state: 'absent', identity: null, detail: 'never seen before' };
  const day = new Date(first.firstSeen).toISOString().slice(0, 10);
  const identity = `this machine, since ${day}`;
  return { ...base, state: 'vouched', identity, detail: `the same commit as on ${day}` };
}

/** Whether what was taken is what is pinned: every pin of the project, or one of those without a project. */
export function pinsAgree(pins: readonly StatedSource[], commit: string): boolean {
  const fits = ({ revision }: StatedSource): boolean => revision === commit;
  const [first] = pins;
  if (first === undefined) return true;
  return first.project === null ? pins.some(fits) : pins.every(fits);
}
