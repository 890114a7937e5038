// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { HeldBytes } from '../core/bytes.ts';
import { Refusal } from '../core/errors.ts';
import { NO_RELEASE, type EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import type { TrustedRoots } from '../core/trusted-roots.ts';
import type { Upstream } from '../core/upstream.ts';
import { judgeHere, type ProvenanceJudge } from './provenance-judge.ts';
import type { Vouchers } from './provenance.ts';
import { fetchProvenance } from './provenance-source.ts';

const base = { kind: 'attestation', class: 'publisher', identity: null } as const;

export interface AttestationSources {
  readonly upstream: Upstream;
  /** Whom signatures are verified against; asked for only once a file is attested. */
  readonly trustedRoots: TrustedRoots;
  /** What attestations prove is said here; by the thread that asks where absent. */
  readonly judge?: ProvenanceJudge;
}

type Fetched = { readonly bytes: Uint8Array } | { readonly thrown: unknown };

/**
 * The publisher's own word (PEP 740): the attestations that the index page names, verified offline.
 * They are fetched beside the file, once, and judged when its bytes are known.
 */
export function attestationEvidence(sources: AttestationSources): EvidenceKind {
  const { upstream, trustedRoots, judge = judgeHere } = sources;
  const running = new Map<string, Promise<Fetched>>();
  const fetchOnce = (
    artifact: Artifact,
    url: string,
    credentials: Readonly<Record<string, string>>,
  ): Promise<Fetched> => {
    const known = running.get(url);
    if (known !== undefined) return known;
    judge.prepare();
    const fetched = fetchProvenance(upstream, artifact, url, credentials).then(
      (bytes) => ({ bytes }),
      (thrown: unknown) => ({ thrown }),
    );
    running.set(url, fetched);
    return fetched;
  };
  const examine = async (artifact: Artifact, bytes: HeldBytes): Promise<Finding> => {
    const url = artifact.listed?.provenance ?? null;
    if (url === null) return unnamed(artifact);
    try {
      const fetched = await fetchOnce(artifact, url, {});
      running.delete(url);
      if ('thrown' in fetched) throw fetched.thrown;
      const { filename, project } = artifact;
      const file = { filename, project, sha256: bytes.digests.sha256 };
      const roots = await trustedRoots(artifact);
      return findingOf(await judge.judge({ provenance: fetched.bytes, file, roots }));
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      return refused(thrown);
    }
  };
  return {
    kind: base.kind,
    class: base.class,
    // Pages are judged entry by entry: nothing is fetched for files that nobody asks for.
    foresee: (artifact) =>
      (artifact.listed?.provenance ?? null) === null ? unnamed(artifact) : null,
    foreseeable: () => NO_RELEASE,
    begin(artifact, credentials) {
      const url = artifact.listed?.provenance ?? null;
      if (url !== null) void fetchOnce(artifact, url, credentials);
    },
    examine,
  };
}

function unnamed({ listed }: Artifact): Finding {
  const detail =
    listed === null ? 'no index page led to this file' : 'the index page names no attestations';
  return { ...base, state: 'absent', detail, code: null };
}

/** What attestations that hold say of a file. */
export function findingOf({ vouchers, silent }: Vouchers): Finding {
  const identity = [...new Set(vouchers.map(({ words }) => words))].join('; ');
  if (identity === '') {
    const detail = silent.join('; ') || 'the index names attestations, and there are none';
    return { ...base, state: 'absent', detail, code: null };
  }
  const said = vouchers.map(({ predicate, proof: { entries, times } }) => {
    const [entry] = entries;
    const signed = new Date(times[0]?.at ?? 0).toISOString();
    return `${predicate} attestation signed ${signed}, ${entry?.log} entry ${entry?.index}`;
  });
  const attested = vouchers.map(({ publisher, predicate }) => ({ publisher, predicate }));
  // Whether he may release this project is not for evidence to say.
  const found = { detail: said.join('; '), attested, unconfirmed: true } as const;
  return { ...base, state: 'vouched', identity, code: null, ...found };
}

/** What could not be fetched leaves the question open; everything else contradicts. */
export function refused({ class: refusalClass, code, message }: Refusal): Finding {
  const open = ['E-UPSTREAM', 'E-SOURCE', 'E-AUTH'].includes(refusalClass);
  return { ...base, state: open ? 'unreachable' : 'failed', detail: message, code };
}
