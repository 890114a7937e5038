// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { INSTALLERS } from '../world/installer-versions.ts';
import { judgeForm, judgeTwin } from './harness.ts';
import { ATTACKS } from './index.ts';

const PATIENCE = 120_000;

describe.concurrent.each(ATTACKS)('$id $title', ({ forms, twins = [] }) => {
  for (const installer of INSTALLERS) {
    for (const [place, form] of forms.entries()) {
      if (form.installers?.includes(installer) === false) continue;
      test(`${installer}: ${form.name}`, { timeout: PATIENCE }, async () => {
        const { faults, said } = await judgeForm(form, { installer }, place === 0);
        expect(faults, said).toEqual([]);
      });
    }
    for (const twin of twins) {
      if (twin.installers?.includes(installer) === false) continue;
      test(`${installer}: benign: ${twin.name}`, { timeout: PATIENCE }, async () => {
        const { faults, said } = await judgeTwin(twin, { installer });
        expect(faults, said).toEqual([]);
      });
    }
  }
});
