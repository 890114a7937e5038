// SPDX-License-Identifier: Apache-2.0
import { classOf } from '../core/codes.ts';
import type { Reason } from '../core/errors.ts';
import { WORST_FIRST } from '../core/refusal-class.ts';
import type { Place, Report } from '../core/report.ts';

/** One reason why something was refused, whether of a file or of the run. */
export interface RefusedThing {
  /** `demo 1.0`, or what the refusal is about. */
  readonly subject: string;
  readonly filename: string | null;
  readonly reason: Reason;
  readonly places: readonly Place[];
}

/** Everything that was refused, a reason each, the worst first. */
export function refusedThings({ files, refusals }: Report): readonly RefusedThing[] {
  const ofFiles = files.flatMap(({ project, version, filename, reasons, places }) =>
    reasons.map((reason) => {
      const subject = `${project} ${version}`.trim();
      return { subject, filename, reason, places };
    }),
  );
  const ofRun = refusals.map(({ subject, places, ...reason }) => {
    return { subject, filename: null, reason, places };
  });
  return [...ofFiles, ...ofRun].sort((a, b) => rankOf(a) - rankOf(b));
}

/** What happened and what to do, in one paragraph. */
export function paragraphOf({ message, hint }: Reason): string {
  return `${message.replace(/\.$/u, '')}. ${hint}`;
}

function rankOf({ reason }: RefusedThing): number {
  return WORST_FIRST.indexOf(classOf(reason.code));
}
