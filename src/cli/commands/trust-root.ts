// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { PUBLIC_GOOD } from '../../core/trusted-roots.ts';
import type { Json, TrustIo } from '../trust-context.ts';
import type {
  ImportOptions,
  PinOptions,
  RemoveOptions,
  RootContext,
  UpdateOptions,
} from '../trust-root-context.ts';

/** `wheelproof trust root …`: whom publishers' signatures are verified against. */
export function registerTrustRootCommand(
  program: Command,
  open: () => Promise<RootContext>,
  io: Pick<TrustIo, 'out'>,
): void {
  const root = program.commands
    .find((command) => command.name() === 'trust')
    ?.command('root')
    .description("show, update, pin and import the Sigstore roots behind publishers' signatures");
  if (root === undefined) throw new Error('`trust` is registered first');
  const json = ['--json', 'print JSON'] as const;
  const reason = ['--reason <text>', 'why'] as const;
  const work = async () => await import('../trust-root-work.ts');
  root
    .command('show [name]')
    .description('say what each root holds, where it comes from and how old it is')
    .option(...json)
    .action(async (name: string | undefined, options: Json) =>
      (await work()).showRoots(await open(), io, name, options),
    );
  root
    .command('update [name]')
    .description(
      `take over what the root's signed repository says now (default: ${PUBLIC_GOOD}); never anything older`,
    )
    .option('--from <repository>', 'another address, or a folder with a copy')
    .option(...json)
    .action(async (name: string | undefined, options: UpdateOptions) =>
      (await work()).updateRoot(await open(), io, name ?? PUBLIC_GOOD, options),
    );
  root
    .command('pin <name> [sha256:id]')
    .description('let nothing but the root held now count under this name')
    .requiredOption(...reason)
    .option('--off', 'take the pin away')
    .option(...json)
    .action(async (name: string, id: string | undefined, options: PinOptions) =>
      (await work()).pinRoot(await open(), io, { name, id }, options),
    );
  root
    .command('import <name> [file]')
    .description("hold a private deployment's trusted_root.json under a name for the policy")
    .requiredOption(...reason)
    .option('--from <repository>', 'a TUF repository that signs it (address or folder)')
    .option('--tuf-root <file>', 'the root of that repository, got out of band')
    .option('--replace', 'put it in the place of the one that is held')
    .option(...json)
    .action(async (name: string, file: string | undefined, options: ImportOptions) =>
      (await work()).importRoot(await open(), io, { name, file }, options),
    );
  root
    .command('remove <name>')
    .description(`hold it no more; of ${PUBLIC_GOOD}, the one in wheelproof's package comes back`)
    .requiredOption(...reason)
    .option(...json)
    .action(async (name: string, options: RemoveOptions) =>
      (await work()).removeRoot(await open(), io, name, options),
    );
}
