// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Code } from '../core/codes.ts';
import type { EvidenceClass, Finding, FindingState } from '../core/finding.ts';
import { releases } from '../core/verdict.ts';
import { decide, type Subject } from './decide.ts';
import { DEFAULT_POLICY, sealPolicy, type Policy, type PolicyContent } from './policy.ts';
import { parseRequirement } from './requirement-parser.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 21);

const finding = (
  kind: string,
  evidenceClass: EvidenceClass,
  state: FindingState,
  code: Code | null = null,
): Finding => ({ kind, class: evidenceClass, state, identity: null, detail: 'so it is', code });

const HASH = finding('index-hash', 'integrity', 'vouched');
const MEMORY = finding('memory', 'you', 'vouched');
const APPROVAL = finding('approval', 'you', 'vouched');
const PINS = finding('pins', 'you', 'vouched');
const ATTESTATION = finding('attestation', 'publisher', 'vouched');

const subject: Subject = {
  index: 'https://index.example/simple/',
  project: 'good',
  version: '1.0',
  filename: 'good-1.0-py3-none-any.whl',
  ageMs: null,
  now: NOW,
  firstUseAnswer: null,
};

const policyWith = (content: Partial<PolicyContent>): Policy =>
  sealPolicy({ ...DEFAULT_POLICY, ...content });

const exception = (rule: Code, more: object = {}): PolicyContent['exceptions'][number] => ({
  project: 'go*',
  version: '==1.*',
  rule,
  reason: 'checked by hand',
  owner: 'alice',
  expires: NOW + DAY,
  source: 'wheelproof.toml [[exception]] 1',
  ...more,
});

const verdictOf = (policy: Policy, findings: readonly Finding[], about: Partial<Subject> = {}) =>
  decide(policy, { ...subject, ...about }, findings).verdict;

const codesOf = (policy: Policy, findings: readonly Finding[], about: Partial<Subject> = {}) =>
  decide(policy, { ...subject, ...about }, findings).reasons.map((one) => one.code);

describe('default policy', () => {
  test('the index alone is no voucher: first seen', () => {
    expect(verdictOf(DEFAULT_POLICY, [HASH])).toBe('first-seen');
  });

  test('memory alone is remembered; any other voucher is vouched', () => {
    expect(verdictOf(DEFAULT_POLICY, [HASH, MEMORY])).toBe('remembered');
    expect(verdictOf(DEFAULT_POLICY, [HASH, MEMORY, PINS])).toBe('vouched');
    expect(verdictOf(DEFAULT_POLICY, [HASH, ATTESTATION])).toBe('vouched');
  });

  test('a publisher whom nothing ties to the project counts for nothing', () => {
    const anybody: Finding = { ...ATTESTATION, unconfirmed: true };
    expect(verdictOf(DEFAULT_POLICY, [HASH, anybody])).toBe('first-seen');
    const cautious = policyWith({ firstUse: 'refuse' });
    expect(codesOf(cautious, [HASH, anybody])).toEqual(['WP-FIRST-USE']);
    const demanding = policyWith({ require: parseRequirement('publisher') });
    expect(codesOf(demanding, [HASH, anybody])).toEqual(['WP-NO-VOUCHER']);
    expect(codesOf(demanding, [HASH, ATTESTATION])).toEqual([]);
  });

  test('an exception for a missing voucher does not want one that could not be reached', () => {
    const policy = policyWith({
      require: parseRequirement('log and you'),
      exceptions: [exception('WP-NO-VOUCHER')],
    });
    const log = finding('log', 'log', 'unreachable', 'WP-UPSTREAM-UNREACHABLE');
    expect(codesOf(policy, [HASH, ATTESTATION, log])).toEqual([]);
    expect(codesOf(policy, [HASH, ATTESTATION, log, PINS])).toEqual([]);
  });

  test('failed evidence blocks whatever else vouches, the worst class first', () => {
    const stale = finding('tuf', 'repository', 'failed', 'WP-TLS');
    const wrong = finding('pins', 'you', 'failed', 'WP-PIN-MISMATCH');
    const decision = decide(DEFAULT_POLICY, subject, [ATTESTATION, MEMORY, stale, wrong]);
    expect(decision.verdict).toBe('failed');
    expect(decision.reasons.map((one) => one.code)).toEqual(['WP-PIN-MISMATCH', 'WP-TLS']);
  });

  test('a failure that gives no code is ours', () => {
    expect(codesOf(DEFAULT_POLICY, [finding('log', 'log', 'failed')])).toEqual(['WP-INTERNAL']);
  });

  test('unreachable is not absent: first use waits for it, known bytes do not', () => {
    const lost = finding('attestation', 'publisher', 'unreachable', 'WP-UPSTREAM-UNREACHABLE');
    expect(verdictOf(DEFAULT_POLICY, [HASH, lost])).toBe('undecided');
    expect(codesOf(DEFAULT_POLICY, [HASH, lost])).toEqual(['WP-UPSTREAM-UNREACHABLE']);
    const remembered = decide(DEFAULT_POLICY, subject, [HASH, lost, MEMORY]);
    expect(remembered.verdict).toBe('remembered');
    expect(remembered.notes.join()).toContain('attestation could not be reached');
  });

  test('where the policy names the publisher, whether he vouches must be known (attack H03)', () => {
    const down = finding('attestation', 'publisher', 'unreachable', 'WP-UPSTREAM-STATUS');
    const needed = { publisherNeeded: true };
    expect(verdictOf(DEFAULT_POLICY, [HASH, MEMORY, down])).toBe('remembered');
    expect(verdictOf(DEFAULT_POLICY, [HASH, MEMORY, down], needed)).toBe('undecided');
    expect(verdictOf(DEFAULT_POLICY, [HASH, PINS, down], needed)).toBe('undecided');
    expect(verdictOf(DEFAULT_POLICY, [HASH, APPROVAL, down], needed)).toBe('vouched');
    expect(verdictOf(DEFAULT_POLICY, [HASH, ATTESTATION], needed)).toBe('vouched');
  });

  test('integrity that could not be checked leaves everything undecided', () => {
    const lost = finding('index-hash', 'integrity', 'unreachable', 'WP-UPSTREAM-STATUS');
    expect(verdictOf(DEFAULT_POLICY, [lost, APPROVAL])).toBe('undecided');
  });
});

