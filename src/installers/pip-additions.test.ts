// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { createPip } from './pip.ts';
import { callOf, FakePins, machineOf, ROUTE } from './scene.test-support.ts';

const pip = createPip({ machine: machineOf({}), pins: new FakePins() });

function steer(words: string, environment: Readonly<Record<string, string>> = {}) {
  const call = callOf(words, environment);
  const recognised = pip.recognise(call.words) ?? { starter: [], argv: [] };
  return pip.steer(recognised, { program: '/v/bin/pip', prefix: [], version: '26.3' }, call, ROUTE);
}

describe('what pip is given of ours', () => {
  it.each(['pip config list', 'pip config set global.proxy x', '/v/bin/pip debug'])(
    'is nothing where it shows or writes settings: %s',
    (words) => {
      const { argv, environment } = steer(words, { PIP_PROXY: 'http://theirs.test' });
      expect(argv).toStrictEqual(words.split(' ').slice(1));
      expect(environment).toStrictEqual(
        callOf('pip', { PIP_PROXY: 'http://theirs.test' }).environment,
      );
    },
  );

  it.each(['pip list', 'pip uninstall x', 'pip cache list', 'pip', 'pip download config'])(
    'is the environment for all else: %s',
    (words) => {
      expect(steer(words).environment['PIP_PROXY']).toBe(ROUTE.proxyWithSecret);
    },
  );
});
