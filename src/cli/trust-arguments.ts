// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import { requireSha256 } from '../trust/index.ts';

const DAY_MS = 24 * 3_600_000;
const LONGEST_DAYS = 36_500;

/** The hash of a word like `sha256:HEX`; `null` for any other word. @throws Refusal `WP-USAGE` */
export function hashOf(word: string): string | null {
  return word.startsWith('sha256:')
    ? requireSha256(word.slice('sha256:'.length).toLowerCase())
    : null;
}

/** The sha256 of a word like `sha256:HEX`, or of the file that it names. @throws Refusal `WP-USAGE` */
export async function hashOfWordOrFile(word: string): Promise<string> {
  return hashOf(word) ?? (await hashFile(word));
}

async function hashFile(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r');
    if (!(await file.stat()).isFile()) throw usage(`${path} is no plain file`);
    const hash = createHash('sha256');
    await pipeline(
      file.createReadStream({ autoClose: false }),
      async (chunks: AsyncIterable<Uint8Array>) => {
        for await (const chunk of chunks) hash.update(chunk);
      },
    );
    return hash.digest('hex');
  } catch (thrown) {
    if (thrown instanceof Refusal) throw thrown;
    throw usage(
      `${path} cannot be read${systemCode(thrown)}; expected a file or sha256:HEX`,
      thrown,
    );
  }
}

/**
 * When an approval ends: `30d` from now, the beginning of a day in UTC (`2027-01-31`), or a moment
 * (RFC 3339 in UTC, `2027-01-31T12:00:00Z`). @throws Refusal `WP-USAGE`
 */
export function parseEnd(text: string, now: number): number {
  const days = /^(\d{1,5})d$/u.exec(text)?.[1];
  if (days !== undefined && Number(days) >= 1 && Number(days) <= LONGEST_DAYS) {
    return now + Number(days) * DAY_MS;
  }
  const moment = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(\.\d{1,9})?Z)?$/u.exec(text);
  if (moment !== null) {
    const [, day = '', time = '00:00:00', fraction = '.0'] = moment;
    const milliseconds = fraction.slice(0, 4).padEnd(4, '0');
    const written = `${day}T${time}${milliseconds}Z`;
    const at = Date.parse(written);
    // A day that does not exist (2027-02-30) would silently become another one.
    if (Number.isFinite(at) && new Date(at).toISOString() === written) return at;
  }
  throw usage(
    `--expires: expected 30d, a day like 2027-01-31 or a moment like 2027-01-31T12:00:00Z, found ${safeText(text, 60)}`,
  );
}

const IN_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'no such file or folder',
  EISDIR: 'it is a folder',
  EACCES: 'you may not',
  EPERM: 'you may not',
};

/** Why the system did not do it, in words where there are some: ` (it is a folder)`, ` (EIO)`. */
export function systemCode(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
  return typeof code === 'string' ? ` (${IN_WORDS[code] ?? code})` : '';
}

function usage(message: string, cause?: unknown): Refusal {
  return new Refusal('WP-USAGE', { message, cause });
}
