// SPDX-License-Identifier: Apache-2.0
import { classOf } from '../core/codes.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import type { Reason } from '../core/errors.ts';
import { safeAscii, safeText } from '../core/safe-text.ts';

const TITLE = 'Blocked by wheelproof';
const MAX_REASON_PHRASE_CHARACTERS = 300;
const MAX_DETAIL_CHARACTERS = 2_000;

/** What a refusal is about, as far as it is known. */
export interface Subject {
  readonly project: string | null;
  readonly version: string | null;
  readonly filename: string | null;
}

export const NO_SUBJECT: Subject = { project: null, version: null, filename: null };

export function subjectOf(filename: string, project: string | null): Subject {
  const parsed = parseDistributionFilename(filename, project ?? undefined);
  return {
    project: parsed?.project ?? project,
    version: parsed?.version ?? null,
    filename: safeText(filename),
  };
}

/** One line that pip, poetry and pipenv print as it is; the code survives whatever is cut. */
export function reasonPhrase(reason: Reason): string {
  const code = ` (${reason.code})`;
  const room = MAX_REASON_PHRASE_CHARACTERS - TITLE.length - 2 - code.length - 1;
  return `${TITLE}: ${safeAscii(reason.message, room)}${code}`;
}

/** RFC 9457; uv prints title and detail. The type is a name, not a place to look. */
export function problemBody(status: number, reason: Reason, subject: Subject): Uint8Array {
  const problem = {
    type: `https://wheelproof.invalid/errors/${reason.code}`,
    title: TITLE,
    status,
    detail: `${safeText(reason.message, MAX_DETAIL_CHARACTERS)} (${reason.code})`,
    code: reason.code,
    class: classOf(reason.code),
    hint: safeText(reason.hint, MAX_DETAIL_CHARACTERS),
    ...subject,
  };
  return Buffer.from(`${JSON.stringify(problem)}\n`, 'utf8');
}
