// SPDX-License-Identifier: Apache-2.0
import { send, servePage, type Hook } from '../world/host.ts';
import { provenance, provenancePath } from '../world/integrity-api.ts';
import { INDEX } from '../world/world.ts';
import { BOTH_INSTALL, OWN_SIGSTORE, refused, type Attack, type Form } from './attack.ts';
import { namesPublisher } from './attested.ts';
import { enrolled, listBy } from './enrolled.ts';
import { EVIL, GOOD } from './stage.ts';

const PATH = provenancePath(EVIL);
const status =
  (code: number): Hook =>
  (request, response) =>
    send(request, response, code, { 'content-type': 'application/json' }, '{"message":"no"}');

/** A hundred mebibytes, and never a word. */
const flood: Hook = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const blanks = Buffer.alloc(1 << 20, ' ');
  let left = 100;
  const pour = (): void => {
    while (left > 0) {
      left -= 1;
      if (!response.write(blanks)) break;
    }
    if (left > 0) response.once('drain', pour);
    else response.end();
  };
  response.once('error', () => undefined);
  pour();
};

const UNANSWERED = refused('E-UPSTREAM', 'WP-UPSTREAM-STATUS', {
  says: () => [EVIL.filename, 'provenance'],
});

const form = (name: string, hook: Hook, expect = UNANSWERED, more: Partial<Form> = {}): Form => ({
  name,
  ...OWN_SIGSTORE,
  mount: (stage) => {
    stage.listAttested(EVIL);
    stage.world.host(INDEX).hooks.set(PATH, hook);
  },
  expect,
  plain: BOTH_INSTALL,
  defence: 'attestation',
  ...more,
});

export const H03: Attack = {
  id: 'H03',
  title: 'the provenance that the page promises does not come',
  forms: [
    form('404', status(404)),
    form('500', status(500)),
    form('a page for people', servePage('text/html', '<h1>Sign in</h1>')),
    form('nothing', () => undefined, refused('E-UPSTREAM', 'WP-UPSTREAM-UNREACHABLE'), {
      wiring: 'impatient',
      withinMilliseconds: 30_000,
    }),
    form('a hundred mebibytes', flood, refused('E-LIMIT', 'WP-ATTESTATION-LIMIT'), {
      withinMilliseconds: 30_000,
    }),
    {
      name: '500, of an enrolled project, for bytes that were accepted before it was one',
      ...OWN_SIGSTORE,
      after: { ask: ['good'] },
      mount: (stage) => {
        stage.listAttested(GOOD);
        stage.world.host(INDEX).hooks.set(PATH, status(500));
      },
      policy: enrolled(),
      expect: UNANSWERED,
      plain: BOTH_INSTALL,
      defence: 'publisher rules',
      stop: (stage) => listBy(stage, GOOD),
    },
  ],
  twins: [
    {
      name: 'it comes slowly, behind a redirect',
      ...OWN_SIGSTORE,
      mount: (stage) => {
        stage.listAttested(GOOD);
        const body = JSON.stringify(provenance([stage.sigstore.attest(GOOD)]));
        const { hooks } = stage.world.host(INDEX);
        const path = provenancePath(GOOD);
        hooks.set(path, (request, response) =>
          send(request, response, 302, { location: `${path}/moved` }, ''),
        );
        hooks.set(`${path}/moved`, (_request, response) => {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.write(body.slice(0, 100));
          setTimeout(() => response.end(body.slice(100)), 700);
        });
      },
      witness: namesPublisher('GitHub good-people/good'),
    },
  ],
};
