// SPDX-License-Identifier: Apache-2.0
import { describe, expect, inject, test } from 'vitest';
import { provisionWith } from '../world/installer-templates.ts';
import { INSTALLERS, newest, type InstallerName } from '../world/installer-versions.ts';
import type { Form, Twin } from './attack.ts';
import { judgeForm, judgeTwin } from './harness.ts';
import { ATTACKS } from './index.ts';
import { protocolOf } from './protocols.ts';
import { suits } from './suits.ts';

const PATIENCE = 180_000;
provisionWith(inject('callersEnvironment'));

/**
 * The first form and the first benign twin are played by every installer, each further one by one
 * of those that it suits: `npm run attacks` plays all by all.
 */
function playersOf(form: Form | Twin, place: number): readonly InstallerName[] {
  // What is done to HTTP/2 itself is shown in upstream: a few of it here.
  if (form.over !== undefined) return place % 4 === 1 ? ['uv'] : [];
  const fit = INSTALLERS.filter((installer) => suits(form, installer, newest(installer)));
  return place === 0 ? fit : fit.slice(place % fit.length, (place % fit.length) + 1);
}

describe.concurrent.each(ATTACKS)('$id $title', (attack) => {
  const { forms, twins = [] } = attack;
  for (const [place, form] of forms.entries()) {
    for (const installer of playersOf(form, place)) {
      const protocol = protocolOf(attack, form, { installer, place });
      test(`${installer}: ${form.name} (${protocol})`, { timeout: PATIENCE }, async () => {
        const { faults, said } = await judgeForm(form, { installer, protocol }, place === 0);
        expect(faults, said).toEqual([]);
      });
    }
  }
  for (const [place, twin] of twins.entries()) {
    for (const installer of playersOf(twin, place)) {
      const protocol = protocolOf(attack, twin, { installer, place });
      test(`${installer}: benign: ${twin.name} (${protocol})`, { timeout: PATIENCE }, async () => {
        const { faults, said } = await judgeTwin(twin, { installer, protocol });
        expect(faults, said).toEqual([]);
      });
    }
  }
});
