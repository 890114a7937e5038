// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { redirect } from '../world/host.ts';
import { FILES } from '../world/world.ts';
import { BOTH_INSTALL, BOTH_REFUSE, refused, type Attack, type Form } from './attack.ts';
import { EVIL, GOOD_PATH, type Stage } from './stage.ts';

/** The evil file lies on the victim's own disk, where a remote page points at it. */
function localFile(stage: Stage): string {
  const path = join(stage.environment.root, EVIL.filename);
  writeFileSync(path, EVIL.bytes);
  return pathToFileURL(path).href;
}

const dataUrl = `data:application/zip;base64,${EVIL.bytes.toString('base64')}`;
const expect = refused('E-SOURCE', ['WP-SCHEME', 'WP-URL-NAME', 'WP-ENTRY-MALFORMED']);

const link = (name: string, href: (stage: Stage) => string, plain: Form['plain']): Form => ({
  name: `a ${name} link`,
  mount: (stage) => void stage.listOnly(EVIL, { href: href(stage), sidecar: false }),
  expect,
  plain,
  defence: 'verification',
});

export const D11: Attack = {
  id: 'D11',
  title: 'file:, data: and ftp: addresses from a remote page',
  forms: [
    link('file:', localFile, BOTH_INSTALL),
    link('data:', () => dataUrl, BOTH_REFUSE),
    link('ftp:', () => `ftp://files.test/${EVIL.filename}`, BOTH_REFUSE),
    {
      name: 'a redirect to file:',
      mount: (stage) => {
        stage.listOnly(EVIL);
        stage.world.host(FILES).hooks.set(GOOD_PATH, redirect(localFile(stage)));
      },
      expect,
      plain: BOTH_REFUSE,
      defence: 'upstream',
    },
  ],
};
