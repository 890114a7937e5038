// SPDX-License-Identifier: Apache-2.0
import { CODES, classOf, type Code } from '../core/codes.ts';
import { REFUSAL_CLASSES } from '../core/refusal-class.ts';
import type { Place, Report, ReportFormat, Surface } from '../core/report.ts';
import { safeText } from '../core/safe-text.ts';
import { asciiJson } from './json.ts';
import { paragraphOf, refusedThings, type RefusedThing } from './refused.ts';
import { absoluteUri, pathInSources, uriOfPath } from './source-uri.ts';

const SOURCES = '%SRCROOT%';
/** What services take of one run. */
const MOST_RESULTS = 5_000;
const MOST_NOTES = 200;

/** SARIF 2.1.0 (OASIS): each refusal at the line that asked for what was refused. */
export const sarif: ReportFormat = {
  format: 'sarif',
  render: (report, surface) =>
    asciiJson({
      $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json',
      version: '2.1.0',
      runs: [runOf(report, surface)],
    }),
};

function runOf(report: Report, surface: Surface): object {
  const refused = refusedThings(report).slice(0, MOST_RESULTS);
  const codes = [...new Set(refused.map(({ reason }) => reason.code))].sort();
  const [about] = report.sources;
  const otherwise = about === undefined ? null : { file: about, line: 1 };
  return {
    tool: {
      driver: {
        name: report.tool.name,
        version: report.tool.version,
        rules: codes.map((code) => ruleOf(code)),
      },
    },
    invocations: [invocationOf(report)],
    columnKind: 'utf16CodeUnits',
    results: refused.map((thing) => ({
      ruleId: thing.reason.code,
      ruleIndex: codes.indexOf(thing.reason.code),
      level: 'error',
      message: { text: messageOf(thing) },
      ...locationsOf(thing, otherwise, surface),
      partialFingerprints: { 'wheelproof/v1': fingerprintOf(thing) },
    })),
  };
}

/** §3.49 */
function ruleOf(code: Code): object {
  const { title, why, next } = CODES[code];
  const refusalClass = classOf(code);
  return {
    id: code,
    shortDescription: { text: prose(title) },
    fullDescription: { text: prose(why) },
    help: { text: prose(next) },
    defaultConfiguration: { level: 'error' },
    properties: { tags: ['security', 'supply-chain', refusalClass] },
  };
}

/** §3.20: it succeeded if it could judge, whatever the judgement. */
function invocationOf({ exit, installer, notes }: Report): object {
  const said = notes.slice(0, MOST_NOTES).map((note) => ({
    level: 'note',
    message: { text: prose(note) },
  }));
  return {
    executionSuccessful: exit !== REFUSAL_CLASSES['E-INTERNAL'].exit,
    exitCode: exit,
    arguments: installer.argv.map((word) => safeText(word)),
    toolExecutionNotifications: said,
  };
}

function messageOf({ subject, filename, reason, places }: RefusedThing): string {
  const about = filename === null ? subject : `${subject} (${filename})`;
  const told = paragraphOf(reason);
  const unnamed = filename !== null && places.length === 0;
  return prose(
    unnamed
      ? `${about}: ${told} (No file of yours names it: others need it.)`
      : `${about}: ${told}`,
  );
}

/** §3.28: where nobody's line asks for it, the file that the run was about; else its name alone. */
function locationsOf(
  { subject, places }: RefusedThing,
  otherwise: Place | null,
  surface: Surface,
): object {
  const named = { logicalLocations: [{ name: safeText(subject), kind: 'package' }] };
  const lines = places.length > 0 ? places : otherwise === null ? [] : [otherwise];
  const [first, ...more] = lines.map((place) => physicalLocation(place, surface));
  if (first === undefined) return { locations: [named] };
  const related = more.map((location, at) => ({ id: at + 1, ...location }));
  return {
    locations: [{ ...first, ...named }],
    ...(related.length === 0 ? {} : { relatedLocations: related }),
  };
}

function physicalLocation(place: Place, surface: Surface): object {
  const inside = pathInSources(place, surface);
  const artifactLocation =
    inside === null
      ? { uri: absoluteUri(place, surface) }
      : { uri: uriOfPath(inside), uriBaseId: SOURCES };
  return { physicalLocation: { artifactLocation, region: { startLine: place.line } } };
}

/** Tells the same refusal of the same file in the next run, though lines have moved (§3.27.17). */
function fingerprintOf({ subject, filename, reason }: RefusedThing): string {
  return safeText([reason.code, subject, filename ?? ''].join(' '));
}

/**
 * Text that says what it says: braces doubled (§3.11.5), since they hold the place of arguments, and
 * brackets kept from being a link (§3.11.6).
 */
function prose(text: string): string {
  return safeText(text, 2_000)
    .replace(/[{}]/gu, (brace) => brace + brace)
    .replaceAll('](', '] (');
}
