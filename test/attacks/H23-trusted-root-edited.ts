// SPDX-License-Identifier: Apache-2.0
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSigstore } from '../world/sigstore/sigstore.ts';
import { provenance } from '../world/integrity-api.ts';
import { BOTH_INSTALL, PASSED, refused, type Attack, type Form, type Scene } from './attack.ts';
import { namesPublisher } from './attested.ts';
import { runGuarded } from './door.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

const POLICY = '[[sigstore]]\nroots = ["world"]\n';
const MALLORYS = openSigstore({ name: 'mallory.test' });
const YEAR_MS = 400 * 24 * 3_600_000;

const kept = ({ environment }: Stage): string =>
  join(environment.home, '.local/share/wheelproof/roots/world.root');

type Kept = Record<string, unknown>;

/** Rewrites what is kept of the root. */
const edit = (change: (record: Kept) => Kept) => async (stage: Stage) => {
  const record: Kept = JSON.parse(await readFile(kept(stage), 'utf8'));
  await writeFile(kept(stage), JSON.stringify(change(record)));
};

/** A root of one's own is imported by hand, and then something happens to the file. */
const imported = (
  happens: (stage: Stage) => Promise<void>,
  pinned = false,
): Pick<Scene, 'policy' | 'run'> => ({
  policy: POLICY,
  run: async (stage, knock) => {
    const file = await stage.write('trusted_root.json', stage.sigstore.trustedRoot());
    const words = ['trust', 'root', 'import', 'world', file, '--reason', 'our own'];
    const own = { environment: knock.environment, bare: true };
    const done = await runGuarded({ ...own, words });
    if (done.exit !== 0) throw new Error(`the import failed: ${done.stderr}`);
    if (pinned) {
      const pin = ['trust', 'root', 'pin', 'world', '--reason', 'looked at'];
      const ended = await runGuarded({ ...own, words: pin });
      if (ended.exit !== 0) throw new Error(`the pin failed: ${ended.stderr}`);
    }
    await happens(stage);
    return await runGuarded(knock);
  },
});

const byMallory = (stage: Stage) => stage.listAttested(EVIL, provenance([MALLORYS.attest(EVIL)]));

const edited = (name: string, happens: (stage: Stage) => Promise<void>, pinned = false): Form => ({
  name,
  ...imported(happens, pinned),
  mount: byMallory,
  expect: refused('E-STATE', 'WP-TRUSTED-ROOT', { says: () => ['"world"'] }),
  plain: BOTH_INSTALL,
  defence: 'attestation',
  lasting: true,
});

export const H23: Attack = {
  id: 'H23',
  title: 'the trusted root is replaced, lost or old',
  forms: [
    edited(
      'another text in its place',
      edit((record) => ({ ...record, text: MALLORYS.trustedRoot() })),
    ),
    edited(
      'another text and another id, though it is pinned',
      edit((record) => ({ ...record, text: MALLORYS.trustedRoot(), id: 'ab'.repeat(32) })),
      true,
    ),
    edited('cut short', async (stage) => {
      const text = await readFile(kept(stage), 'utf8');
      await writeFile(kept(stage), text.slice(0, 500));
    }),
    edited('gone', (stage) => rm(kept(stage))),
    {
      name: 'what another Sigstore signed, under the root as it was imported',
      ...imported(async () => undefined),
      mount: byMallory,
      expect: refused('E-IDENTITY', 'WP-ATTESTATION-AUTHORITY', { says: () => ['world'] }),
      plain: BOTH_INSTALL,
      defence: 'attestation',
      lasting: true,
    },
    {
      name: 'a year old, under --strict',
      ...imported(edit((record) => ({ ...record, checkedAt: Date.now() - YEAR_MS }))),
      own: ['--strict'],
      mount: (stage) => stage.listAttested(GOOD),
      expect: refused('E-FRESH', 'WP-TRUSTED-ROOT-OLD', { says: () => ['"world"', '400 days'] }),
      plain: BOTH_INSTALL,
      defence: 'strictness',
      lasting: true,
    },
    {
      name: 'a year old: told',
      ...imported(edit((record) => ({ ...record, checkedAt: Date.now() - YEAR_MS }))),
      mount: (stage) => stage.listAttested(GOOD),
      expect: PASSED,
      plain: BOTH_INSTALL,
      defence: { because: 'a word in the report' },
      witness: (_stage, { stderr, report }) => [
        ...(stderr.includes('trust root update world') ? [] : ['its age is not told']),
        ...((report?.trusted_roots ?? []).some(({ age_days: days }) => days === 400)
          ? []
          : ['its age is not in the report']),
      ],
    },
  ],
  twins: [
    {
      name: 'imported, pinned, and left alone',
      ...imported(async () => undefined, true),
      mount: (stage) => stage.listAttested(GOOD),
      witness: namesPublisher('GitHub good-people/good'),
    },
  ],
};
