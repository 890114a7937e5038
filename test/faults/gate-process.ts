// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs';
import { residentKiB } from '../../bench/resident.ts';
import { openGate, openPolicy, findPlaces } from '../../src/cli/wire.ts';

// One gate that lives long, in a process of its own, so that its memory and its open files are its
// own: started by gate-hall.ts, asked and ended by messages.

const [, , index = '', caFile = '', proxy = ''] = process.argv;
const environment = process.env;
const policy = await openPolicy(
  { directory: process.cwd(), environment, file: null, strict: false },
  {},
);
const gate = await openGate(
  {
    places: findPlaces(environment),
    policy,
    intent: {
      fetches: true,
      wishes: [],
      pins: [],
      indexes: [index],
      caFiles: [caFile],
      proxy,
      targets: [],
      notes: [],
      refusals: [],
    },
    client: 'soak',
    environment,
    interactive: false,
    log: () => undefined,
  },
  {},
);

process.on('message', (wish) => {
  if (wish === 'end') {
    void gate.close().then(() => process.disconnect());
    return;
  }
  globalThis.gc?.();
  process.send?.({ ...residentKiB('self'), descriptors: readdirSync('/proc/self/fd').length });
});
process.send?.({ proxy: gate.gateway.proxyWithSecret, ca: gate.gateway.caPem });