describe('first use', () => {
  test.each([
    ['accept', null, 'first-seen'],
    ['ask', null, 'refused'],
    ['ask', 'no', 'refused'],
    ['ask', 'yes', 'first-seen'],
    ['refuse', null, 'refused'],
    ['refuse', 'yes', 'refused'],
  ] as const)('first-use = %s, answer %s: %s', (firstUse, firstUseAnswer, verdict) => {
    const policy = policyWith({ firstUse });
    expect(verdictOf(policy, [HASH], { firstUseAnswer })).toBe(verdict);
    expect(verdictOf(policy, [HASH, MEMORY], { firstUseAnswer })).toBe('remembered');
  });

  test('strict refuses it even where a project rule accepts it', () => {
    const rule = {
      name: 'good',
      firstUse: 'accept',
      require: null,
      cooldownMs: null,
      index: null,
      source: 'x',
    } as const;
    expect(codesOf(policyWith({ strict: true, projects: [rule] }), [HASH])).toEqual([
      'WP-FIRST-USE',
    ]);
  });
});

describe('require', () => {
  const policy = policyWith({ require: parseRequirement('publisher') });

  test('met: vouched; not met: refused, memory or not', () => {
    expect(verdictOf(policy, [ATTESTATION])).toBe('vouched');
    const decision = decide(policy, subject, [HASH, MEMORY]);
    expect(decision.verdict).toBe('refused');
    expect(decision.reasons[0]?.code).toBe('WP-NO-VOUCHER');
    expect(decision.reasons[0]?.message).toBe(
      'good-1.0-py3-none-any.whl (good 1.0): expected publisher (default), found memory',
    );
  });

  test('needed evidence that could not be reached is undecided, other evidence is not needed', () => {
    const lost = finding('attestation', 'publisher', 'unreachable', 'WP-UPSTREAM-STATUS');
    expect(verdictOf(policy, [HASH, MEMORY, lost])).toBe('undecided');
    const log = finding('log', 'log', 'unreachable', 'WP-UPSTREAM-STATUS');
    expect(verdictOf(policy, [HASH, log])).toBe('refused');
    expect(verdictOf(policy, [ATTESTATION, log])).toBe('vouched');
  });

  test('the last project rule that matches decides', () => {
    const rule = (name: string, text: string) => ({
      name,
      firstUse: null,
      require: parseRequirement(text),
      cooldownMs: null,
      index: null,
      source: name,
    });
    const projects = [rule('go*', 'log'), rule('good', 'you'), rule('other', 'log')];
    expect(verdictOf(policyWith({ projects }), [MEMORY])).toBe('vouched');
  });
});

