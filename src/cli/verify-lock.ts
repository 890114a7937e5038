// SPDX-License-Identifier: Apache-2.0
import { basename } from 'node:path';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { Refusal } from '../core/errors.ts';
import type { StatedUrl } from '../core/lockfile.ts';
import { safeText } from '../core/safe-text.ts';
import { printableUrl } from '../core/url.ts';
import { indexKey } from '../policy/index.ts';
import { formatNamed } from '../report/index.ts';
import { readPages, type PageAnswer } from './index-pages.ts';
import { readLock } from './lock-list.ts';
import { judgeLocked } from './lock-judgement.ts';
import { lockReport, pageOf } from './lock-report.ts';
import { unnamedIn } from './lock-selection.ts';
import { lockedBytes, PageMemory, type LockedBytes, type Unstated } from './locked-files.ts';
import type { VerifyContext, VerifyOptions } from './verify-context.ts';
import { openOutside } from './verify-listing.ts';
import { lockText } from './verify-lock-text.ts';

/** By its name: a requirement or lock file, and no file of a release. */
export function isLockName(word: string, formatOf: (name: string) => string | null): boolean {
  const name = basename(word);
  if (parseDistributionFilename(name) !== null) return false;
  return formatOf(name) !== null || /\.(?:txt|in)$/u.test(name);
}

/**
 * `wheelproof verify LOCKFILE`: who vouches for each file that a lock states, without installing.
 * What this machine remembers is asked first, and an index only for what memory does not know, or
 * for everything with `--refresh`.
 * @returns the exit code: 0 only if somebody vouches for every file and nothing failed.
 */
export async function verifyLock(
  context: VerifyContext,
  path: string,
  options: VerifyOptions,
): Promise<number> {
  requireNothingForFiles(options);
  const reading = await readLock(context, path);
  const { rows } = context;
  const memory = new PageMemory(rows);
  const index = options.index === undefined ? null : indexKey(options.index);
  const { stated, unstated: withoutBytes } = lockedBytes(reading.packages, { rows, memory, index });
  const unstated = [...withoutBytes, ...unnamedIn(reading).map(unnamed)];
  const asked =
    options.offline === true ? [] : stated.filter((one) => isOpen(context, memory, one, options));
  const upstream = options.offline === true ? null : openOutside(context);
  try {
    const pages =
      upstream === null
        ? new Map<string, PageAnswer>()
        : await readPages(context, upstream, asked.flatMap(pageOf));
    const judged = await judgeLocked(context, options, { stated, pages, upstream, memory });
    const report = await lockReport(context, path, {
      reading,
      receipts: judged,
      stated,
      unstated,
      pages,
    });
    const text =
      options.json === true
        ? formatNamed('json').render(report, { width: null, colour: false })
        : lockText(report, path, unstated);
    context.io.out(text);
    await context.report?.(report);
    return report.exit;
  } finally {
    await upstream?.close();
  }
}

const WHY = { local: 'this machine', vcs: 'version control', remote: 'no name' } as const;

function unnamed({ url, kind, where }: StatedUrl): Unstated {
  const name = kind === 'local' || !URL.canParse(url) ? url : printableUrl(url);
  return { name: safeText(name, 200), version: null, where, why: WHY[kind] };
}

const OF_ONE_FILE = [
  'provenance',
  'attestation',
  'identity',
  'signature',
  'requirement',
  'name',
] as const;

function requireNothingForFiles(options: VerifyOptions): void {
  const given = OF_ONE_FILE.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new Refusal('WP-USAGE', {
    message: `--${given} is about one file, and a lock file names many`,
    hint: 'Say it in the policy (`wheelproof policy explain PROJECT`), or verify the file by itself.',
  });
}

/** Whether memory cannot tell: neither were its bytes accepted, nor did its page list them. */
function isOpen(
  { rows }: VerifyContext,
  memory: PageMemory,
  { filename, project, index, sha256 }: LockedBytes,
  { refresh }: VerifyOptions,
): boolean {
  if (index === null) return false;
  if (refresh === true || filename === null) return true;
  if (memory.listings(index, project).has(filename)) return false;
  return rows.recall(index, project, filename)?.sha256 !== sha256;
}
