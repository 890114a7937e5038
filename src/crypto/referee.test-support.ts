// SPDX-License-Identifier: Apache-2.0
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import type { RealEvidence } from './real-evidence.test-support.ts';

/** What @sigstore/verify says of the same evidence: the identity, or why not. */
export type RefereeVerdict =
  | { readonly accepted: true; readonly san: string; readonly issuer: string }
  | { readonly accepted: false; readonly why: string };

export function openReferee(rootJson: string) {
  const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(rootJson))), {
    tlogThreshold: 1,
    ctlogThreshold: 1,
    timestampThreshold: 1,
  });
  return (evidence: Pick<RealEvidence, 'signed'>, json: unknown): RefereeVerdict => {
    try {
      const bundle = bundleFromJSON(
        evidence.signed === null ? bundleOf(JSON.parse(JSON.stringify(json))) : json,
      );
      const artifact = evidence.signed?.bytes;
      const entity = toSignedEntity(bundle, artifact ? Buffer.from(artifact) : undefined);
      const { identity } = verifier.verify(entity);
      return {
        accepted: true,
        san: identity?.subjectAlternativeName ?? '',
        issuer: identity?.extensions?.issuer ?? '',
      };
    } catch (thrown) {
      return { accepted: false, why: thrown instanceof Error ? thrown.message : String(thrown) };
    }
  };
}

interface Attestation {
  readonly verification_material: {
    readonly certificate: unknown;
    readonly transparency_entries: unknown;
    readonly timestamps?: readonly string[];
  };
  readonly envelope: { readonly statement: unknown; readonly signature: unknown };
}

/** A PEP 740 attestation as a Sigstore bundle. */
function bundleOf(json: Attestation): unknown {
  const { verification_material: material, envelope } = json;
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {
      certificate: { rawBytes: material.certificate },
      tlogEntries: material.transparency_entries,
      timestampVerificationData: {
        rfc3161Timestamps: (material.timestamps ?? []).map((signedTimestamp) => ({
          signedTimestamp,
        })),
      },
    },
    dsseEnvelope: {
      payload: envelope.statement,
      payloadType: 'application/vnd.in-toto+json',
      signatures: [{ sig: envelope.signature, keyid: '' }],
    },
  };
}
