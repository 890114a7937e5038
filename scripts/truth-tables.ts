// SPDX-License-Identifier: Apache-2.0
import type { EvidenceClass, Finding, FindingState } from '../src/core/finding.ts';
import {
  decide,
  DEFAULT_POLICY,
  parseRequirement,
  satisfied,
  sealPolicy,
  type Policy,
} from '../src/policy/index.ts';

/* The truth tables of docs/concepts/verdicts.md: what the code itself answers. */

const STATES: readonly FindingState[] = ['vouched', 'absent', 'unreachable', 'failed'];
const EXPRESSIONS = [
  'publisher',
  'publisher or 2 of (log, repository, approval)',
  'attestation and memory',
  '2 of (openpgp, checksums)',
  '2 of (publisher, repository)',
];

function finding(
  kind: string,
  evidenceClass: EvidenceClass,
  state: FindingState,
  authorities?: readonly string[],
): Finding {
  const code =
    state === 'failed' ? 'WP-SIGNATURE-BAD' : state === 'unreachable' ? 'WP-UPSTREAM-STATUS' : null;
  return { kind, class: evidenceClass, state, identity: null, authorities, detail: '', code };
}

const vouched = (kind: string, evidenceClass: EvidenceClass, ...keys: readonly string[]): Finding =>
  finding(kind, evidenceClass, 'vouched', keys.length === 0 ? undefined : keys);

function verdictOf(policy: Policy, findings: readonly Finding[]): string {
  const subject = {
    index: 'https://index.example/simple/',
    project: 'good',
    version: '1.0',
    filename: 'good-1.0.tar.gz',
    ageMs: null,
    now: 0,
    firstUseAnswer: null,
  };
  const { verdict, reasons } = decide(policy, subject, findings);
  const [reason] = reasons;
  return reason === undefined ? verdict : `**${verdict}** (${reason.code})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function byState(): string {
  const policies = [
    ['the default', DEFAULT_POLICY],
    ['`require = "publisher"`', { require: parseRequirement('publisher') }],
    ['the same, `dry-run`', { require: parseRequirement('publisher'), dryRun: true }],
    ['`first-use = "refuse"`', { firstUse: 'refuse' }],
  ] as const;
  const rows = STATES.flatMap((state) =>
    [false, true].map((remembered) => {
      const found = [
        finding('openpgp', 'publisher', state),
        ...(remembered ? [finding('memory', 'you', 'vouched')] : []),
      ];
      const verdicts = policies.map(([, content]) =>
        verdictOf(sealPolicy({ ...DEFAULT_POLICY, ...content }), found),
      );
      return [state, remembered ? 'yes' : 'no', ...verdicts];
    }),
  );
  return table(['openpgp says', 'remembered', ...policies.map(([name]) => name)], rows);
}

function byVouchers(): string {
  const sets: readonly (readonly [string, readonly Finding[]])[] = [
    ['nobody', []],
    ['memory', [vouched('memory', 'you')]],
    ['approval', [vouched('approval', 'you', 'alice')]],
    ['attestation', [vouched('attestation', 'publisher', 'repo')]],
    ['attestation, memory', [vouched('attestation', 'publisher'), vouched('memory', 'you')]],
    ['distribution', [vouched('distribution', 'repository', 'key C')]],
    [
      'distribution, approval',
      [vouched('distribution', 'repository', 'key C'), vouched('approval', 'you', 'alice')],
    ],
    ['openpgp by A', [vouched('openpgp', 'publisher', 'A')]],
    ['openpgp by A and B', [vouched('openpgp', 'publisher', 'A', 'B')]],
    [
      'openpgp by A, checksums by A',
      [vouched('openpgp', 'publisher', 'A'), vouched('checksums', 'publisher', 'A')],
    ],
    [
      'openpgp by A, checksums by B',
      [vouched('openpgp', 'publisher', 'A'), vouched('checksums', 'publisher', 'B')],
    ],
    [
      'openpgp by A, distribution by A',
      [vouched('openpgp', 'publisher', 'A'), vouched('distribution', 'repository', 'A')],
    ],
    [
      'openpgp by A, distribution by C',
      [vouched('openpgp', 'publisher', 'A'), vouched('distribution', 'repository', 'C')],
    ],
  ];
  const rows = sets.map(([name, findings]) => [
    name,
    ...EXPRESSIONS.map((text) => (satisfied(parseRequirement(text), findings) ? 'met' : '–')),
  ]);
  return table(['who vouches', ...EXPRESSIONS.map((text) => `\`${text}\``)], rows);
}

export function verdictsPage(): string {
  return `# Verdicts, as truth tables

Written by \`npm run docs\` from the code that decides. The words are those of
[the policy guide](../guide/policy.md).

## What one kind of evidence comes to

Failed evidence blocks under every policy and beside every voucher; what could not be reached is
never read as absent.

${byState()}

## What \`require\` counts

Each authority counts once, under whatever kinds it speaks: one key that signed both a file and a
list of checksums is one. Findings of one kind are one, however many keys are behind them. One more
voucher never turns *met* into its opposite.

${byVouchers()}
`;
}
