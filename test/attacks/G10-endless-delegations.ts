// SPDX-License-Identifier: Apache-2.0
import { delegationsTo } from '../world/signed-index.ts';
import { makeSigner } from '../world/tuf-repository.ts';
import type { Attack } from './attack.ts';
import { lookingLike, lying, type Lie } from './signed-stage.ts';
import { GOOD } from './stage.ts';
import { targetOf } from '../world/tuf-repository.ts';

const PATH = `packages/good/${GOOD.filename}`;
const keeper = makeSigner();
const to = (name: string) => ({
  name,
  signers: [keeper],
  paths: ['packages/good/*'],
  terminating: false,
});
const without = (path: string): boolean => path.startsWith('packages/');
const name = (number: number): string => `role-${number}`;

/** Each of so many delegates to the next one; the last to the first, or it names the file. */
const chain =
  (length: number, last: 'cycle' | 'file'): Lie =>
  (index) => {
    for (let at = 0; at < length; at++) {
      const isLast = at === length - 1;
      const content =
        isLast && last === 'file'
          ? { targets: { [PATH]: targetOf(GOOD.bytes) } }
          : delegationsTo(to(name(isLast ? 0 : at + 1)));
      index.delegate(name(at), [keeper], content);
    }
    index.sign({ over: delegationsTo(to(name(0))), without });
  };

/** So many side by side. */
const row =
  (length: number): Lie =>
  (index) => {
    const names = Array.from({ length }, (_, at) => name(at));
    for (const each of names) index.delegate(each, [keeper], {});
    index.sign({ over: delegationsTo(...names.map(to)), without });
  };

export const G10: Attack = {
  id: 'G10',
  title: 'delegations without end',
  forms: [
    lying('depth 1,000', chain(1_000, 'cycle'), ['E-LIMIT', 'WP-TUF-LIMIT', PATH]),
    lying('10,000 roles', row(10_000), ['E-LIMIT', 'WP-TUF-LIMIT', PATH], {
      withinMilliseconds: 60_000,
    }),
    lying('a cycle', chain(3, 'cycle'), ['E-MISSING', 'WP-TUF-NOT-FOUND', PATH]),
  ],
  twins: [lookingLike('twenty, the last of which names the file', chain(20, 'file'))],
};