describe('dry-run', () => {
  const require = parseRequirement('publisher');

  test('tells what require would refuse, and refuses the rest as ever', () => {
    const policy = policyWith({ require, dryRun: true });
    const decision = decide(policy, subject, [HASH, MEMORY]);
    expect(decision.verdict).toBe('remembered');
    expect(decision.notes.join()).toContain('expected publisher (default), found memory');
    expect(decision.notes.join()).toContain('told, not refused: dry-run');
    expect(verdictOf(policy, [ATTESTATION])).toBe('vouched');
    const failed = finding('attestation', 'publisher', 'failed', 'WP-ATTESTATION-SIGNATURE');
    expect(verdictOf(policy, [failed])).toBe('failed');
    const cautious = policyWith({ require, dryRun: true, firstUse: 'refuse' });
    expect(codesOf(cautious, [HASH])).toEqual(['WP-FIRST-USE']);
  });

  test('strict knows none; a project may', () => {
    const strict = policyWith({ require, dryRun: true, strict: true });
    expect(codesOf(strict, [MEMORY])).toEqual(['WP-NO-VOUCHER']);
    const rule = {
      name: 'good',
      firstUse: null,
      require: null,
      dryRun: true,
      cooldownMs: null,
      index: null,
      source: 'x',
    };
    expect(verdictOf(policyWith({ require, projects: [rule] }), [MEMORY])).toBe('remembered');
    const other = { ...rule, name: 'other' };
    expect(verdictOf(policyWith({ require, projects: [other] }), [MEMORY])).toBe('refused');
  });
});

describe('cooldown', () => {
  const policy = policyWith({ cooldownMs: 14 * DAY });

  test('too young is refused, old enough is not', () => {
    expect(codesOf(policy, [HASH])).toEqual(['WP-COOLDOWN']);
    expect(codesOf(policy, [ATTESTATION], { ageMs: 14 * DAY - 1 })).toEqual(['WP-COOLDOWN']);
    expect(verdictOf(policy, [HASH], { ageMs: 14 * DAY })).toBe('first-seen');
  });

  test('an approval lifts it; what was accepted before is not blocked again', () => {
    expect(verdictOf(policy, [APPROVAL])).toBe('vouched');
    expect(verdictOf(policy, [MEMORY])).toBe('remembered');
    expect(codesOf(policy, [PINS])).toEqual(['WP-COOLDOWN']);
  });
});

describe('the hint where nobody vouches', () => {
  const hintOf = (require: string): string =>
    decide(policyWith({ require: parseRequirement(require) }), subject, [HASH]).reasons[0]?.hint ??
    '';

  test.each(['you', 'approval', 'publisher or approval', '1 of (log, you)'])(
    'names approval where it would do: %s',
    (require) => expect(hintOf(require)).toContain('trust approve'),
  );

  test.each(['publisher', 'pins', '2 of (publisher, you)', 'log and approval'])(
    'does not where it would not: %s',
    (require) => expect(hintOf(require)).not.toContain('approve'),
  );
});

describe('the index a project must come from', () => {
  const rule = {
    name: 'good',
    firstUse: null,
    require: null,
    cooldownMs: null,
    index: 'corp',
    source: 'here',
  };
  const index = { name: 'corp', url: 'https://corp.test/simple/', allowHosts: null, source: 'x' };
  const policy = policyWith({ projects: [rule], indexes: [index] });

  test('another index is refused', () => {
    expect(codesOf(policy, [MEMORY])).toEqual(['WP-INDEX-NOT-ALLOWED']);
    expect(verdictOf(policy, [MEMORY], { index: 'https://corp.test/simple' })).toBe('remembered');
  });
});

describe('exceptions', () => {
  const strict = { strict: true, cooldownMs: DAY };

  test('lift rules, and the note says which, whose and until when', () => {
    const exceptions = [exception('WP-FIRST-USE'), exception('WP-COOLDOWN')];
    const decision = decide(policyWith({ ...strict, exceptions }), subject, [HASH]);
    expect(decision.verdict).toBe('first-seen');
    expect(decision.notes[0]).toBe(
      'WP-FIRST-USE lifted for good 1.0 by wheelproof.toml [[exception]] 1: checked by hand ' +
        '(owner alice, expires 2026-11-22)',
    );
  });

  test('end at their expiry, and cover only what they name', () => {
    const lifted = (more: object) =>
      verdictOf(policyWith({ strict: true, exceptions: [exception('WP-FIRST-USE', more)] }), [
        HASH,
      ]);
    expect(lifted({})).toBe('first-seen');
    expect(lifted({ expires: NOW })).toBe('refused');
    expect(lifted({ version: '>=2' })).toBe('refused');
    expect(lifted({ version: null })).toBe('first-seen');
    expect(lifted({ project: 'goo' })).toBe('refused');
    expect(lifted({ rule: 'WP-COOLDOWN' })).toBe('refused');
  });

  test('never lift evidence that failed', () => {
    const exceptions = [exception('WP-NAME-REUSED'), exception('WP-HASH-MISMATCH')];
    const reused = finding('memory', 'you', 'failed', 'WP-NAME-REUSED');
    expect(verdictOf(policyWith({ exceptions }), [reused])).toBe('failed');
  });
});

