// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { look } from './run-outlook.ts';
import { callOf, FakePins, machineOf } from './scene.test-support.ts';

async function lookAt(url: string) {
  const where = 'r.txt:7';
  const pins = new FakePins({ 'r.txt': { urls: [{ url, kind: 'local', where }] } });
  const files = [{ path: 'r.txt', constraint: false, where }];
  const asked = { requirements: [], files, options: [] };
  return await look({ machine: machineOf({}), pins }, callOf('pip'), asked);
}

it.each(['file://h.test/share/l.whl', String.raw`\\h\share\l.whl`, '//h/share/l.whl'])(
  '%s lies on another machine, and is refused',
  async (url) => {
    const { notes, refusals } = await lookAt(url);
    expect(refusals).toMatchObject([{ code: 'WP-BYPASS-CONFIG' }]);
    expect(notes).toStrictEqual([]);
  },
);

it.each(['./local', 'file:///w/l.whl', 'file://localhost/w/l.whl', '/w/l.whl'])(
  '%s lies on this one, and is told of',
  async (url) => {
    const { notes, refusals } = await lookAt(url);
    expect(refusals).toStrictEqual([]);
    expect(notes).toHaveLength(1);
  },
);
