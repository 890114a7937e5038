// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import type { SignerOption } from '../tuf-ceremony.ts';
import type { CeremonyInitOptions, FinishOptions } from '../tuf-ceremony-conductor.ts';
import type { Json, TufContext } from '../tuf-work.ts';

const json = ['--json', 'print JSON'] as const;
const signer = ['--signer <key>', 'file:PATH, agent:NAME or pkcs11:…'] as const;
const collect = (name: string, before: readonly string[] = []) => [...before, name];

/** `wheelproof tuf ceremony …`: a root by holders who are not in one room. */
export function registerTufCeremonyCommand(tuf: Command, open: () => TufContext): void {
  const ceremony = tuf
    .command('ceremony')
    .description('make or change a root with holders who are not in one room');
  const conductor = async () => await import('../tuf-ceremony-conductor.ts');
  const holder = async () => await import('../tuf-ceremony.ts');
  ceremony
    .command('init <folder>')
    .description('say what is wished: a new repository, or a change of one')
    .option('--holder <name>', 'of a new repository; once for each', collect)
    .option('--threshold <n>', 'how many holders must sign')
    .option(
      '--online-key <key>',
      'the key that signs each upload: its public key, or how it is reached',
    )
    .option('--bits <n>', '2^n bins')
    .option('--days <n>', 'how long root, targets and bins hold', '365')
    .option('--repository <folder>', 'change this one')
    .option('--add <name>', 'a holder more; once for each', collect)
    .option('--drop <name>', 'a holder less; once for each', collect)
    .option('--rekey <name>', 'a holder with another key; once for each', collect)
    .option(...json)
    .action(async (folder: string, options: CeremonyInitOptions) =>
      (await conductor()).beginCeremony(open(), folder, options),
    );
  ceremony
    .command('key <folder>')
    .description('bring your public key, with the proof that you hold the private one')
    .requiredOption('--name <name>', 'who you are in this ceremony')
    .requiredOption(...signer)
    .option(...json)
    .action(async (folder: string, options: SignerOption & { name: string }) =>
      (await holder()).bring(open(), folder, options),
    );
  ceremony
    .command('assemble <folder>')
    .description('write the documents, not signed yet, and the page that describes them')
    .option(...json)
    .action(async (folder: string, options: Json) =>
      (await holder()).assemble(open(), folder, options),
    );
  ceremony
    .command('sign <folder>')
    .description('read the page and sign the documents; once finished, the transcript')
    .requiredOption(...signer)
    .option('--confirm <words>', 'the first four words of what you sign, instead of typing them')
    .option(...json)
    .action(async (folder: string, options: SignerOption & { confirm?: string }) =>
      (await holder()).sign(open(), folder, options),
    );
  ceremony
    .command('finish <folder>')
    .description('check the signatures, write documents and transcript, put them into effect')
    .option('--repository <folder>', 'where they are to be served from')
    .option('--online-key <key>', 'the online key, where it is a new one')
    .option('--lost', 'the online key before cannot sign any more')
    .option('--profile <name>', 'of a new repository: server, laptop or airgap', 'server')
    .option(...json)
    .action(async (folder: string, options: FinishOptions) =>
      (await conductor()).finishCeremony(open(), folder, options),
    );
  ceremony
    .command('verify <folder>')
    .description('check everything from the files alone')
    .option('--previous-root <file>', 'the root that you trusted before')
    .option(...json)
    .action(async (folder: string, options: Json & { previousRoot?: string }) =>
      (await conductor()).verifyFolder(open(), folder, options),
    );
}
