// SPDX-License-Identifier: Apache-2.0
import * as v from 'valibot';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import type { PublisherRule } from '../policy/index.ts';
import { formatKeyPath } from './location.ts';
import { publisherTable } from './publisher-schema.ts';
import { readPublisherTables } from './publisher-tables.ts';

/** What the word between kind and `?` stands for. */
const SUBJECTS: Readonly<Record<string, string>> = {
  github: 'repository',
  gitlab: 'repository',
  google: 'email',
  email: 'email',
  circleci: 'project-id',
};

const EXAMPLE = 'github:OWNER/NAME?workflow=FILE';

/**
 * A publisher in one word, with the keys of a `[[project.publisher]]` table:
 * `github:pypa/sampleproject?workflow=release.yml&environment=pypi`.
 * @throws Refusal `WP-USAGE`
 */
export function parseIdentityWord(word: string): PublisherRule {
  const [, kind = '', subject = '', query = ''] = /^([a-z]+):([^?]+)(?:\?(.*))?$/u.exec(word) ?? [];
  const key = Object.hasOwn(SUBJECTS, kind) ? SUBJECTS[kind] : undefined;
  if (key === undefined) throw wrong(word, `a publisher such as ${EXAMPLE}`, safeText(word, 200));
  const told = [...new URLSearchParams(query)];
  const names = told.map(([name]) => name);
  const twice = [key, ...names].find((name, at, all) => all.indexOf(name) !== at);
  if (twice !== undefined || names.includes('kind')) {
    throw wrong(word, 'each key once', `"${safeText(twice ?? 'kind', 60)}" again`);
  }
  const table = v.safeParse(publisherTable, {
    kind,
    [key]: subject,
    ...Object.fromEntries(told),
  });
  if (!table.success) {
    const [issue] = table.issues;
    const at = formatKeyPath((issue.path ?? []).map((item) => String(item.key)));
    throw wrong(word, `${at}: ${issue.message}`, safeText(String(issue.input), 200));
  }
  const fail = (_at: unknown, expected: string, found: string): never => {
    throw wrong(word, expected, found);
  };
  const [rule] = readPublisherTables({ fail }, [table.output], []);
  if (rule === undefined) throw wrong(word, 'a publisher', 'none');
  return rule;
}

function wrong(word: string, expected: string, found: string): Refusal {
  return new Refusal('WP-USAGE', {
    message: `--identity ${safeText(word, 200)}: expected ${expected}, found ${found}`,
    hint: 'docs/guide/publishers.md names the keys of each kind; put the word between single quotes.',
  });
}
