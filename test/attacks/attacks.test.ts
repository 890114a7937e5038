// SPDX-License-Identifier: Apache-2.0
import { describe, expect, inject, test } from 'vitest';
import { provisionWith } from '../world/installer-templates.ts';
import { INSTALLERS, newest } from '../world/installer-versions.ts';
import { judgeForm, judgeTwin } from './harness.ts';
import { ATTACKS } from './index.ts';
import { suits } from './suits.ts';

const PATIENCE = 180_000;
provisionWith(inject('callersEnvironment'));

describe.concurrent.each(ATTACKS)('$id $title', ({ forms, twins = [] }) => {
  for (const installer of INSTALLERS) {
    for (const [place, form] of forms.entries()) {
      if (!suits(form, installer, newest(installer))) continue;
      test(`${installer}: ${form.name}`, { timeout: PATIENCE }, async () => {
        const { faults, said } = await judgeForm(form, { installer }, place === 0);
        expect(faults, said).toEqual([]);
      });
    }
    for (const twin of twins) {
      if (!suits(twin, installer, newest(installer))) continue;
      test(`${installer}: benign: ${twin.name}`, { timeout: PATIENCE }, async () => {
        const { faults, said } = await judgeTwin(twin, { installer });
        expect(faults, said).toEqual([]);
      });
    }
  }
});
