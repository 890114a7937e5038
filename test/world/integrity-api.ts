// SPDX-License-Identifier: Apache-2.0
import { servePage } from './host.ts';
import type { ListedModel } from './index-model.ts';
import type { AttestationJson } from './sigstore/sigstore.ts';
import { gitHub } from './sigstore/signers.ts';
import type { BuiltFile } from './wheel.ts';
import { INDEX, type World } from './world.ts';

const INTEGRITY_TYPE = 'application/vnd.pypi.integrity.v1+json';

/** PEP 740's provenance object: whom the index takes for the publisher, and what he attested. */
export interface ProvenanceJson {
  version: unknown;
  attestation_bundles: { publisher: Record<string, unknown>; attestations: unknown[] }[];
}

/** As an honest index makes it of one publisher's attestations. */
export function provenance(
  attestations: readonly AttestationJson[],
  publisher: Readonly<Record<string, unknown>> = gitHub().publisher,
): ProvenanceJson {
  return {
    version: 1,
    attestation_bundles: [{ publisher: { ...publisher }, attestations: [...attestations] }],
  };
}

/** Where the index tells of a file's attestations. */
export const provenancePath = ({ project, version, filename }: BuiltFile): string =>
  `/integrity/${project}/${version}/${filename}/provenance`;

/**
 * Lists a file whose attestations the index names, in both forms of its page, and hands them out.
 * @param said an object to be written as JSON, or the very bytes of the answer
 */
export function publishAttested(
  world: World,
  file: BuiltFile,
  said: ProvenanceJson | Uint8Array,
  over: Partial<ListedModel> = {},
): ListedModel {
  const path = provenancePath(file);
  const body = said instanceof Uint8Array ? said : JSON.stringify(said);
  world.host(INDEX).hooks.set(path, servePage(INTEGRITY_TYPE, body));
  const raw = { provenance: `${world.origin(INDEX)}${path}`, ...over.raw };
  return world.publish(file, { ...over, raw });
}
