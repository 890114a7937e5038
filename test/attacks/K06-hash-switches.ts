// SPDX-License-Identifier: Apache-2.0
import { refused, type Attack, type Form, type Witness } from './attack.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

const PINNED = `good==1.0 --hash=sha256:${GOOD.sha256}\n`;

/** The requirement file pins the good file, the index has the evil one, and a switch says: never mind. */
function switchedOff(name: string, told: string, more: Partial<Form>): Form {
  return {
    name,
    mount: async (stage) => {
      stage.listOnly(EVIL);
      await stage.write('requirements.txt', PINNED);
    },
    ask: () => ['-r', 'requirements.txt'],
    // The switch has no effect here; what is refused are the bytes.
    expect: refused('E-BYTES', 'WP-PIN-MISMATCH', { says: () => [GOOD.filename, told] }),
    plain: { pip: 'refuses', uv: 'installs' },
    defence: 'pins',
    ...more,
  };
}

const listed = (stage: Stage) => stage.listOnly(EVIL);

const allNamed: Witness = ({ environment }, { stderr }) => {
  const names = Object.keys(OFF).filter((name) =>
    name.startsWith(`${environment.installer.toUpperCase()}_`),
  );
  return names
    .filter((name) => !stderr.includes(`${name} was taken out`))
    .map((name) => `${name} is not named`);
};

const OFF = {
  PIP_NO_REQUIRE_HASHES: '1',
  UV_NO_VERIFY_HASHES: '1',
  UV_SKIP_WHEEL_FILENAME_CHECK: '1',
  UV_INSECURE_NO_ZIP_VALIDATION: '1',
};

export const K06: Attack = {
  id: 'K06',
  title: 'switches that turn hash checking off',
  forms: [
    switchedOff('variables', '_HASHES', { variables: () => OFF, defence: 'settings' }),
    switchedOff('on the command line', 'has no effect here', {
      newestOf: 'pip', // older ones have only the switch that demands hashes
      ask: ({ environment }) => [
        environment.installer === 'pip' ? '--no-require-hashes' : '--no-verify-hashes',
        '-r',
        'requirements.txt',
      ],
    }),
    switchedOff('in a file of the project', 'uv.toml:2', {
      installers: ['uv'],
      mount: async (stage) => {
        listed(stage);
        await stage.write('requirements.txt', PINNED);
        await stage.write('uv.toml', '[pip]\nverify-hashes = false\n');
      },
    }),
  ],
  twins: [
    {
      name: 'the pinned file under the same switches',
      mount: (stage) => stage.write('requirements.txt', PINNED),
      ask: () => ['-r', 'requirements.txt'],
      variables: () => OFF,
      witness: allNamed,
    },
  ],
};
