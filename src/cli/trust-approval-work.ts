// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import type { Environment } from '../core/machine.ts';
import { approvalShape, approve } from '../trust/index.ts';
import { revokedIn } from '../trust/held-keys.ts';
import { readSignedApproval, signApproval } from '../trust/signed-approval.ts';
import { openOwnSigner } from './own-signer.ts';
import { hashOfWordOrFile, parseEnd } from './trust-arguments.ts';
import {
  occasionOf,
  printJson,
  type Json,
  type TrustContext,
  type TrustIo,
} from './trust-context.ts';
import { readDocumentFile, writeDocument } from './trust-files.ts';
import { approvalsTable } from './trust-text.ts';

export interface ApprovalContext extends TrustContext {
  readonly environment: Environment;
}

type Io = Pick<TrustIo, 'out'>;

export interface SignOptions {
  readonly key: string;
  readonly reason: string;
  readonly expires: string;
  readonly project?: string;
  readonly owner?: string;
  readonly out: string;
}

/** `wheelproof trust approval sign`: a person's word for bytes, for other teams. */
export async function signApprovalFile(
  context: ApprovalContext,
  io: Io,
  word: string,
  options: SignOptions,
): Promise<void> {
  const { now } = occasionOf(context);
  const wish = {
    sha256: await hashOfWordOrFile(word),
    project: options.project ?? null,
    reason: options.reason,
    owner: options.owner ?? context.owner,
    expiresAt: parseEnd(options.expires, now),
  };
  const signer = await openOwnSigner(options.key, context.environment);
  await writeDocument(resolve(options.out), await signApproval(wish, signer, now));
  io.out(
    `${options.out}: approves sha256:${wish.sha256} until ${new Date(wish.expiresAt).toISOString()}\n`,
  );
}

/** `wheelproof trust approval import`: another's word, by a key that may approve here. */
export async function importApproval(
  context: ApprovalContext,
  io: Io,
  file: string,
  options: Json & { readonly approvers: string },
): Promise<void> {
  const occasion = occasionOf(context);
  const text = Buffer.from(await readDocumentFile(options.approvers)).toString('utf8');
  const bytes = await readDocumentFile(file);
  const revoked = revokedIn((await (await context.keys?.())?.all()) ?? []);
  const approvers = { text, what: options.approvers, revoked };
  const wish = readSignedApproval(bytes, approvers, occasion.now);
  const approval = approve(context.rows, wish, occasion);
  if (options.json === true) printJson(io, { approvals: [approvalShape(approval)] });
  else io.out(approvalsTable([approval], occasion.now));
}