const anyState = fc.constantFrom<FindingState>('vouched', 'absent', 'unreachable', 'failed');
const anyFinding = fc
  .tuple(
    fc.constantFrom<[string, EvidenceClass]>(
      ['index-hash', 'integrity'],
      ['memory', 'you'],
      ['approval', 'you'],
      ['pins', 'you'],
      ['attestation', 'publisher'],
      ['log', 'log'],
    ),
    anyState,
    fc.constantFrom<Code>('WP-HASH-MISMATCH', 'WP-TLS', 'WP-UPSTREAM-STATUS'),
  )
  .map(([[kind, evidenceClass], state, code]) =>
    finding(kind, evidenceClass, state, state === 'vouched' || state === 'absent' ? null : code),
  );
const anyFindings = fc.array(anyFinding, { maxLength: 8 });
const anyPolicy = fc
  .record({
    firstUse: fc.constantFrom('accept' as const, 'ask' as const, 'refuse' as const),
    require: fc.constantFrom(null, 'publisher', 'you', '2 of (you, publisher, log)', 'log and you'),
    cooldownMs: fc.constantFrom(0, DAY),
    strict: fc.boolean(),
    exceptions: fc.subarray([exception('WP-NO-VOUCHER'), exception('WP-FIRST-USE')]),
  })
  .map(({ require, ...rest }) =>
    policyWith({ ...rest, require: require === null ? null : parseRequirement(require) }),
  );
const anySubject = fc
  .record({
    ageMs: fc.constantFrom(null, 0, 2 * DAY),
    firstUseAnswer: fc.constantFrom(null, 'yes' as const, 'no' as const),
  })
  .map((about): Subject => ({ ...subject, ...about }));

describe('properties of a decision', () => {
  test('P01: taking a voucher away never turns block into pass', () => {
    fc.assert(
      fc.property(anyPolicy, anySubject, anyFindings, fc.nat(), (policy, about, findings, at) => {
        const taken = findings[at % Math.max(1, findings.length)];
        if (taken?.state !== 'vouched') return;
        const fewer = findings.filter((one) => one !== taken);
        const without = decide(policy, about, fewer);
        if (releases(without)) expect(releases(decide(policy, about, findings))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('P02: any single contradiction blocks, in any order and mix', () => {
    const wrong = finding('pins', 'you', 'failed', 'WP-PIN-MISMATCH');
    fc.assert(
      fc.property(anyPolicy, anySubject, anyFindings, fc.nat(), (policy, about, findings, at) => {
        const mixed = [...findings];
        mixed.splice(at % (findings.length + 1), 0, wrong);
        const decision = decide(policy, about, mixed);
        expect(decision.verdict).toBe('failed');
        expect(decision.reasons.map((one) => one.code)).toContain('WP-PIN-MISMATCH');
      }),
    );
  });

  test('P03: the order in which evidence arrives decides nothing', () => {
    fc.assert(
      fc.property(anyPolicy, anySubject, anyFindings, (policy, about, findings) => {
        const reversed = decide(policy, about, findings.toReversed());
        expect(reversed).toEqual(decide(policy, about, findings));
      }),
    );
  });

  test('P15: time never revives an exception, and a verdict never blocks without a reason', () => {
    fc.assert(
      fc.property(anyPolicy, anyFindings, fc.nat(3 * DAY), (policy, findings, later) => {
        const today = decide(policy, subject, findings);
        const then = decide(policy, { ...subject, now: NOW + later }, findings);
        if (!releases(today)) expect(releases(then)).toBe(false);
        expect(then.reasons.length > 0).toBe(!releases(then));
      }),
    );
  });

  test('a requirement never widens what passes (Z18)', () => {
    fc.assert(
      fc.property(anyPolicy, anySubject, anyFindings, (policy, about, findings) => {
        if (policy.exceptions.length > 0 || !releases(decide(policy, about, findings))) return;
        const free = sealPolicy({ ...policy, require: null });
        expect(releases(decide(free, about, findings))).toBe(true);
      }),
    );
  });
});
