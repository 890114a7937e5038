// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import type { ApprovalContext, SignOptions } from '../trust-approval-work.ts';
import type { Json, TrustIo } from '../trust-context.ts';

/** `wheelproof trust approval …`: approvals that travel, signed. */
export function registerTrustApprovalCommand(
  program: Command,
  open: () => ApprovalContext,
  io: Pick<TrustIo, 'out'>,
): void {
  const approval = program.commands
    .find((command) => command.name() === 'trust')
    ?.command('approval')
    .description('sign approvals for others, and import theirs');
  if (approval === undefined) throw new Error('`trust` is registered first');
  approval
    .command('sign <file|sha256:hex>')
    .description('sign your word for exactly these bytes')
    .requiredOption('--key <key>', 'agent:NAME (comment or fingerprint) or file:PATH; Ed25519')
    .requiredOption('--reason <text>', 'why')
    .requiredOption('--expires <when>', '30d, a day (2027-01-31) or a moment')
    .requiredOption('--out <file>', 'where it is written')
    .option('--project <name>', 'only under this name')
    .option('--owner <name>', 'who says so (default: you)')
    .action(async (word: string, options: SignOptions) => {
      const { signApprovalFile } = await import('../trust-approval-work.ts');
      await signApprovalFile(open(), io, word, options);
    });
  approval
    .command('import <file>')
    .description('take over an approval that one of these approvers signed')
    .requiredOption('--approvers <file>', 'an allowed-signers file: whose word counts here')
    .option('--json', 'print JSON')
    .action(async (file: string, options: Json & { readonly approvers: string }) => {
      const { importApproval } = await import('../trust-approval-work.ts');
      await importApproval(open(), io, file, options);
    });
}
