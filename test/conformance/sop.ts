// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { checkClearSigned, checkDetached, type PgpOutcome } from '../../src/crypto/openpgp.ts';

/*
 * What wheelproof makes of OpenPGP signatures, behind the Stateless OpenPGP command line
 * (draft-dkg-openpgp-stateless-cli): `version`, `verify`, `inline-verify`, and their exit codes.
 */

const EXIT = {
  ok: 0,
  noSignature: 3,
  missingArgument: 19,
  unsupportedOption: 37,
  badData: 41,
  missingInput: 61,
  unsupportedSubcommand: 69,
} as const;

class SopError extends Error {
  readonly exit: number;

  constructor(exit: number, message: string) {
    super(message);
    this.exit = exit;
  }
}

const OPTIONS = {
  'not-before': { type: 'string' },
  'not-after': { type: 'string' },
  'verifications-out': { type: 'string' },
  backend: { type: 'boolean' },
  extended: { type: 'boolean' },
} as const;

const now = Date.now();
/** The subcommand has its own options after it. */
const [subcommand, ...rest] = process.argv.slice(2);

/** `-` is no bound, `now` is now, otherwise ISO 8601. */
function timeOf(text: string | undefined, absent: number): number {
  if (text === undefined || text === '-') return absent;
  const time = text === 'now' ? now : Date.parse(text);
  if (Number.isNaN(time)) throw new SopError(EXIT.unsupportedOption, `${text} is no time`);
  return time;
}

function read(path: string | undefined): Uint8Array {
  if (path === undefined) throw new SopError(EXIT.missingArgument, 'an argument is missing');
  try {
    return readFileSync(path.startsWith('@FD:') ? Number(path.slice(4)) : path);
  } catch {
    throw new SopError(EXIT.missingInput, `${path} cannot be read`);
  }
}

async function parsed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new SopError(EXIT.badData, error instanceof Error ? error.message : String(error));
  }
}

/** One line for each signature that counts. */
function linesOf(outcomes: readonly PgpOutcome[], from: number, to: number): readonly string[] {
  return outcomes.flatMap((outcome) => {
    if (!outcome.good) {
      process.stderr.write(`${outcome.keyid}: ${outcome.reason}\n`);
      return [];
    }
    const { made, signer, primary, mode } = outcome;
    if (made < from || made > to) {
      process.stderr.write(`${signer}: made outside the time asked for\n`);
      return [];
    }
    const time = new Date(made).toISOString().replace(/\.\d+Z$/u, 'Z');
    return [`${time} ${signer} ${primary} mode:${mode}`];
  });
}

async function run(): Promise<number> {
  if (subcommand !== 'version' && subcommand !== 'verify' && subcommand !== 'inline-verify')
    throw new SopError(EXIT.unsupportedSubcommand, `${subcommand ?? 'nothing'} is not supported`);
  const { values, positionals } = parseOptions();
  if (subcommand === 'version') {
    process.stdout.write('wheelproof-sop 0.1.0\n');
    return EXIT.ok;
  }
  const from = timeOf(values['not-before'], -Infinity);
  const to = timeOf(values['not-after'], now);
  if (subcommand === 'verify') {
    const [signature, ...certificates] = positionals;
    const check = { certificates: certificates.map(read), now };
    const data = await buffer(process.stdin);
    const outcomes = await parsed(checkDetached(data, read(signature), check));
    const lines = linesOf(outcomes, from, to);
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    return lines.length === 0 ? EXIT.noSignature : EXIT.ok;
  }
  const document = await buffer(process.stdin);
  const check = { certificates: positionals.map(read), now };
  const { text, outcomes } = await parsed(checkClearSigned(document, check));
  const lines = linesOf(outcomes, from, to);
  if (lines.length === 0) return EXIT.noSignature;
  process.stdout.write(text);
  const place = values['verifications-out'];
  if (place !== undefined) writeFileSync(place, lines.map((line) => `${line}\n`).join(''));
  return EXIT.ok;
}

function parseOptions() {
  try {
    return parseArgs({ args: rest, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new SopError(EXIT.unsupportedOption, message);
  }
}

try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof SopError ? error.exit : 1;
}
