// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { sshKeyFingerprint, sshKeyWords } from '../crypto/sshsig-maker.ts';
import type { CeremonyId } from './ceremony-key.ts';
import type { CeremonyPlan } from './ceremony-plan.ts';
import type { Proposal } from './ceremony-proposal.ts';
import type { CeremonySignature } from './ceremony-signatures.ts';
import { timeText } from './documents.ts';
import { fingerprintWords } from './fingerprint-words.ts';
import { statedKey } from './signing.ts';

/* `transcript.txt`: what happened, as text of one form, with the hash of every file. */

export const TRANSCRIPT = 'transcript.txt';
export const ALLOWED_SIGNERS = 'allowed_signers';
/** What signatures of transcripts say that they are for: `ssh-keygen -Y verify -n`. */
export const TRANSCRIPT_NAMESPACE = 'wheelproof-ceremony';

export function transcriptSignatureFile(name: string): string {
  return `${TRANSCRIPT}.${name}.sig`;
}

export interface TranscriptParts {
  readonly id: CeremonyId;
  readonly plan: CeremonyPlan;
  readonly proposal: Proposal;
  readonly signatures: readonly CeremonySignature[];
  /** Every file of the ceremony but the transcript and its signatures. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export function transcriptText(parts: TranscriptParts): string {
  const { id, plan, proposal, signatures, files } = parts;
  const names = [...files.keys()].sort();
  const lines = [
    'wheelproof ceremony transcript 1',
    `ceremony ${id.sha256}`,
    `nonce ${plan.nonce}`,
    `begun ${timeText(plan.created)}`,
    `tool wheelproof ${plan.tool.version} sha256 ${plan.tool.sha256}`,
    `root version ${plan.versions.root} threshold ${plan.threshold} of ${proposal.holders.size} until ${timeText(plan.expires)}`,
    `previous root ${plan.previous?.root ?? 'none'}`,
    ...[...proposal.signers].map(([key, name]) => keyLine(name, key)),
    keyLine('online', plan.online),
    ...names.map((name) => {
      const bytes = files.get(name) ?? new Uint8Array();
      return `file ${name} sha256 ${hash('sha256', bytes, 'hex')} bytes ${bytes.length}`;
    }),
    ...signatures.map(
      ({ name, key, time }) =>
        `signed by ${name} keyid ${statedKey(key).keyid} at ${timeText(time)} verified root targets bins`,
    ),
    '',
  ];
  return lines.join('\n');
}

function keyLine(name: string, key: string): string {
  const { keyid } = statedKey(key);
  return `key ${name} ed25519 ${key} keyid ${keyid} ssh ${sshKeyFingerprint(key)} words ${fingerprintWords(keyid, 8)}`;
}

/** For `ssh-keygen -Y verify -f`: who may sign the transcript, and nothing else. */
export function allowedSigners({ signers }: Proposal): string {
  const lines = [...signers].map(
    ([key, name]) => `${name} namespaces="${TRANSCRIPT_NAMESPACE}" ${sshKeyWords(key)}`,
  );
  return `${lines.join('\n')}\n`;
}
