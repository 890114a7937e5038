// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { parsePublisherNotation } from '../core/publisher-notation.ts';
import { exactWords, type Publisher } from '../core/publisher.ts';
import type { AcceptedChange, RememberedPublishers } from '../core/remembered-publisher.ts';
import { safeText } from '../core/safe-text.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import { compareVersions } from '../core/version.ts';
import {
  acceptChange,
  changeShape,
  publishersShape,
  timeText,
  withdrawChanges,
} from '../trust/index.ts';
import {
  occasionOf,
  printJson,
  type Json,
  type TrustContext,
  type TrustIo,
} from './trust-context.ts';

export interface AcceptOptions extends Json {
  readonly reason: string;
  readonly owner?: string;
  readonly publisher?: string;
  readonly unattested?: true;
  readonly withdraw?: true;
}

/** From a release on somebody else publishes the project, or nobody: a person says that it is right. */
export function accept(
  context: TrustContext,
  io: TrustIo,
  release: string,
  options: AcceptOptions,
): void {
  const { rows } = context;
  const { reason, owner = context.owner } = options;
  const occasion = occasionOf(context);
  if (options.withdraw === true) {
    tellWithdrawn(io, options, withdrawChanges(rows, { release, reason, owner }, occasion));
    return;
  }
  const publisher = publisherWished(options);
  const change = acceptChange(rows, { release, publisher, reason, owner }, occasion);
  const before = earlierPublishers(rows, change);
  if (options.json === true) {
    printJson(io, { accepted: [changeShape(change)], before: before.map(publishersShape) });
    return;
  }
  io.out(changeText(change, before));
}

function publisherWished({ publisher, unattested }: AcceptOptions): Publisher | null {
  if ((publisher === undefined) === (unattested === undefined)) {
    throw new Refusal('WP-USAGE', {
      message: 'expected either --publisher or --unattested, found both or none',
      hint: 'The refusal in the report names the whole command.',
    });
  }
  if (publisher === undefined) return null;
  const parsed = parsePublisherNotation(publisher);
  if (parsed !== null) return parsed;
  throw new Refusal('WP-USAGE', {
    message: `--publisher: expected a publisher such as github:OWNER/NAME?workflow=FILE, found ${safeText(publisher, 200)}`,
    hint: 'Copy the command from the report; put the publisher between single quotes.',
  });
}

/** Of the nearest release before it that was attested, at each index. */
function earlierPublishers(rows: TrustRows, change: AcceptedChange): RememberedPublishers[] {
  const earlier = rows
    .listPublishers({ project: change.project })
    .filter(({ version }) => compareVersions(version, change.version) < 0);
  const byIndex = Map.groupBy(earlier, ({ index }) => index);
  return [...byIndex.values()].flatMap(
    (mine) => mine.sort((a, b) => compareVersions(b.version, a.version))[0] ?? [],
  );
}

function changeText(change: AcceptedChange, before: readonly RememberedPublishers[]): string {
  const was = before.map(
    ({ version, publishers, index }) =>
      `  was   ${safeText(`${publishers.map(exactWords).join(' or ')} (${version} of ${index})`, 400)}`,
  );
  return [
    safeText(`Accepted from ${change.project} ${change.version} on:`),
    ...(was.length === 0 ? ['  was   nobody who is remembered here'] : was),
    `  now   ${safeText(whoIs(change), 400)}`,
    `  by    ${safeText(`${change.owner}: ${change.reason}`, 400)}`,
    '',
  ].join('\n');
}

function tellWithdrawn(io: TrustIo, { json }: Json, changes: readonly AcceptedChange[]): void {
  if (changes.length === 0) {
    throw new Refusal('WP-USAGE', {
      message: 'nothing was accepted for this release',
      hint: 'See `wheelproof trust show PROJECT`.',
    });
  }
  if (json === true) printJson(io, { withdrawn: changes.map(changeShape) });
  else io.out(`Withdrawn:\n${changes.map(changeLine).join('\n')}\n`);
}

const whoIs = ({ publisher }: AcceptedChange): string =>
  publisher === null ? 'nobody: it comes without attestations' : exactWords(publisher);

/** One line of what was accepted. */
export function changeLine(change: AcceptedChange): string {
  const { project, version, owner, reason, at } = change;
  const day = timeText(at).slice(0, 10);
  return safeText(
    `  ${project} from ${version} on: ${whoIs(change)} (${owner}, ${day}: ${reason})`,
    600,
  );
}

/** Who published what is remembered of a project. */
export function publishersText(
  publishers: readonly RememberedPublishers[],
  changes: readonly AcceptedChange[],
): readonly string[] {
  const lines = publishers.map(({ filename, publishers: who }) =>
    safeText(`  ${filename}: ${who.map(exactWords).join('; ')}`, 600),
  );
  return [
    ...(lines.length === 0 ? [] : [`Published by:\n${lines.join('\n')}\n`]),
    ...(changes.length === 0 ? [] : [`Accepted changes:\n${changes.map(changeLine).join('\n')}\n`]),
  ];
}
