// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/canonical-json.ts';
import type { VerdictCache } from '../core/verdict-cache.ts';
import type { GivenEvidence } from './given-evidence.ts';
import type { Proving, ProvenanceJudge } from './provenance-judge.ts';
import type { Vouchers } from './provenance.ts';
import type { AttestedFile } from './statement.ts';

export interface ProofMemory {
  readonly cache: VerdictCache;
  /** Of the policy in force. */
  readonly policyDigest: string;
  /** Another version may prove more or less. */
  readonly toolVersion: string;
}

/** Bumped when what is kept begins to mean something else. */
const FORMAT = 'wheelproof proof 1';

/**
 * Proves nothing twice: what was proved is kept by the evidence, the file that it was about, the
 * trusted roots, the policy and the program that proved it. What was refused is looked at anew.
 */
export function rememberProofs(judge: ProvenanceJudge, memory: ProofMemory): ProvenanceJudge {
  const writing = new Set<Promise<unknown>>();
  const digests = new WeakMap<Uint8Array, string>();
  const digestOf = (bytes: Uint8Array): string => {
    const digest = digests.get(bytes) ?? createHash('sha256').update(bytes).digest('hex');
    digests.set(bytes, digest);
    return digest;
  };
  const keyOf = ({ provenance, file, roots }: Proving): string => {
    const { policyDigest, toolVersion } = memory;
    const { filename, project, sha256 } = file;
    const parts = {
      format: FORMAT,
      tool: toolVersion,
      policy: policyDigest,
      evidence: createHash('sha256').update(provenance).digest('hex'),
      file: { filename, project, sha256 },
      roots: roots.map(({ name, bytes }) => [name, digestOf(bytes)]),
    };
    return createHash('sha256').update(canonicalJson(parts)).digest('hex');
  };
  return {
    // What is remembered needs no preparation, and whether it is shows with the evidence.
    prepare: () => undefined,
    async judge(proving) {
      const key = keyOf(proving);
      const known = await memory.cache.recall(key);
      if (known !== null) return readVouchers(known);
      const said = await judge.judge(proving);
      const { provenance, file } = proving;
      // Nobody waits for it but the end of the run.
      const written = Promise.all([
        memory.cache.keep(key, JSON.stringify(said)),
        memory.cache.keep(evidenceKey(file), Buffer.from(provenance).toString('utf8')),
      ]);
      writing.add(written);
      void written.finally(() => writing.delete(written));
      return said;
    },
    async close() {
      await judge.close();
      await Promise.all(writing);
      await memory.cache.close();
    },
  };
}

/** The evidence itself, so that the proof can be made again without its index. */
function evidenceKey({ filename, sha256 }: Pick<AttestedFile, 'filename' | 'sha256'>): string {
  const parts = { format: 'wheelproof evidence 1', filename, sha256 };
  return createHash('sha256').update(canonicalJson(parts)).digest('hex');
}

/** What the index said when a file was installed; nothing of it is believed before it is proved anew. */
export async function readKeptEvidence(
  cache: VerdictCache,
  file: Pick<AttestedFile, 'filename' | 'sha256'>,
): Promise<readonly GivenEvidence[]> {
  const text = await cache.recall(evidenceKey(file));
  if (text === null) return [];
  return [{ form: 'provenance', path: 'as kept when it was proved', bytes: Buffer.from(text) }];
}

/** As it was written: the cache hands out nothing else. */
function readVouchers(text: string): Vouchers {
  const said: Vouchers = JSON.parse(text);
  return said;
}
