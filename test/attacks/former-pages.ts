// SPDX-License-Identifier: Apache-2.0
import { makeWheel } from '../world/wheel.ts';
import type { Witness } from './attack.ts';
import { GOOD, type Stage } from './stage.ts';

/** For the attacks on what an index page once said. */
export const NEWER = makeWheel({ name: 'good', version: '2.0' });

/** Under --strict, with nothing but what a page says of itself left to decide. */
export const STRICTLY = { own: ['--strict'], policy: exception('first-use') } as const;

export function exception(...rules: readonly string[]): string {
  const table = (rule: string): string =>
    `[[exception]]\nproject = "good"\nrule = "${rule}"\nreason = "asked the project"\n` +
    'owner = "ana@example.com"\nexpires = 2099-12-31\n';
  return rules.map(table).join('\n');
}

/** Lists 1.0 and 2.0. */
export function listBoth({ world }: Stage): void {
  world.reset();
  world.publish(GOOD);
  world.publish(NEWER);
}

/** An honest install of 1.0, while the page lists 2.0 too. */
export const AFTER_BOTH = { ask: ['good==1.0'], set: listBoth } as const;

/** It was told, and what was asked for is installed. */
export function told(...words: readonly string[]): Witness {
  return async (stage, { stderr }) => {
    const found = await stage.installedVersions();
    return [
      ...words.filter((each) => !stderr.includes(each)).map((each) => `"${each}" is not told`),
      ...(found.some((each) => each.startsWith('good-')) ? [] : ['nothing installed']),
    ];
  };
}
