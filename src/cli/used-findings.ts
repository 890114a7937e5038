// SPDX-License-Identifier: Apache-2.0
import type { EvidenceClass, Finding } from '../core/finding.ts';
import type { AuditEvent, TrustRows } from '../core/trust-rows.ts';
import { explainRequirement, rulesFor, type Policy } from '../policy/index.ts';

/** Of one file: who vouched when it was last judged, and what the policy makes of them now. */
export interface UsedFindings {
  readonly filename: string;
  /** ISO 8601 */
  readonly judged: string;
  readonly verdict: string;
  readonly vouchers: readonly Pick<Finding, 'kind' | 'identity' | 'detail'>[];
  /** Each part of `require`, and by whom it is met; empty where nothing is required. */
  readonly require: readonly string[];
}

/** So many files of a project are shown, the newest first. */
const SHOWN = 3;

/** What policies rest on: the findings of a project's files that were judged last. */
export function usedFindings(
  rows: TrustRows,
  policy: Policy,
  { project, version }: { readonly project: string; readonly version: string | null },
): readonly UsedFindings[] {
  const { require } = rulesFor(policy, project);
  const files = rows
    .list({ project })
    .filter((file) => version === null || file.version === version)
    .toSorted((one, other) => other.lastSeen - one.lastSeen);
  return files.slice(0, SHOWN).flatMap(({ filename, sha256 }) => {
    const last = rows
      .auditTrail({ subject: filename })
      .findLast(({ what, detail }) => what === 'verdict' && detail['sha256'] === sha256);
    if (last === undefined) return [];
    const vouchers = vouchersIn(last);
    return [
      {
        filename,
        judged: new Date(last.at).toISOString(),
        verdict: textIn(last.detail, 'verdict') ?? '?',
        vouchers: vouchers.map(({ kind, identity, detail }) => ({ kind, identity, detail })),
        require: require.value === null ? [] : explainRequirement(require.value, vouchers),
      },
    ];
  });
}

export function usedLines(used: readonly UsedFindings[]): readonly string[] {
  return used.flatMap(({ filename, judged, verdict, vouchers, require }) => [
    `  last judged      ${filename}, ${judged}: ${verdict}`,
    ...vouchers.map(({ kind, detail }) => `    ${kind.padEnd(14)} ${detail}`),
    ...(vouchers.length === 0 ? ['    nobody but the index vouched for it'] : []),
    ...require.map((part) => `    require        ${part}`),
  ]);
}

const CLASSES: readonly string[] = [
  'publisher',
  'repository',
  'log',
  'you',
] satisfies EvidenceClass[];

/** What the store holds was written by us, and is read like anybody's. */
function vouchersIn({ detail }: AuditEvent): readonly Finding[] {
  const told: unknown = detail['vouchers'];
  const list: readonly unknown[] = Array.isArray(told) ? told : [];
  return list.flatMap((one): readonly Finding[] => {
    const [kind, of] = [textIn(one, 'kind'), textIn(one, 'class')];
    if (kind === null || of === null || !isClass(of)) return [];
    const authorities: unknown = memberOf(one, 'authorities');
    const names = Array.isArray(authorities)
      ? authorities.filter((name: unknown) => typeof name === 'string')
      : [];
    return [
      {
        kind,
        class: of,
        state: 'vouched',
        identity: textIn(one, 'identity'),
        detail: textIn(one, 'detail') ?? '',
        code: null,
        ...(names.length > 0 && { authorities: names }),
      },
    ];
  });
}

function isClass(text: string): text is EvidenceClass {
  return CLASSES.includes(text);
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textIn(value: unknown, name: string): string | null {
  const found = memberOf(value, name);
  return typeof found === 'string' ? found : null;
}
