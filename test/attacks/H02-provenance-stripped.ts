// SPDX-License-Identifier: Apache-2.0
import { makeWheel } from '../world/wheel.ts';
import { BOTH_INSTALL, OWN_SIGSTORE, refused, type Attack } from './attack.ts';
import {
  acceptingWhatIsShown,
  AN_ATTESTED_INSTALL,
  enrolled,
  EVIL_NEXT,
  listBy,
  NEXT,
} from './enrolled.ts';
import { EVIL, GOOD } from './stage.ts';

const BACK_PORT = makeWheel({ name: 'good', version: '0.9.1' });

export const H02: Attack = {
  id: 'H02',
  title: 'attestations vanish from a project that had them',
  forms: [
    {
      name: 'a new release without',
      ...OWN_SIGSTORE,
      after: AN_ATTESTED_INSTALL,
      mount: (stage) => void stage.listOnly(EVIL_NEXT),
      expect: refused('E-MISSING', 'WP-PUBLISHER-LOST', {
        says: () => ['good-people/good', 'release.yml', 'nobody', '1.0', '1.1'],
      }),
      plain: BOTH_INSTALL,
      defence: 'publisher memory',
    },
    {
      name: 'a new line of releases without',
      ...OWN_SIGSTORE,
      after: AN_ATTESTED_INSTALL,
      mount: (stage) =>
        void stage.listOnly(makeWheel({ name: 'good', version: '99.0', word: 'EVIL' })),
      expect: refused('E-MISSING', 'WP-PUBLISHER-LOST'),
      plain: BOTH_INSTALL,
      defence: 'publisher memory',
    },
    {
      name: 'beside the attested one: the installer is steered to that',
      ...OWN_SIGSTORE,
      after: AN_ATTESTED_INSTALL,
      mount: (stage) => {
        listBy(stage, GOOD);
        stage.world.publish(EVIL_NEXT);
      },
      expect: refused('E-MISSING', 'WP-PUBLISHER-LOST', { steeredTo: '1.0' }),
      plain: BOTH_INSTALL,
      defence: 'publisher memory',
    },
    {
      name: 'of an enrolled project, at first sight',
      ...OWN_SIGSTORE,
      mount: (stage) => void stage.listOnly(EVIL),
      policy: enrolled(),
      expect: refused('E-MISSING', 'WP-PUBLISHER-MISSING', { says: () => [EVIL.filename] }),
      plain: BOTH_INSTALL,
      defence: 'publisher rules',
      stop: (stage) => listBy(stage, GOOD),
    },
  ],
  twins: [
    {
      name: 'a person accepts that it is released by hand',
      ...OWN_SIGSTORE,
      after: AN_ATTESTED_INSTALL,
      mount: (stage) => void stage.listOnly(NEXT),
      run: acceptingWhatIsShown,
    },
    {
      name: 'the very release that was attested, whose attestations are gone',
      ...OWN_SIGSTORE,
      after: AN_ATTESTED_INSTALL,
      mount: (stage) => stage.honest(),
    },
    {
      name: 'a back-port to a line from before attestations',
      ...OWN_SIGSTORE,
      after: AN_ATTESTED_INSTALL,
      mount: (stage) => {
        listBy(stage, GOOD);
        stage.world.publish(BACK_PORT);
      },
      ask: () => ['good<1'],
    },
    {
      name: 'a pre-release without',
      ...OWN_SIGSTORE,
      after: AN_ATTESTED_INSTALL,
      mount: (stage) => void stage.listOnly(makeWheel({ name: 'good', version: '1.1rc1' })),
      ask: () => ['good==1.1rc1'],
    },
    {
      name: 'the first attested release',
      ...OWN_SIGSTORE,
      after: { ask: ['good'] },
      mount: (stage) => listBy(stage, NEXT),
      witness: (_stage, { report }) =>
        report?.notes.some((note) => note.includes('was not attested')) === true
          ? []
          : ['not told that it is the first attested one'],
    },
  ],
};
