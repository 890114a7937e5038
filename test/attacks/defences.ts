// SPDX-License-Identifier: Apache-2.0
import type { Wiring } from '../../src/cli/wiring.ts';
import type { EvidenceKind } from '../../src/core/evidence.ts';
import { readPagesCarelessly } from './careless-pages.ts';
import { openCarelessUpstream } from './careless-upstream.ts';

export const EVIDENCE_KINDS = ['index-hash', 'contents', 'pins', 'memory', 'approval'] as const;

/** Each defence with the wiring that takes it out. Nothing but tests leads here. */
const WITHOUT = {
  'index-hash': { evidence: (kinds) => leaveOut(kinds, 'index-hash') },
  contents: { evidence: (kinds) => leaveOut(kinds, 'contents') },
  memory: { evidence: (kinds) => leaveOut(kinds, 'memory') },
  pins: { evidence: (kinds) => leaveOut(kinds, 'pins') },
  requirement: { policy: (policy) => ({ ...policy, require: null }) },
  pages: { pages: () => readPagesCarelessly(openCarelessUpstream()) },
  upstream: {
    upstream: () => openCarelessUpstream(),
    policy: (policy) => ({ ...policy, allowPlainHttp: ['*'] }),
  },
  addresses: {
    upstream: () => openCarelessUpstream(),
    pages: () => readPagesCarelessly(openCarelessUpstream()),
    policy: (policy) => ({ ...policy, allowPlainHttp: ['*'] }),
  },
} as const satisfies Record<string, Wiring>;

export type Defence = keyof typeof WITHOUT;

/** A wiring by name: `without:DEFENCE`, or `throwing:KIND` where an evidence kind always throws. */
export type WiringName = `without:${Defence}` | `throwing:${(typeof EVIDENCE_KINDS)[number]}`;

export function wiringCalled(name: string): Wiring {
  const [verb = '', subject = ''] = name.split(':');
  const known = new Map<string, Wiring>(Object.entries(WITHOUT)).get(subject);
  if (verb === 'without' && known !== undefined) return known;
  if (verb === 'throwing') return { evidence: (kinds) => makeThrow(kinds, subject) };
  throw new Error(`no wiring is called ${name}`);
}

function leaveOut(kinds: readonly EvidenceKind[], kind: string): readonly EvidenceKind[] {
  requireKind(kinds, kind);
  return kinds.filter((each) => each.kind !== kind);
}

function makeThrow(kinds: readonly EvidenceKind[], kind: string): readonly EvidenceKind[] {
  requireKind(kinds, kind);
  const fail = async (): Promise<never> => {
    throw new TypeError(`${kind} fell over`);
  };
  return kinds.map((each) => (each.kind === kind ? { ...each, examine: fail } : each));
}

/** A defence that is not there would be "taken out" without anybody noticing. */
function requireKind(kinds: readonly EvidenceKind[], kind: string): void {
  if (!kinds.some((each) => each.kind === kind))
    throw new Error(`no evidence kind is called ${kind}`);
}
