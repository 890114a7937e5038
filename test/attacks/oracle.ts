// SPDX-License-Identifier: Apache-2.0
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isCode, type Code } from '../../src/core/codes.ts';
import { exitCodeOf } from '../../src/core/refusal-class.ts';
import type { Report } from '../../src/core/report.ts';
import { pathsBelow } from '../world/tree-hash.ts';
import type { Refused } from './attack.ts';
import type { Guarded } from './door.ts';
import { SECRET, type Stage } from './stage.ts';

/*
 * What a verdict is judged by. Each function gives the faults it found, a sentence each; none is
 * what is wanted.
 */

/** The most lines that one refusal may take in what people read. */
const MAX_REFUSAL_LINES = 12;

/** The exit code is the class's, and the message and the report carry a code that fits. */
export function judgeRefusal(expect: Refused, guarded: Guarded, stage: Stage): string[] {
  const exits = expect.classes.map(exitCodeOf);
  const faults: string[] = [];
  if (!exits.includes(guarded.exit ?? -1))
    faults.push(`exit ${guarded.exit ?? 'by signal'}, expected ${exits.join(' or ')}`);
  const shown = expect.codes.filter((code) => guarded.stderr.includes(code));
  if (shown.length === 0) faults.push(`no ${expect.codes.join(' or ')} on standard error`);
  for (const words of expect.says?.(stage) ?? [])
    if (!guarded.stderr.includes(words)) faults.push(`standard error does not say "${words}"`);
  return [...faults, ...judgeReport(expect, guarded)];
}

/** What is refused before anything starts needs no report; everything else has one. */
function judgeReport(expect: Refused, { report, exit }: Guarded): string[] {
  const early = expect.classes.some((one) => one === 'E-USAGE' || one === 'E-STATE');
  if (report === null) return early ? [] : ['no JSON report'];
  const faults: string[] = [];
  const codes = codesIn(report);
  if (!expect.codes.some((code) => codes.has(code)))
    faults.push(
      `report has ${[...codes].join(', ') || 'no codes'}, not ${expect.codes.join(' or ')}`,
    );
  if (report.exit !== exit)
    faults.push(`report says exit ${report.exit}, it was ${exit ?? 'a signal'}`);
  for (const why of reasonsIn(report))
    if (!isCode(why.code) || why.message === '' || why.hint === '')
      faults.push(`a reason lacks its code, message or hint: ${JSON.stringify(why)}`);
  return faults;
}

export function codesIn(report: Report): ReadonlySet<Code> {
  return new Set(reasonsIn(report).map(({ code }) => code));
}

function reasonsIn(report: Report) {
  return [...report.refusals, ...report.files.flatMap(({ reasons }) => reasons)];
}

/** Nothing that acts on a terminal, and no flood. */
export function judgeText({ stderr, stdout }: Guarded): string[] {
  const faults: string[] = [];
  // oxlint-disable-next-line no-control-regex -- finding control characters is the point
  const acting = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202e]/u.exec(ours(stderr));
  if (acting !== null)
    faults.push(`standard error holds U+${acting[0].charCodeAt(0).toString(16)}`);
  if (/^\s+at .*\.[jt]s:\d+|\.mjs:\d+/mu.test(stderr)) faults.push('a stack trace is shown');
  if (longestBlock(ours(stderr)) > 4 * MAX_REFUSAL_LINES) faults.push('the message is a flood');
  if (withoutBlocks(stdout).includes('WP-')) faults.push('our words are on standard output');
  return faults;
}

/** Poetry and its like print on standard output what a server answered. */
function withoutBlocks(text: string): string {
  return text.replaceAll(
    /Blocked by\s+wheelproof: [^()]*(?:\([^()]*\)[^()]*)*?\(WP-[A-Z-]+\)/gu,
    '',
  );
}

/** What we wrote: whatever follows the first line of ours. */
function ours(stderr: string): string {
  const at = stderr.search(/^wheelproof/mu);
  return at < 0 ? '' : stderr.slice(at);
}

function longestBlock(text: string): number {
  return Math.max(...text.split(/\n\s*\n/u).map((block) => block.split('\n').length));
}

/** No password in anything shown or written, our own folders included. */
export async function judgeSecrets(stage: Stage, guarded: Guarded): Promise<string[]> {
  const faults: string[] = [];
  const encoded = Buffer.from(`user:${SECRET}`).toString('base64');
  const shown = { output: guarded.stdout, error: guarded.stderr, report: guarded.reportText };
  for (const [where, text] of Object.entries(shown))
    if (text.includes(SECRET) || text.includes(encoded)) faults.push(`the secret is in ${where}`);
  for (const path of await ownFiles(stage)) {
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (bytes.includes(SECRET) || bytes.includes(encoded)) faults.push(`the secret is in ${path}`);
  }
  return faults;
}

/** Every file below our own folders of that home, without the installers' caches. */
export async function ownFiles(stage: Stage): Promise<string[]> {
  const below = await pathsBelow(stage.environment.home);
  return below.filter((path) => path.includes('/wheelproof/') && !path.includes('/installers/'));
}

/** The verdict was written down before the run ended. */
export async function judgeAudit(stage: Stage, expect: Refused): Promise<string[]> {
  const store = join(stage.environment.home, '.local', 'share', 'wheelproof');
  const names = await readdir(store).catch(() => [] as string[]);
  const files = names.filter((name) => name.startsWith('trust.sqlite'));
  const bytes = await Promise.all(files.map((name) => readFile(join(store, name))));
  const found = expect.codes.some((code) => Buffer.concat(bytes).includes(code));
  return found ? [] : [`no audit event with ${expect.codes.join(' or ')} in ${store}`];
}
