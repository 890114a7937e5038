// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { reason } from '../core/errors.ts';
import { RunEvents } from './run-events.ts';

const why = reason('WP-SIDECAR-HASH', 'no');
const url = 'https://files.test/x';

test.each(['page', 'other', 'signature', 'sidecar'] as const)(
  'what was refused of kind %s counts, once',
  (kind) => {
    const events = new RunEvents();
    events.log({ event: 'refused', kind, url, reason: why });
    events.log({ event: 'refused', kind, url, reason: why });
    expect(events.refusals()).toEqual([{ ...why, subject: url }]);
  },
);

test('a file that a page only showed as refused is known to have been asked for', () => {
  const events = new RunEvents();
  const address = 'https://refusals.invalid/refused/0a/good-1.0%2Blocal-py3-none-any.whl';
  events.log({ event: 'refused', kind: 'refusal', url: `${address}.metadata`, reason: why });
  events.log({ event: 'refused', kind: 'refusal', url: 'https://a.invalid/0a/%zz', reason: why });
  events.log({ event: 'refused', kind: 'file', url: 'https://files.test/other.whl', reason: why });
  expect([...events.requested()]).toEqual(['good-1.0+local-py3-none-any.whl', '%zz']);
});

test.each(['file', 'refusal'] as const)('a %s has its own receipt', (kind) => {
  const events = new RunEvents();
  events.log({ event: 'refused', kind, url, reason: why });
  expect(events.refusals()).toEqual([]);
});
