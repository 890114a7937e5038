// SPDX-License-Identifier: Apache-2.0
import { publicUrl } from '../core/url.ts';

/** Passes the gate; everything else is a place on this machine, or a way that the gate does not see. */
export function isRemote(address: string): boolean {
  return /^https?:\/\//iu.test(address);
}

/** Index addresses fit to be kept: remote, readable, without credentials, each once. */
export function publicIndexes(addresses: readonly string[]): readonly string[] {
  return [
    ...new Set(
      addresses.filter((address) => isRemote(address) && URL.canParse(address)).map(publicUrl),
    ),
  ];
}
