// SPDX-License-Identifier: Apache-2.0
import * as v from 'valibot';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import { readStrictJson, type Json } from '../core/strict-json.ts';
import { normaliseProjectGlob, type SignedIdentity } from '../policy/index.ts';
import { formatKeyPath, type KeyPath } from './location.ts';
import { publisherTable } from './publisher-schema.ts';
import { readPublisherTables } from './publisher-tables.ts';

const MOST_PROJECTS = 10_000;
const MOST_VALUES = 1_000_000;

/** `policy/identities.v1.json`: the source of docs/identities.schema.json. */
export const identitiesDocument = v.strictObject({
  version: v.literal(1),
  projects: v.pipe(
    v.array(
      v.strictObject({
        name: v.pipe(
          v.string(),
          v.regex(/^[A-Za-z0-9*._-]{1,128}$/u, 'a project name, in which * may stand for anything'),
          v.description('Project name; * stands for any characters. The first match decides.'),
        ),
        publishers: v.pipe(
          v.array(publisherTable),
          v.minLength(1, 'at least one publisher'),
          v.maxLength(100, 'at most 100 publishers'),
          v.description('Who may release it, in the words of [[project.publisher]].'),
        ),
      }),
    ),
    v.maxLength(MOST_PROJECTS, `at most ${MOST_PROJECTS} projects`),
  ),
});

/**
 * Who may release what, as the holders of a TUF root have signed it.
 * @param what the document's name, for messages.
 * @throws Refusal `WP-TUF-MALFORMED` for whatever is not exactly such a document.
 */
export function readSignedIdentities(bytes: Uint8Array, what: string): readonly SignedIdentity[] {
  const fail = (at: KeyPath, expected: string, found: string): never => {
    throw malformed(what, `${formatKeyPath(at)}: expected ${expected}, found ${found}`);
  };
  const checked = v.safeParse(identitiesDocument, read(bytes, what));
  if (!checked.success) {
    const [issue] = checked.issues;
    const at = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
    return fail(at, safeText(issue.message, 200), safeText(issue.received, 200));
  }
  return checked.output.projects.map(({ name, publishers }, place) => {
    const at: KeyPath = ['projects', place];
    const glob = normaliseProjectGlob(name);
    if (glob === null) return fail([...at, 'name'], 'a project name', safeText(name, 128));
    return {
      name: glob,
      publishers: readPublisherTables({ fail }, publishers, [...at, 'publishers']),
    };
  });
}

function read(bytes: Uint8Array, what: string): Json {
  try {
    return readStrictJson(bytes, { plain: true, mostValues: MOST_VALUES });
  } catch (error) {
    if (error instanceof SyntaxError) throw malformed(what, error.message);
    throw error;
  }
}

function malformed(what: string, why: string): Refusal {
  return new Refusal('WP-TUF-MALFORMED', { message: `${what}: ${why}` });
}
