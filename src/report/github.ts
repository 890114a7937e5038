// SPDX-License-Identifier: Apache-2.0
import type { ReportFormat, Surface } from '../core/report.ts';
import { safeText } from '../core/safe-text.ts';
import { paragraphOf, refusedThings, type RefusedThing } from './refused.ts';
import { pathInSources } from './source-uri.ts';

/** A step shows ten annotations of a kind, and a job fifty. */
const MOST_ANNOTATIONS = 10;

/** Workflow commands of GitHub Actions: an annotation at the line of each refusal. */
export const github: ReportFormat = {
  format: 'github',
  render: (report, surface) => {
    const lines = refusedThings(report)
      .slice(0, MOST_ANNOTATIONS)
      .map((thing) => annotation(thing, surface));
    return `${lines.join('\n')}\n`;
  },
};

function annotation({ subject, reason, places }: RefusedThing, surface: Surface): string {
  const [place] = places;
  const file = place === undefined ? null : pathInSources(place, surface);
  const properties = [
    ...(file === null || place === undefined
      ? []
      : [`file=${property(file)}`, `line=${place.line}`]),
    `title=${property(`${reason.code}: ${subject}`)}`,
  ];
  return `::error ${properties.join(',')}::${data(paragraphOf(reason))}`;
}

/** As the runner reads them back: `%`, line ends, and in properties `:` and `,`. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function data(text: string): string {
  return safeText(text, 2_000).replaceAll('%', '%25');
}
