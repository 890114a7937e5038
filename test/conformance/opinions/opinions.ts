// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { madeQuestions, realQuestions, type Question } from './questions.ts';
import { openReferees, ourselves, type Opinion } from './referees.ts';

interface KnownDifference {
  readonly name: RegExp;
  readonly by: RegExp;
  readonly because: string;
}

/** Where a referee refuses what we accept: why that is no fault of ours. */
const KNOWN: readonly KnownDifference[] = [
  {
    name: /^Rekor v2/u,
    by: /^pypi-attestations/u,
    because: 'does not read the pending `timestamps` yet, so nobody says when it was signed',
  },
  {
    name: /^Rekor v1, hashedrekord$/u,
    by: /./u,
    because: 'reads no such entry of an envelope; @sigstore/verify does',
  },
  {
    name: /^Rekor v2, dsse$/u,
    by: /^sigstore/u,
    because: 'reads no such entry; @sigstore/verify does',
  },
];

export interface Opinions {
  /** A table in Markdown. */
  readonly text: string;
  /** How many questions there were, and how many were answered alike. */
  readonly said: string;
  /** Where we accept what another refuses, or name another signer, and nobody knows why. */
  readonly laxer: readonly string[];
}

/** The same inputs, by us and by others; `null` where the others cannot be had. */
export function gatherOpinions(data: string): Opinions | null {
  const referees = openReferees();
  if (referees.length === 0) return null;
  const folder = mkdtempSync(join(tmpdir(), 'opinions-'));
  try {
    const questions = [...realQuestions(data), ...madeQuestions(folder)];
    const ours = ourselves.ask(questions);
    const theirs = referees.map((referee) => referee.ask(questions));
    const laxer: string[] = [];
    let alike = 0;
    const rows = questions.map((question, at) => {
      const own = ours[at] ?? null;
      const others = theirs.map((answers, place): [string, Opinion | null] => [
        referees[place]?.name ?? '',
        answers[at] ?? null,
      ]);
      const notes = others.flatMap(([name, opinion]) => {
        const why = difference(own, opinion);
        if (why === null) return [];
        const known = KNOWN.find(({ name: what, by }) => what.test(question.name) && by.test(name));
        if (why.laxer && known === undefined) laxer.push(`${question.name}: ${name}: ${why.said}`);
        return [`${name} ${known?.because ?? why.said}`];
      });
      if (notes.length === 0) alike += 1;
      return row(question, [own, ...others.map(([, opinion]) => opinion)], notes);
    });
    const said = `${alike} of ${questions.length} are judged alike by all who were asked.`;
    return { said, text: page(['wheelproof', ...referees.map(({ name }) => name)], rows), laxer };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function difference(
  ours: Opinion | null,
  theirs: Opinion | null,
): { readonly laxer: boolean; readonly said: string } | null {
  if (ours === null || theirs === null) return null;
  if ('refused' in ours) {
    return 'refused' in theirs ? null : { laxer: false, said: `we say: ${ours.refused}` };
  }
  if ('refused' in theirs) return { laxer: true, said: theirs.refused };
  if (ours.accepted === theirs.accepted) return null;
  return { laxer: true, said: `signed by ${theirs.accepted}, not by ${ours.accepted}` };
}

const wordOf = (opinion: Opinion | null): string =>
  opinion === null ? '' : 'accepted' in opinion ? 'accepted' : 'refused';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/gu, ' ').trim();

function row(
  { group, name }: Question,
  opinions: readonly (Opinion | null)[],
  notes: readonly string[],
): string {
  return `| ${[group, cell(name), ...opinions.map(wordOf), cell(notes.join('; '))].join(' | ')} |`;
}

function page(names: readonly string[], rows: readonly string[]): string {
  const head = ['', 'case', ...names, 'where they differ'];
  return `${[head, head.map(() => '---')].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n${rows.join('\n')}\n`;
}
