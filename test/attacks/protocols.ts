// SPDX-License-Identifier: Apache-2.0
import type { AnyInstaller } from '../world/installer-versions.ts';
import { PROTOCOLS, type Protocol } from '../world/exchange.ts';
import type { Attack, Form, Twin } from './attack.ts';

/** Those that a server mounts by how it answers, not only by what. */
const OF_THE_NETWORK = /^(?:D\d\d|A18|A19|A20|A22|B16|E02|E07|F0[1-6]|H03|K05)$/u;

export function isOfNetwork({ id }: Pick<Attack, 'id'>): boolean {
  return OF_THE_NETWORK.test(id);
}

/**
 * What the index of one case speaks: a verdict is the same over either, so each is the upstream of
 * half the cases. Of a form that both installers play, one plays it over HTTP/2 and one without.
 */
export function protocolOf(
  { id }: Pick<Attack, 'id'>,
  scene: Form | Twin,
  { installer, place }: { readonly installer: AnyInstaller; readonly place: number },
): Protocol {
  if (scene.over !== undefined) return scene.over;
  const turn = Number(id.slice(1)) + (place >> 1) + (installer === 'uv' ? 1 : 0);
  return PROTOCOLS[turn % 2] ?? 'h2';
}
