// SPDX-License-Identifier: Apache-2.0
import { gzipSync } from 'node:zlib';
import type { Response } from '../world/exchange.ts';
import type { Hook } from '../world/host.ts';
import { HTML_TYPE } from '../world/index-model.ts';
import { FILES, INDEX } from '../world/world.ts';
import { refused, type Attack, type Form, type Witness } from './attack.ts';
import { FLOODED_CONNECTIONS } from './broken-streams.ts';
import { GOOD, GOOD_PAGE, GOOD_PATH, type Stage } from './stage.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** At most so many askings of one command. */
const ASKINGS = 3;
/** What the kernel may have taken of each when somebody hangs up: Linux lets a receiving socket grow to 32 MiB. */
const IN_FLIGHT = 40 * MIB;

/** How much of it anybody took, by stage. */
const taken = new WeakMap<Stage, { bytes: number }>();

/** As much of three gigabytes as anybody takes. */
function pour(stage: Stage, response: Response): void {
  const count = taken.get(stage) ?? { bytes: 0 };
  taken.set(stage, count);
  const block = Buffer.alloc(MIB, ' ');
  const more = (): void => {
    while (!response.destroyed && count.bytes < 3 * GIB) {
      count.bytes += block.length;
      if (!response.write(block)) return void response.once('drain', more);
    }
  };
  more();
}

const endless =
  (stage: Stage, headers: Readonly<Record<string, string | number>>): Hook =>
  (_request, response) => {
    response.writeHead(200, headers);
    pour(stage, response);
  };

const noMoreThan =
  (cap: number): Witness =>
  (stage) => {
    const bytes = taken.get(stage)?.bytes ?? 0;
    const most = ASKINGS * (cap + IN_FLIGHT);
    return bytes <= most ? [] : [`${bytes} bytes were taken, ${most} allowed`];
  };

/** 200 MiB of blanks in 200 KiB; its end is never looked at. */
let bomb: Buffer | null = null;

const page = { 'content-type': HTML_TYPE };
const PAGE_CAP = 64 * MIB;

const form = (
  name: string,
  mount: (stage: Stage) => unknown,
  cap: number,
  more: Partial<Form> = {},
): Form => ({
  name,
  mount,
  expect: refused('E-LIMIT', 'WP-LIMIT-SIZE', { says: () => [INDEX] }),
  plain: null,
  defence: { because: 'without it gigabytes are kept; the bounds are shown in upstream' },
  witness: noMoreThan(cap),
  withinMilliseconds: 30_000,
  ...more,
});

export const D19: Attack = {
  id: 'D19',
  title: 'the answer never ends',
  forms: [
    form(
      'a file without an end, whose size nobody told',
      (stage) => {
        stage.listOnly(GOOD, { raw: { size: undefined }, sidecar: false });
        stage.world.host(FILES).hooks.set(GOOD_PATH, endless(stage, {}));
      },
      2 * MIB,
      {
        policy: 'max-file-size = "2MiB"\n',
        expect: refused('E-LIMIT', 'WP-LIMIT-SIZE', { says: () => [FILES] }),
      },
    ),
    form(
      'three gigabytes for a small file',
      (stage) =>
        stage.world.host(FILES).hooks.set(GOOD_PATH, endless(stage, { 'content-length': 3 * GIB })),
      0,
      {
        // The size that the page tells is the bound: to send more is a contradiction.
        expect: refused('E-LIMIT', ['WP-LIMIT-SIZE', 'WP-SIZE-MISMATCH'], {
          neighbours: ['E-BYTES'],
          says: () => [GOOD.filename],
        }),
      },
    ),
    form(
      'a page without an end',
      (stage) => stage.world.host(INDEX).hooks.set(GOOD_PAGE, endless(stage, page)),
      PAGE_CAP,
    ),
    form(
      'a page of a gigabyte and a half',
      (stage) =>
        stage.world
          .host(INDEX)
          .hooks.set(GOOD_PAGE, endless(stage, { ...page, 'content-length': 1.5 * GIB })),
      0,
    ),
    form(
      'a compressed page that expands without measure',
      ({ world }) => {
        bomb ??= gzipSync(Buffer.alloc(200 * MIB, ' '));
        const body = bomb;
        world.host(INDEX).hooks.set(GOOD_PAGE, (_request, response) => {
          response.writeHead(200, { ...page, 'content-encoding': 'gzip' });
          response.end(body);
        });
      },
      0,
    ),
    ...FLOODED_CONNECTIONS,
  ],
  twins: [
    {
      name: 'a compressed page of 20 MiB',
      mount: ({ world }) => {
        world.host(INDEX).hooks.set(GOOD_PAGE, (_request, response) => {
          const link = `<a href="${world.origin(FILES)}${GOOD_PATH}#sha256=${GOOD.sha256}">${GOOD.filename}</a>`;
          response.writeHead(200, { ...page, 'content-encoding': 'gzip' });
          response.end(gzipSync(`<!DOCTYPE html>${' '.repeat(20 * MIB)}${link}`));
        });
      },
    },
  ],
};
