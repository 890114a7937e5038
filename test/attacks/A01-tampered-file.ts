// SPDX-License-Identifier: Apache-2.0
import { serveBytes } from '../world/host.ts';
import { FILES } from '../world/world.ts';
import { BOTH_REFUSE, refused, type Attack } from './attack.ts';
import { EVIL, GOOD, GOOD_PATH } from './stage.ts';

export const A01: Attack = {
  id: 'A01',
  title: 'the file is tampered with, the hash on the page is kept',
  forms: [
    {
      name: 'other bytes, same length',
      mount: ({ world }) => world.host(FILES).hooks.set(GOOD_PATH, serveBytes(EVIL.bytes)),
      expect: refused('E-BYTES', 'WP-HASH-MISMATCH', {
        says: () => [GOOD.filename, FILES, GOOD.sha256.slice(0, 12), EVIL.sha256.slice(0, 12)],
      }),
      plain: BOTH_REFUSE,
      defence: 'index-hash',
    },
  ],
  twins: [{ name: 'the honest file', mount: () => undefined }],
};
