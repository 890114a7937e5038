// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { CODES, isCode, type Code } from '../../src/core/codes.ts';
import type { Finding } from '../../src/core/finding.ts';
import type { Report, Surface } from '../../src/core/report.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import type { Receipt } from '../../src/core/verification.ts';
import { formatNamed, type ReportParts } from '../../src/report/index.ts';

/* What runs leave to be told: by hand, and any at all, hostile text included. */

export const PLAIN: Surface = { width: null, colour: false };
export const COLOURED: Surface = { width: 100, colour: true };
export const SHA = 'ab'.repeat(32);

export const MEMORY: Finding = {
  kind: 'memory',
  class: 'you',
  state: 'vouched',
  identity: 'this machine, since 2026-11-01',
  detail: 'the same bytes',
  code: null,
};
export const MISMATCH: Finding = {
  kind: 'index-hash',
  class: 'integrity',
  state: 'failed',
  identity: null,
  detail: 'expected sha256 aa, found bb',
  code: 'WP-HASH-MISMATCH',
};

export interface Told {
  readonly project?: string;
  readonly version?: string;
  readonly filename?: string;
  readonly url?: string;
  readonly verdict?: Verdict;
  readonly code?: Code;
  readonly message?: string;
  readonly findings?: readonly Finding[];
  readonly notes?: readonly string[];
  readonly asked?: boolean;
}

export function receipt(told: Told): Receipt {
  const { project = 'good', version = '1.0', verdict = 'first-seen', code } = told;
  const filename = told.filename ?? `${project}-${version}-py3-none-any.whl`;
  const message = told.message ?? `${filename}: expected one thing, found another`;
  return {
    artifact: {
      index: 'https://index.example/simple/',
      project,
      version,
      filename,
      kind: 'wheel',
      url: told.url ?? `https://files.index.example/${filename}`,
      listed: null,
    },
    sha256: SHA,
    size: 1,
    at: 0,
    asked: told.asked ?? true,
    decision: {
      verdict,
      reasons: code === undefined ? [] : [{ code, message, hint: CODES[code].next }],
      findings: told.findings ?? [],
      notes: told.notes ?? [],
    },
  };
}

export function parts(receipts: readonly Receipt[], more: Partial<ReportParts> = {}): ReportParts {
  return {
    toolVersion: '0.1.0',
    policyDigest: SHA,
    installer: { name: 'pip', version: '26.3', argv: ['install', 'good'], exit: 0 },
    signal: null,
    jail: 'namespace',
    receipts,
    installed: [],
    refusals: [],
    notes: [],
    otherTraffic: [],
    ...more,
  };
}

/** Controls, lone surrogates, separators, bidi marks and overrides, zero-width characters. */
export const ACTING =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u{61c}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{feff}\u{e0000}-\u{e0fff}]/u;

export const anyCode = fc.constantFrom(...Object.keys(CODES).filter((name) => isCode(name)));
export const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '\u{1b}[31mred',
    'a\nb',
    '\u202egnp.exe',
    '\u{9b}2J',
    'x\r\n',
    '\u2066',
    '\ud800',
    '\u{e0041}',
    '\u0000',
    '##[command]x',
    '##vso[task.setvariable variable=x]y',
    '::set-env name=PATH::x',
    ' ::add-mask::x',
    'a\n::stop-commands::x',
  ),
);
export const anyVerdict = fc.constantFrom<Verdict>(
  'vouched',
  'remembered',
  'first-seen',
  'undecided',
  'refused',
  'failed',
);
export const anyReceipt = fc
  .record({
    project: hostile,
    version: hostile,
    filename: hostile,
    url: hostile,
    message: hostile,
    notes: fc.array(hostile, { maxLength: 2 }),
    code: anyCode,
    verdict: anyVerdict,
    asked: fc.boolean(),
    findings: fc.array(
      fc.record({
        kind: hostile,
        class: fc.constantFrom<Finding['class']>('you', 'log', 'integrity'),
        state: fc.constantFrom<Finding['state']>('vouched', 'absent', 'unreachable', 'failed'),
        identity: fc.option(hostile),
        detail: hostile,
        code: fc.constant(null),
      }),
      { maxLength: 3 },
    ),
  })
  .map((told) => receipt(told));
export const anyParts = fc
  .record({
    receipts: fc.array(anyReceipt, { maxLength: 60 }),
    refusals: fc.array(
      fc.record({ code: anyCode, message: hostile, hint: hostile, subject: hostile }),
      { maxLength: 3 },
    ),
    notes: fc.array(hostile, { maxLength: 20 }),
    installed: fc.array(
      fc.record({
        name: hostile,
        version: hostile,
        source: fc.constantFrom('local' as const, 'index' as const),
        receipt: fc.constant(null),
      }),
      { maxLength: 3 },
    ),
    otherTraffic: fc.array(fc.record({ host: hostile, requests: fc.nat() }), { maxLength: 8 }),
    argv: fc.array(hostile, { maxLength: 5 }),
  })
  .map(({ receipts, argv, ...more }) =>
    parts(receipts, { ...more, installer: { name: 'pip', version: '1', argv, exit: 0 } }),
  );

export const show = (report: Report, surface: Surface = PLAIN): string =>
  formatNamed('terminal').render(report, surface);
