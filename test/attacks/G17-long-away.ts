// SPDX-License-Identifier: Apache-2.0
import type { Attack } from './attack.ts';
import { lookingLike, lying, pin, type Lie } from './signed-stage.ts';

const year = (number: number) => ({ expires: `20${20 + number}-01-01T00:00:00Z` });

/** Root 1 is what was shipped three years ago; a root for each year since follows, but for some. */
const yearly =
  (missing: readonly number[] = []): Lie =>
  (index, stage) => {
    const { repository } = index;
    index.beginWith(year(1));
    for (const version of [2, 3, 4]) {
      if (missing.includes(version)) continue;
      const over = version === 4 ? {} : year(version);
      index.put(`${version}.root.json`, repository.root(version, over), [repository.signers.root]);
    }
    pin(stage);
  };

export const G17: Attack = {
  id: 'G17',
  title: 'a root that was shipped three years ago',
  forms: [
    lying('one on the way is kept back', yearly([3]), ['E-FRESH', 'WP-TUF-EXPIRED', 'root'], {
      // The root that it stands at is the pin's: nobody has lied to it.
      lasting: true,
    }),
    lying('nothing newer is shown', yearly([2, 3, 4]), ['E-FRESH', 'WP-TUF-EXPIRED', 'root'], {
      lasting: true,
    }),
  ],
  twins: [lookingLike('every one on the way is there', yearly())],
};
