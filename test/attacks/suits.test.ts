// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { isTool, PROJECT_TOOLS } from '../world/installer-versions.ts';
import type { Form, Twin } from './attack.ts';
import { ATTACKS } from './index.ts';

/** What every tool that works on a project has to stand, too. */
const CORE = /^(?:[ABE]\d\d|C12|K16|K26)$/u;

const scenes = (forms: readonly (Form | Twin)[], id: string) =>
  forms.map((scene) => ({ id, scene }));

test('what a project tool is not asked says why', () => {
  const unsaid = ATTACKS.filter(({ id }) => CORE.test(id))
    .flatMap(({ id, forms, twins = [] }) => scenes([...forms, ...twins], id))
    .flatMap(({ id, scene: { name, installers, notBy, words, newestOf } }) => {
      // A form of some tools' own.
      if (installers?.every(isTool) === true) return [];
      const bound = installers !== undefined || words !== undefined || newestOf !== undefined;
      return PROJECT_TOOLS.filter(
        (tool) => bound && installers?.includes(tool) !== true && notBy?.[tool] === undefined,
      ).map((tool) => `${id} ${name}: ${tool}`);
    });
  expect(unsaid).toEqual([]);
});
