// SPDX-License-Identifier: Apache-2.0
import { delegationsTo } from '../world/signed-index.ts';
import { makeSigner, targetOf } from '../world/tuf-repository.ts';
import { pathsBelow } from '../world/tree-hash.ts';
import { INDEX } from '../world/world.ts';
import { BOTH_INSTALL, CONTROL, PASSED, type Attack, type Witness } from './attack.ts';
import { pin, pinning, signedIndex, signHonestly } from './signed-stage.ts';
import { GOOD } from './stage.ts';

const NAMES = [
  '../../../../escape',
  '/tmp/escape',
  'C:\\escape',
  '%2e%2e%2fescape',
  'escape?a=b',
  'escape#x',
  'escape\u0000',
  'escape/../../../../escape',
];
const PATH = `packages/good/${GOOD.filename}`;

/** Nothing is called what a role is called, and nothing was asked for above the metadata. */
const staysInside: Witness = async ({ environment, world }) => {
  const written = (await pathsBelow(environment.root)).filter((path) => path.includes('escape'));
  const asked = world.host(INDEX).seen.map(({ path }) => path);
  const outside = asked.filter(
    (path) => /escape/u.test(path) && !/^\/metadata\/1\.[^/?#]*\.json$/u.test(path),
  );
  const named = asked.filter((path) => path.includes('escape')).length;
  return [
    ...written.map((path) => `written: ${path}`),
    ...outside.map((path) => `asked for: ${path}`),
    ...(named === NAMES.length ? [] : [`${named} of ${NAMES.length} roles were asked for`]),
  ];
};

export const G07: Attack = {
  id: 'G07',
  title: 'roles whose names are paths',
  forms: [
    {
      name: 'the last of them names the file',
      mount: (stage) => {
        const developer = makeSigner();
        const index = signedIndex(stage);
        const [last] = NAMES.slice(-1);
        for (const name of NAMES) {
          const targets = name === last ? { [PATH]: targetOf(GOOD.bytes) } : {};
          index.delegate(name, [developer], { targets });
        }
        const roles = NAMES.map((name) => ({
          name,
          signers: [developer],
          paths: ['packages/good/*'],
          terminating: false,
        }));
        signHonestly(stage, { over: delegationsTo(...roles), without: (path) => path === PATH });
        pin(stage);
      },
      policy: pinning(),
      expect: PASSED,
      plain: BOTH_INSTALL,
      defence: CONTROL,
      witness: staysInside,
    },
  ],
};
