// SPDX-License-Identifier: Apache-2.0
import { parentPort } from 'node:worker_threads';
import { Refusal } from '../core/errors.ts';
import type { NamedRoot } from '../core/trusted-roots.ts';
import { judgeProvenance } from './provenance.ts';
import type { ProvingAnswer, ProvingAsk } from './proving-protocol.ts';

// The thread that proves: publishers' evidence is read here, away from what serves the installer.

const roots = new Map<number, NamedRoot>();

function answer({ provenance, file, roots: named }: ProvingAsk): ProvingAnswer {
  try {
    for (const { name, key, bytes } of named) {
      if (bytes !== null) roots.set(key, { name, bytes, checkedAt: 0 });
    }
    const known = named.map(({ key }) => roots.get(key));
    const given = known.filter((root) => root !== undefined);
    if (given.length !== named.length) return { fault: 'a trusted root was never sent' };
    return { said: judgeProvenance(provenance, file, given) };
  } catch (thrown) {
    if (thrown instanceof Refusal) return { refused: thrown.toReason() };
    return { fault: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

parentPort?.on('message', (ask: ProvingAsk) => parentPort?.postMessage(answer(ask), []));
