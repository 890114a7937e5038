// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { openPageCopies } from '../../src/storage/index.ts';
import { cutConnection } from '../world/exchange.ts';
import { FILES, INDEX } from '../world/world.ts';
import { AN_HONEST_INSTALL, BOTH_REFUSE, refused, type Attack } from './attack.ts';
import { AFTER_BOTH, listBoth, NEWER, STRICTLY, told } from './former-pages.ts';
import type { Stage } from './stage.ts';

/** Whoever keeps an index from answering keeps its users at what it said last. */
function cut({ world }: Stage): void {
  for (const name of [INDEX, FILES]) {
    world.host(name).through(cutConnection);
  }
}

/** As if a day and an hour had passed since the honest install. */
async function ageCopy({ world, environment }: Stage): Promise<void> {
  const copies = openPageCopies(join(environment.home, '.local/share/wheelproof/pages'));
  const copy = await copies.recall({ index: world.index, project: 'good', audience: '' });
  if (copy !== null) await copies.keep({ ...copy, readAt: copy.readAt - 25 * 3_600_000 });
  await copies.close();
}

const NOBODY_HAS_IT = { because: 'nobody but the server has the bytes' };

export const F03: Attack = {
  id: 'F03',
  title: 'stale while upstream is down',
  forms: [
    {
      name: 'a day later',
      after: AN_HONEST_INSTALL,
      mount: async (stage) => {
        await ageCopy(stage);
        cut(stage);
      },
      expect: refused('E-FRESH', 'WP-PAGE-STALE', {
        says: () => ['25h old', 'expected at most 1d', INDEX],
      }),
      plain: BOTH_REFUSE,
      defence: 'age of pages',
      withinMilliseconds: 30_000,
    },
    {
      name: 'under --strict, at once',
      ...STRICTLY,
      after: AN_HONEST_INSTALL,
      mount: cut,
      expect: refused('E-UPSTREAM', 'WP-UPSTREAM-UNREACHABLE', { says: () => [INDEX] }),
      plain: null,
      defence: 'age of pages',
    },
    {
      name: 'the policy wants no page but of now',
      policy: 'stale-if-error = "0s"\n',
      after: AN_HONEST_INSTALL,
      mount: cut,
      expect: refused('E-UPSTREAM', 'WP-UPSTREAM-UNREACHABLE', { says: () => [INDEX] }),
      plain: null,
      defence: 'age of pages',
    },
    {
      name: 'another file than the one that is known',
      after: AFTER_BOTH,
      ask: () => ['good==2.0'],
      mount: cut,
      expect: refused('E-UPSTREAM', 'WP-UPSTREAM-UNREACHABLE', { says: () => [NEWER.filename] }),
      plain: BOTH_REFUSE,
      defence: NOBODY_HAS_IT,
      stop: listBoth,
    },
    {
      name: 'somebody else answers',
      after: AN_HONEST_INSTALL,
      mount: ({ world }) =>
        world.showCertificate(INDEX, world.authority.leaf({ names: [INDEX], selfSigned: true })),
      expect: refused('E-SOURCE', 'WP-TLS', { says: () => [INDEX] }),
      plain: BOTH_REFUSE,
      defence: { because: 'that no page is believed over such a connection is D02' },
    },
  ],
  twins: [
    {
      name: 'the known file, and the age of what is known is told',
      after: AN_HONEST_INSTALL,
      mount: cut,
      witness: told('is down', 'old (at most 1d, stale-if-error)'),
    },
    {
      name: 'the index answers 503',
      after: AN_HONEST_INSTALL,
      mount: ({ world }) =>
        world.host(INDEX).through((_request, response) => response.writeHead(503).end()),
      witness: told('is down', 'old (at most 1d, stale-if-error)'),
    },
    {
      name: 'it answers again',
      after: AN_HONEST_INSTALL,
      mount: () => undefined,
      witness: async (stage, guarded) => [
        ...(guarded.stderr.includes('is down') ? ['it is up'] : []),
        ...(await told()(stage, guarded)),
      ],
    },
  ],
};
