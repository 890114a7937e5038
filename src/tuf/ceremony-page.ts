// SPDX-License-Identifier: Apache-2.0
import { safeText } from '../core/safe-text.ts';
import { sshKeyFingerprint } from '../crypto/sshsig-maker.ts';
import type { CeremonyId } from './ceremony-key.ts';
import type { CeremonyPlan } from './ceremony-plan.ts';
import { formerName, type PreviousDocuments } from './ceremony-previous.ts';
import { OFFLINE_ROLES, documentFile, textHash, type Proposal } from './ceremony-proposal.ts';
import { timeText } from './documents.ts';
import { Fields } from './fields.ts';
import { fingerprintWords } from './fingerprint-words.ts';
import { statedKey } from './signing.ts';

/** Words that a key or a page is compared by, of 8 bits each. */
export const KEY_WORDS = 8;

/**
 * `proposal.txt`: everything that is to be signed in words, and what of it is new. Whoever reads it
 * needs to trust no program but the one that shows it.
 */
export function proposalPage(
  id: CeremonyId,
  plan: CeremonyPlan,
  proposal: Proposal,
  previous: PreviousDocuments | null,
): string {
  const { holders } = proposal;
  const lines = [
    `Ceremony ${id.sha256}`,
    `begun ${timeText(plan.created)} with wheelproof ${plan.tool.version} sha256 ${plan.tool.sha256}`,
    '',
    previous === null
      ? 'It makes a new repository.'
      : `It changes the repository whose root is version ${previous.root.version}, sha256 ${plan.previous?.root ?? ''}.`,
    '',
    'What changes:',
    ...describeChanges(plan, proposal, previous).map((line) => `  ${line}`),
    '',
    `From then on ${plan.threshold} of ${holders.size} sign root, targets and bins, until ${timeText(plan.expires)}:`,
    ...[...holders].flatMap(([key, name]) => describeKey(name, key)),
    'The server signs snapshot, timestamp and bins:',
    ...describeKey('online', plan.online),
    `Paths are spread over ${2 ** plan.bits} bins, called ${plan.prefix}-….`,
    '',
    'To be signed:',
    ...OFFLINE_ROLES.map(
      (role) => `  ${documentFile(plan, role)} sha256 ${textHash(proposal.texts[role])}`,
    ),
    '',
  ];
  return lines.join('\n');
}

/** A key in all the ways in which people compare keys. */
export function describeKey(name: string, key: string): readonly string[] {
  const { keyid } = statedKey(key);
  return [
    `  ${name}`,
    `    words ${fingerprintWords(keyid, KEY_WORDS)}`,
    `    keyid ${keyid}`,
    `    ed25519 ${key}`,
    `    ssh ${sshKeyFingerprint(key)}`,
  ];
}

function describeChanges(
  plan: CeremonyPlan,
  { holders }: Proposal,
  previous: PreviousDocuments | null,
): readonly string[] {
  if (previous === null) return ['everything is new'];
  const after = new Map([...holders].map(([key, name]) => [name, key]));
  const before = new Map([...previous.holders].map(([key, name]) => [name, key]));
  const lines: string[] = [];
  for (const [name, key] of after) {
    const old = before.get(name);
    if (old === undefined) lines.push(`adds the holder ${name}, key ${key}`);
    else if (old !== key)
      lines.push(`gives ${name} another key: ${key} instead of ${old} (${formerName(name)})`);
  }
  for (const [name, key] of before)
    if (!after.has(name)) lines.push(`removes the holder ${name}, key ${key}`);
  const [less, more] = [plan.threshold < previous.threshold, plan.threshold > previous.threshold];
  const signatures = `${previous.threshold} of ${before.size} to ${plan.threshold} of ${after.size}`;
  if (less) lines.push(`LOWERS the threshold: from ${signatures}`);
  else if (more || before.size !== after.size) lines.push(`threshold: from ${signatures}`);
  if (plan.online !== previous.online)
    lines.push(`replaces the online key ${previous.online} by ${plan.online}`);
  const { shape } = previous;
  if (plan.bits !== shape.bits || plan.prefix !== shape.prefix)
    lines.push(
      `spreads paths over ${2 ** plan.bits} bins (${plan.prefix}-…) instead of ${2 ** shape.bits} (${shape.prefix}-…)`,
    );
  lines.push(`expires ${timeText(plan.expires)} instead of ${timeText(previous.expires)}`);
  return [...lines, ...describeKept(plan, previous)];
}

/** So many names are told of each list; the hash of the document stands for all. */
const MOST_NAMED = 40;

/**
 * What stays as it was is signed anew with the rest. Whoever prepares the ceremony chooses which
 * targets go before: older ones, which the holders signed too, would undo what came after them.
 */
function describeKept(plan: CeremonyPlan, previous: PreviousDocuments): readonly string[] {
  const fields = new Fields(previous.targetsSigned, 'targets');
  const roles = fields.object('delegations').list('roles');
  const names = roles.map((role) => new Fields(role, 'targets').text('name'));
  const others = names.filter((name) => name !== 'bins');
  const paths = fields
    .object('targets')
    .entries()
    .map(([path]) => path);
  const { targets: before } = previous.versions;
  const skipped = plan.versions.targets - before - 1;
  return [
    `keeps what targets version ${before} delegates and names, sha256 ${plan.previous?.targets ?? ''}:`,
    `  delegations, beside bins: ${listed(others)}`,
    `  targets: ${listed(paths)}`,
    ...(skipped === 0
      ? []
      : [
          `SKIPS ${skipped} version${skipped === 1 ? '' : 's'} of targets: what was signed in ${skipped === 1 ? 'it' : 'them'} is undone`,
        ]),
  ];
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const told = names.slice(0, MOST_NAMED).map((name) => safeText(name, 100));
  const more = names.length - told.length;
  return told.join(', ') + (more === 0 ? '' : `, and ${more} more`);
}
