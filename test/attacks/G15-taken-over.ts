// SPDX-License-Identifier: Apache-2.0
import { delegationsTo } from '../world/signed-index.ts';
import { makeSigner, targetOf, type Signer } from '../world/tuf-repository.ts';
import { makeWheel } from '../world/wheel.ts';
import { BOTH_INSTALL, refused, type Attack, type Form, type Twin } from './attack.ts';
import { pin, pinAtOnce, pinning, signedIndex } from './signed-stage.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

/*
 * At T somebody gets the online keys, the database and the disk. The holders of the root, who sign
 * the targets, and the developers keep theirs. The whole of it with our own repository and its
 * commands: test/scripts/taken-over.test.ts.
 */

const PATH = `packages/good/${GOOD.filename}`;
const EVIL_NEW = makeWheel({ name: 'good', version: '2.0', word: 'EVIL' });
const IDENTITIES = 'policy/identities.v1.json';

interface Keys {
  readonly developer: Signer;
  readonly online: Signer;
}

const kept = new WeakMap<Stage, Keys>();

function keysOf(stage: Stage): Keys {
  const known = kept.get(stage) ?? { developer: makeSigner(), online: makeSigner() };
  kept.set(stage, known);
  return known;
}

interface Shape {
  /** The developers of `good` sign its files. */
  readonly claimed?: boolean;
  readonly identities?: boolean;
}

/** The holders leave `good` to its developers, and whatever the page lists to the online key. */
function publish(stage: Stage, { claimed = false, identities = false }: Shape): void {
  const index = signedIndex(stage);
  const { developer, online } = keysOf(stage);
  if (claimed)
    index.delegate('claimed-good', [developer], { targets: { [PATH]: targetOf(GOOD.bytes) } });
  const own = { name: 'claimed-good', signers: [developer], paths: ['packages/good/*'] };
  const bins = { name: 'bins', signers: [online], paths: ['*/*/*'] };
  const said = Buffer.from(
    JSON.stringify({
      version: 1,
      projects: [
        {
          name: 'good',
          publishers: [{ kind: 'github', repository: 'alice/good', workflow: 'release.yml' }],
        },
      ],
    }),
  );
  const byBins = Object.entries(index.targets()).map(([path, bytes]) => {
    index.keep(path, bytes);
    return [path, targetOf(bytes)] as const;
  });
  index.delegate('bins', [online], { targets: Object.fromEntries(byBins) });
  index.sign({
    over: delegationsTo(...(claimed ? [own, bins] : [bins])),
    without: (path) => path !== IDENTITIES,
    ...(identities && { more: { [IDENTITIES]: said } }),
  });
}

/** Before T. */
function begin(stage: Stage, shape: Shape): void {
  stage.honest();
  publish(stage, shape);
}

const afterAnInstall = (shape: Shape): NonNullable<Form['after']> => ({
  ask: ['good'],
  set: (stage) => {
    begin(stage, shape);
    pinAtOnce(stage);
  },
});

function form(
  name: string,
  shape: Shape,
  rest: Pick<Form, 'mount' | 'expect'> & Partial<Form>,
): Form {
  return {
    name,
    installers: ['uv'],
    policy: pinning(),
    plain: BOTH_INSTALL,
    defence: 'tuf',
    stop: (stage) => begin(stage, shape),
    ...rest,
  };
}

const mounted =
  (shape: Shape, evil: (stage: Stage) => void): Form['mount'] =>
  (stage) => {
    begin(stage, shape);
    pin(stage);
    evil(stage);
    publish(stage, shape);
  };

const offerNew = (stage: Stage) => void stage.listOnly(EVIL_NEW);
const offerChanged = (stage: Stage) => void stage.listOnly(EVIL);
const CLAIMED = { claimed: true };

export const G15: Attack = {
  id: 'G15',
  title: 'the index is taken over at time T',
  forms: [
    form('a new file of a project that its developers have claimed', CLAIMED, {
      mount: mounted(CLAIMED, offerNew),
      expect: refused('E-MISSING', 'WP-TUF-NOT-FOUND', {
        says: ({ world }) => [world.index, EVIL_NEW.filename],
      }),
    }),
    form('a changed file of such a project, to somebody who never saw it', CLAIMED, {
      installers: ['pip'],
      mount: mounted(CLAIMED, offerChanged),
      expect: refused('E-BYTES', 'WP-TUF-MISMATCH', { says: ({ world }) => [world.index, PATH] }),
    }),
    form(
      'a changed file of a project that nobody has claimed, to somebody who saw it',
      {},
      {
        after: afterAnInstall({}),
        mount: (stage) => {
          stage.listOnly(EVIL);
          publish(stage, {});
        },
        expect: refused('E-BYTES', 'WP-NAME-REUSED', { says: () => [GOOD.filename] }),
        defence: 'memory',
      },
    ),
    form(
      'a new file of such a project, where the policy wants its publisher',
      {},
      {
        mount: mounted({}, offerNew),
        policy: pinning('require = "publisher"\n'),
        expect: refused('E-MISSING', 'WP-NO-VOUCHER', { says: () => [EVIL_NEW.filename] }),
        defence: 'requirement',
        lasting: true,
      },
    ),
    form(
      'a new file without the attestation that the holders demand',
      { identities: true },
      {
        mount: mounted({ identities: true }, offerNew),
        expect: refused('E-MISSING', 'WP-PUBLISHER-MISSING', {
          says: ({ world }) => [EVIL_NEW.filename, world.index, IDENTITIES],
        }),
        lasting: true,
      },
    ),
  ],
  twins: [...filesOfBefore()],
};

function filesOfBefore(): Twin[] {
  return [
    {
      name: 'a file of before, under what the thief has signed since',
      installers: ['uv'],
      after: afterAnInstall(CLAIMED),
      mount: (stage) => {
        stage.world.publish(EVIL_NEW);
        publish(stage, CLAIMED);
      },
      ask: () => ['good==1.0'],
      policy: pinning(),
    },
    {
      name: 'a new root takes the keys away, and the client follows',
      installers: ['pip'],
      after: afterAnInstall({}),
      mount: (stage) => {
        const index = signedIndex(stage);
        const { repository } = index;
        publish(stage, {});
        repository.signers.timestamp = makeSigner();
        repository.signers.snapshot = makeSigner();
        kept.set(stage, { ...keysOf(stage), online: makeSigner() });
        index.put('2.root.json', repository.root(2), [repository.signers.root]);
        begin(stage, {});
      },
      policy: pinning(),
    },
  ];
}
