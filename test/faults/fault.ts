// SPDX-License-Identifier: Apache-2.0
import { PROTOCOLS, type Protocol } from '../world/exchange.ts';
import type { InstallerName } from '../world/installer-versions.ts';
import type { Ground } from './ground.ts';
import type { Need } from './machinery.ts';

/** One fault of the machine or the network, by its number in the catalogue. */
export interface Fault {
  readonly id: string;
  readonly title: string;
  readonly forms: readonly FaultForm[];
}

export interface FaultForm {
  readonly name: string;
  /** pip alone where absent. */
  readonly installers?: readonly InstallerName[];
  /** What the machine must have for it; skipped, and said so, where it has not. */
  readonly needs?: readonly Need[];
  /** What it does depends on how the upstream answers: played over HTTP/2 and without. */
  readonly network?: true;
  /** A few seconds at most: runs with the tests too. */
  readonly quick?: true;
  /** Mounts the fault for real and judges what becomes of it. */
  readonly play: (ground: Ground) => Promise<Played>;
}

export interface Played {
  /** What was not as it must be, a sentence each; none is a pass. */
  readonly faults: readonly string[];
  /** What was measured, in a few words, for the table. */
  readonly figure: string;
}

/** What the upstream of a form speaks: one for each round of it. */
export function protocolsOf({ network }: FaultForm): readonly Protocol[] {
  return network === true ? PROTOCOLS : ['http/1.1'];
}
