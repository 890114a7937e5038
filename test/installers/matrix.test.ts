// SPDX-License-Identifier: Apache-2.0
import { expect, inject, test } from 'vitest';
import { provisionWith } from '../world/installer-templates.ts';
import { playCell } from '../matrix/cell.ts';
import { MATRIX_TOOLS } from '../matrix/tools.ts';

provisionWith(inject('callersEnvironment'));

/** The whole table is `npm run installers`; this is as much of it as every test run has time for. */
const PLAYED = ['Poetry', 'pipenv', 'PDM'];

test.concurrent.each(MATRIX_TOOLS.filter(({ name }) => PLAYED.includes(name)))(
  '$name: the good file passes, the bad one is refused',
  { timeout: 240_000 },
  async (tool) => {
    const { faults, said, output } = await playCell(tool, 'install');
    expect(faults, output).toEqual([]);
    expect(said, output).toBe(true);
  },
);
