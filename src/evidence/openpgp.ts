// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { HeldBytes } from '../core/bytes.ts';
import { NO_RELEASE, type EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import { MAX_SIGNATURE_BYTES, MIB } from '../core/limits.ts';
import type { SignerRule } from '../core/signer-rule.ts';
import { checkDetachedBy, openKeyring, type Keyring } from './openpgp-signers.ts';
import {
  findingOf,
  isOpen,
  outcomeOf,
  type RuleOutcome,
  type SignatureSources,
} from './signature-findings.ts';
import { fetchPlace, fillTemplate, type Place } from './signature-locations.ts';
import { judgeSigners, type Signed } from './signer-verdict.ts';

const base = { kind: 'openpgp', class: 'publisher', identity: null } as const;
const CHUNK_BYTES = MIB;

const nothing = (detail: string): Finding => ({ ...base, state: 'absent', detail, code: null });
const NO_RULE = nothing('no policy says whose OpenPGP keys may sign for this project');

type Fetched = { readonly bytes: Uint8Array | null } | { readonly thrown: unknown };

/**
 * The maintainers' own detached signatures (RFC 9580, section 10.4): beside the file, where the
 * policy says, or in a local folder; by keys that the policy authorises for the project.
 */
export function openPgpEvidence({ signers, clock, ...access }: SignatureSources): EvidenceKind {
  const running = new Map<string, Promise<Fetched>>();
  const keyrings = new Map<SignerRule, Promise<Keyring>>();
  const fetchOnce = (
    artifact: Artifact,
    place: Place,
    credentials: Readonly<Record<string, string>> = {},
  ): Promise<Fetched> => {
    const key = JSON.stringify([artifact.url, place.address]);
    const known = running.get(key);
    if (known !== undefined) return known;
    const own = isSameOrigin(place.address, artifact.url) ? credentials : {};
    const fetched = fetchPlace(access, place, MAX_SIGNATURE_BYTES, own).then(
      (bytes) => ({ bytes }),
      (thrown: unknown) => ({ thrown }),
    );
    running.set(key, fetched);
    return fetched;
  };
  const keyringOf = (rule: SignerRule): Promise<Keyring> => {
    const known = keyrings.get(rule) ?? openKeyring(rule);
    keyrings.set(rule, known);
    return known;
  };
  const judge = async (artifact: Artifact, bytes: HeldBytes, rule: SignerRule) => {
    const signed: Signed[] = [];
    const found: string[] = [];
    let open: unknown = null;
    // Several signers may each have a place of their own.
    for (const place of placesOf(artifact, rule)) {
      const fetched = await fetchOnce(artifact, place);
      running.delete(JSON.stringify([artifact.url, place.address]));
      if ('thrown' in fetched) {
        if (!isOpen(fetched.thrown)) throw fetched.thrown;
        open ??= fetched.thrown;
        continue;
      }
      if (fetched.bytes === null) continue;
      const by = { rule, keyring: await keyringOf(rule), now: clock.now(), ofText: false };
      signed.push(...(await checkDetachedBy(() => chunksOf(bytes), fetched.bytes, by)));
      found.push(place.address);
    }
    if (found.length > 0) {
      const what = `${artifact.filename}, ${found.join(', ')}`;
      const verdict = judgeSigners(what, signed, rule);
      if (verdict.state === 'vouched' || open === null) return [verdict];
    }
    if (open !== null) throw open;
    return [];
  };
  const rulesOf = (artifact: Artifact): readonly SignerRule[] =>
    signers(artifact.project).filter((rule) => isForFiles(rule));
  return {
    kind: base.kind,
    class: base.class,
    foresee: (artifact) => (rulesOf(artifact).length === 0 ? NO_RULE : null),
    foreseeable: () => NO_RELEASE,
    begin(artifact, credentials) {
      for (const rule of rulesOf(artifact)) {
        for (const place of placesOf(artifact, rule)) void fetchOnce(artifact, place, credentials);
      }
    },
    async examine(artifact, bytes) {
      const rules = rulesOf(artifact);
      if (rules.length === 0) return NO_RULE;
      const outcomes: RuleOutcome[] = [];
      for (const rule of rules) {
        outcomes.push(...(await outcomeOf(() => judge(artifact, bytes, rule))));
      }
      return findingOf(base, outcomes, rules);
    },
  };
}

function isForFiles({ openpgp, speaksFor }: SignerRule): boolean {
  return openpgp.length > 0 && speaksFor === 'publisher';
}

/** Where a rule says nothing, the index does (`gpg-sig`, PEP 503). */
function placesOf(artifact: Artifact, { signatures, checksums }: SignerRule): readonly Place[] {
  const page = artifact.listedBy ?? null;
  if (signatures !== null) {
    return signatures.map((template) => ({
      address: fillTemplate(template, artifact),
      from: template.startsWith('{url}') ? page : null,
      promised: false,
    }));
  }
  const promised = artifact.listed?.gpgSig === true;
  if (!promised && checksums.length > 0) return [];
  if (artifact.listed?.gpgSig === false) return [];
  return [{ address: `${artifact.url}.asc`, from: page, promised }];
}

function isSameOrigin(one: string, other: string): boolean {
  return URL.parse(one)?.origin === URL.parse(other)?.origin;
}

async function* chunksOf(bytes: HeldBytes): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.size;) {
    const chunk = await bytes.read(at, CHUNK_BYTES);
    if (chunk.length === 0) return;
    at += chunk.length;
    yield chunk;
  }
}
