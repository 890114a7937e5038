// SPDX-License-Identifier: Apache-2.0
import { servePage } from '../world/host.ts';
import { JSON_TYPE } from '../world/index-model.ts';
import { INDEX } from '../world/world.ts';
import { BOTH_INSTALL, refused, type Attack, type Form } from './attack.ts';
import { EVIL, GOOD, GOOD_PAGE } from './stage.ts';

const LIES = { '1': 1, '2^53+1': '@9007199254740993', '-1': -1, 'a string': '898' };

/** A number that JSON.stringify cannot write is marked and mended in the finished page. */
function mountSize(size: number | string): Form['mount'] {
  return (stage) => {
    const entry = stage.listOnly(EVIL, { raw: { size } });
    if (typeof size !== 'string' || !size.startsWith('@')) return;
    const page = JSON.stringify({
      meta: { 'api-version': '1.1' },
      name: 'good',
      versions: ['1.0'],
      files: [{ filename: EVIL.filename, url: entry.href, hashes: entry.hashes, size }],
    });
    const body = page.replace(`"${size}"`, size.slice(1));
    stage.world.host(INDEX).hooks.set(GOOD_PAGE, servePage(JSON_TYPE, body));
  };
}

export const A16: Attack = {
  id: 'A16',
  title: 'the page lies about the size',
  forms: Object.entries(LIES).map(([name, size]) => ({
    name,
    mount: mountSize(size),
    expect: refused('E-BYTES', ['WP-SIZE-MISMATCH', 'WP-SIZE-MALFORMED'], {
      says: () => [EVIL.filename],
    }),
    // uv reads sizes as unsigned numbers; pip does not look at them.
    plain: size === -1 || size === '898' ? { pip: 'installs', uv: 'refuses' } : BOTH_INSTALL,
    defence: 'pages',
  })),
  twins: [
    {
      name: 'no size at all',
      mount: (stage) => void stage.listOnly(GOOD, { raw: { size: undefined } }),
    },
  ],
};
