// SPDX-License-Identifier: Apache-2.0
import { head, signed } from '../world/tuf-repository.ts';
import { INDEX } from '../world/world.ts';
import type { Attack } from './attack.ts';
import { lookingLike, lying, signHonestly } from './signed-stage.ts';

const TIMESTAMP = '/metadata/timestamp.json';

export const G11: Attack = {
  id: 'G11',
  title: 'metadata without end, depth or form',
  forms: [
    lying(
      'a timestamp that never ends',
      (_index, { world }) =>
        world.host(INDEX).hooks.set(TIMESTAMP, (_request, response) => {
          const more = (): void => {
            while (response.write(Buffer.alloc(65_536, 0x20)));
            response.once('drain', more);
          };
          more();
        }),
      ['E-LIMIT', ['WP-LIMIT-SIZE', 'WP-TUF-LIMIT']],
      { stop: (stage) => signHonestly(stage), withinMilliseconds: 30_000 },
    ),
    lying(
      'targets nested 100,000 deep',
      (index) => {
        index.sign();
        index.putBytes(`${index.version}.targets.json`, Buffer.alloc(100_000, '['));
      },
      ['E-BYTES', 'WP-TUF-MALFORMED', 'targets'],
    ),
    lying(
      'a list where a text is due',
      (index) => {
        const meta = { 'snapshot.json': { version: 1 } };
        const content = { ...head('timestamp', 9), meta, expires: ['2100-01-01T00:00:00Z'] };
        index.putBytes('timestamp.json', signed(content, [index.repository.signers.timestamp]));
      },
      ['E-BYTES', 'WP-TUF-MALFORMED', 'expires'],
    ),
  ],
  twins: [
    lookingLike('members that nobody knows', (index) => {
      const meta = { 'snapshot.json': { version: 1 } };
      const content = { ...head('timestamp', 9), meta, 'x-note': { deep: [1, [2, [3]]] } };
      index.put('timestamp.json', content, [index.repository.signers.timestamp]);
    }),
  ],
};
