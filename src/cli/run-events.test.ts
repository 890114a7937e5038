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

test.each(['file', 'refusal'] as const)('a %s has its own receipt', (kind) => {
  const events = new RunEvents();
  events.log({ event: 'refused', kind, url, reason: why });
  expect(events.refusals()).toEqual([]);
});
