// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import * as v from 'valibot';
import { github } from '../../test/world/publishers.ts';
import { MEMORY, parts, receipt, show } from '../../test/world/reports.ts';
import type { Finding } from '../core/finding.ts';
import { publisherWords } from '../core/publisher.ts';
import { buildReport } from './build.ts';
import { reportSchema } from './schema.ts';

const alice = github({});
const attested: Finding = {
  kind: 'attestation',
  class: 'publisher',
  state: 'vouched',
  identity: publisherWords(alice),
  detail: 'publish attestation',
  code: null,
  attested: [{ publisher: alice, predicate: 'publish' }],
};
const stranger: Finding = { ...attested, unconfirmed: true };

test('the last line tells how much of what was let through is attested, and by whom it counts', () => {
  const given = parts([
    receipt({ project: 'a', verdict: 'vouched', findings: [attested] }),
    receipt({ project: 'b', findings: [stranger] }),
    receipt({ project: 'c', verdict: 'remembered', findings: [MEMORY] }),
    receipt({ project: 'd', verdict: 'failed', code: 'WP-TLS', findings: [attested] }),
  ]);
  const report = buildReport(given);
  expect(report.coverage).toEqual({ released: 3, attested: 2, confirmed: 1 });
  const text = show(report);
  expect(text).toContain('; 2 of 3 attested by their publishers, 1 of them unconfirmed; exit');
  expect(text).toContain('attestation: GitHub alice/demo, workflow release.yml, tag v1.0');
  expect(text).toContain('unconfirmed: GitHub alice/demo');
  expect(show(buildReport(parts([receipt({})])))).not.toContain('attested');
});

test('each file tells its publishers, as their certificates show them, and those before', () => {
  const one = receipt({ findings: [stranger] });
  const before = { version: '0.9', publishers: [github({ repository: 'bob/demo' })] };
  const provenance = { word: 'changed', publishers: [alice], before } as const;
  const report = buildReport(parts([{ ...one, decision: { ...one.decision, provenance } }]));
  v.parse(reportSchema, JSON.parse(JSON.stringify(report)));
  const [file] = report.files;
  expect(file?.provenance).toMatchObject({
    word: 'changed',
    publishers: [{ repository: 'https://github.com/alice/demo', owner_id: '11' }],
    before: { version: '0.9', publishers: [{ repository: 'https://github.com/bob/demo' }] },
  });
  expect(JSON.stringify(file?.findings)).not.toContain('attested');
  expect(buildReport(parts([receipt({})])).files[0]?.provenance).toBeNull();
});
