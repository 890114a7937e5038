// SPDX-License-Identifier: Apache-2.0
import type { Attack, Witness } from './attack.ts';
import { runAndKillGate } from './killed-gate.ts';

const nothingReachedAlone: Witness = ({ world }, guarded) => {
  const later = world.reached.slice(guarded.killedAfter);
  return later.map(({ host }) => `${host} was reached without the gate`);
};

export const K20: Attack = {
  id: 'K20',
  title: 'the installer outlives the gate',
  forms: [
    {
      name: 'kill -9 while a file is on its way',
      mount: () => undefined,
      run: runAndKillGate,
      expect: { outcome: 'stopped' },
      plain: null,
      defence: 'steering',
      witness: nothingReachedAlone,
    },
  ],
};
