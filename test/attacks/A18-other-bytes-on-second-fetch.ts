// SPDX-License-Identifier: Apache-2.0
import { sendBytes, type Hook } from '../world/host.ts';
import { FILES } from '../world/world.ts';
import { PASSED, type Attack, type Witness } from './attack.ts';
import { EVIL, GOOD, GOOD_PATH } from './stage.ts';

/** Honest as long as the first look lasts. */
const CHANGES: Readonly<Record<string, Hook>> = {
  'every later fetch': (request, response, count) =>
    sendBytes(request, response, count === 1 ? GOOD.bytes : EVIL.bytes),
  'HEAD against GET': (request, response) =>
    sendBytes(request, response, request.method === 'HEAD' ? EVIL.bytes : GOOD.bytes),
  'range against whole': (request, response) =>
    sendBytes(request, response, request.headers.range === undefined ? GOOD.bytes : EVIL.bytes),
};

const onlyTheFirst: Witness = (stage) => {
  const fetches = stage.world.host(FILES).seen.filter((seen) => seen.path === GOOD_PATH);
  return [
    ...(fetches.length === 1 ? [] : [`${fetches.length} upstream requests for one file`]),
    ...(stage.installedWord() === 'GOOD' ? [] : [`installed: ${stage.installedWord()}`]),
  ];
};

export const A18: Attack = {
  id: 'A18',
  title: 'other bytes on the second fetch',
  forms: Object.entries(CHANGES).map(([name, hook]) => ({
    name,
    mount: ({ world }) => world.host(FILES).hooks.set(GOOD_PATH, hook),
    ask: (stage) => [`good @ ${stage.packages}${GOOD.filename}`],
    expect: PASSED,
    plain: null,
    defence: 'verification',
    fallsFor: ['uv'],
    witness: onlyTheFirst,
  })),
};
