// SPDX-License-Identifier: Apache-2.0
import { describe, expect, inject, test } from 'vitest';
import { provisionWith } from '../world/installer-templates.ts';
import type { InstallerName } from '../world/installer-versions.ts';
import { protocolsOf } from './fault.ts';
import { openGround } from './ground.ts';
import { FAULTS } from './index.ts';
import { lacking } from './machinery.ts';

// Those that take a few seconds; `npm run faults` mounts all of them.
const PIP: readonly InstallerName[] = ['pip'];
provisionWith(inject('callersEnvironment'));

const QUICK = FAULTS.filter(({ forms }) => forms.some(({ quick }) => quick === true));

describe.concurrent.each(QUICK)('$id $title', ({ forms }) => {
  for (const form of forms) {
    const { name, installers = PIP, needs, quick, play } = form;
    for (const [at, installer] of (quick === true ? installers : []).entries()) {
      // Each over one protocol, all by somebody.
      const protocols = protocolsOf(form);
      const protocol = protocols[at % protocols.length];
      test.skipIf(lacking(needs) !== null)(`${installer}: ${name}`, async () => {
        await using ground = await openGround(installer, protocol);
        const { faults } = await play(ground);
        expect(faults).toEqual([]);
      });
    }
  }
});
