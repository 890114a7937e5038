// SPDX-License-Identifier: Apache-2.0
import { FILES } from '../world/world.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { evilWith, HONEST_TWIN, honestRelease } from './signed-release.ts';
import { EVIL, GOOD_PATH, type Stage } from './stage.ts';

const MIB = 2 ** 20;
const LINE = `${'A'.repeat(64)}\n`;
const HEAD = '-----BEGIN PGP SIGNATURE-----\n\n';

/** 100 MiB of armour, as fast as it is taken. */
function pour({ world }: Stage): void {
  const chunk = Buffer.from(LINE.repeat(MIB / LINE.length));
  world.host(FILES).hooks.set(`${GOOD_PATH}.asc`, (_request, response) => {
    response.writeHead(200);
    response.write(HEAD);
    let left = 100;
    const more = (): void => {
      while (left-- > 0) if (!response.write(chunk)) return void response.once('drain', more);
      response.end();
    };
    more();
  });
}

const base = evilWith(async () => '');

export const I15: Attack = {
  id: 'I15',
  title: 'a huge or damaged armour',
  forms: [
    {
      ...base,
      name: '100 MiB',
      mount: async (stage) => {
        await base.mount(stage);
        pour(stage);
      },
      stop: async (stage) => {
        stage.world.host(FILES).hooks.clear();
        await honestRelease(stage);
      },
      expect: refused('E-LIMIT', 'WP-SIGNATURE-LIMIT', { says: () => [EVIL.filename] }),
      plain: BOTH_INSTALL,
      withinMilliseconds: 15_000,
    },
    ...[HEAD, `${HEAD}=AAAA\n`, `${HEAD}${LINE.repeat(900)}`, '\u0000'.repeat(1_000)].map(
      (armour, place) => ({
        ...evilWith(async () => armour),
        name: `damaged, ${place + 1}`,
        expect: refused('E-BYTES', 'WP-SIGNATURE-MALFORMED'),
        plain: BOTH_INSTALL,
        withinMilliseconds: 15_000,
      }),
    ),
  ],
  twins: [HONEST_TWIN],
};
