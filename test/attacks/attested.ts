// SPDX-License-Identifier: Apache-2.0
import { provenance, type ProvenanceJson } from '../world/integrity-api.ts';
import { gitHub } from '../world/sigstore/signers.ts';
import type { AttestationJson, AttestWish } from '../world/sigstore/sigstore.ts';
import type { BuiltFile } from '../world/wheel.ts';
import {
  BOTH_INSTALL,
  OWN_SIGSTORE,
  type Form,
  type Refused,
  type Twin,
  type Witness,
} from './attack.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

/** Who may sign whatever he likes, as himself. */
export const MALLORY = gitHub({
  repository: 'mallory/good',
  repositoryId: '6666',
  ownerId: '7777',
});

type Said = (stage: Stage) => ProvenanceJson | Uint8Array;

/** The index names attestations of the evil file, and hands out what is `said`. */
export function attested(
  name: string,
  said: Said,
  expect: Refused,
  more: Partial<Form> & { readonly file?: BuiltFile } = {},
): Form {
  const { file = EVIL, ...rest } = more;
  return {
    name,
    ...OWN_SIGSTORE,
    mount: (stage) => stage.listAttested(file, said(stage)),
    expect,
    plain: BOTH_INSTALL,
    defence: 'attestation',
    ...rest,
  };
}

/** As {@link attested}: one attestation of the evil file with these lies in it. */
export function lyingly(name: string, wish: AttestWish, expect: Refused, more = {}): Form {
  return attested(name, ({ sigstore }) => provenance([sigstore.attest(EVIL, wish)]), expect, more);
}

/** As {@link attested}: one honest attestation of the evil file, bent afterwards. */
export function bent(
  name: string,
  bend: (attestation: AttestationJson, stage: Stage) => unknown,
  expect: Refused,
  wish: AttestWish = {},
): Form {
  const said: Said = (stage) => {
    const attestation = stage.sigstore.attest(EVIL, wish);
    bend(attestation, stage);
    return provenance([attestation]);
  };
  return attested(name, said, expect);
}

/** What looks alike, of the good file, and is believed. */
export function honestly(
  name: string,
  wish: AttestWish = {},
  { file = GOOD, words = 'GitHub good-people/good' }: { file?: BuiltFile; words?: string } = {},
): Twin {
  const publisher = wish.signer?.publisher;
  return {
    name,
    ...OWN_SIGSTORE,
    mount: (stage) =>
      stage.listAttested(file, provenance([stage.sigstore.attest(file, wish)], publisher)),
    witness: namesPublisher(words),
  };
}

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
