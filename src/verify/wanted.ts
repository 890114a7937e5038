// SPDX-License-Identifier: Apache-2.0
import type { Wish } from '../core/installer.ts';
import { satisfies } from '../core/version.ts';

/** Whether a version would do for everything that is wished for of one project. */
export function meetsWishes(wishes: readonly Wish[], version: string): boolean {
  const meets = ({ specifier }: Wish): boolean =>
    specifier === '' || (version !== '' && satisfies(version, specifier));
  const conditional = wishes.filter((wish) => wish.conditional === true);
  return (
    wishes.every((wish) => wish.conditional === true || meets(wish)) &&
    (conditional.length === 0 || conditional.some(meets))
  );
}
