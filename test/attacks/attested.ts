// SPDX-License-Identifier: Apache-2.0
import type { Witness } from './attack.ts';

/** The report tells this publisher, as a finding of the file that was let through. */
export function namesPublisher(words: string): Witness {
  return (_stage, { report }) => {
    const told = (report?.files ?? []).flatMap(({ findings }) =>
      findings.flatMap(({ kind, identity }) => (kind === 'attestation' ? [identity ?? ''] : [])),
    );
    return told.some((identity) => identity.includes(words))
      ? []
      : [`the report names ${told.join(' or ') || 'no publisher'}, not ${words}`];
  };
}
