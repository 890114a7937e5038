// SPDX-License-Identifier: Apache-2.0
import { cpSync } from 'node:fs';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { ATTACKS, Mount } from './attacks.ts';
import { openClients, type Question, type TestedClient } from './clients.ts';
import { Ground, PATHS } from './ground.ts';
import { tokenHolder } from './token.ts';

/* Other people's clients and ours on a repository that our writer made, and on what attackers make
 * of it. */

/** Where a client differs from what the attack asks for, and why that is no fault of the others. */
const TWO_IDS =
  'it counts key ids, and does not ask whether two of them are one key (specification, section 4.2.1: keys must be unique); whoever makes a root can forbid it, as our ceremony does';
const EXPLAINED: Readonly<Record<string, string>> = {
  'tuf-js: a root with one key under two key ids': TWO_IDS,
  'python-tuf: a root with one key under two key ids': TWO_IDS,
};

/** @returns whether all agree, and the table for the page. */
export async function askReferees(
  tell: (line: string) => void,
): Promise<{ readonly agreed: boolean; readonly page: string }> {
  const clients = openClients(tell);
  const ground = new Ground();
  try {
    const url = await ground.open();
    const holder = await tokenHolder(ground.root, tell);
    if (holder !== null) {
      ground.keys.holders = [holder, ...ground.keys.holders.slice(1)];
      tell('a holder signs with a token (SoftHSM2)');
    }
    const honest = await askHonest(ground, url, clients);
    const attacks = await askAttacked(ground, url, clients);
    const names = clients.map(({ name }) => name);
    const rows = [...honest, ...attacks];
    for (const { name, wanted, found } of rows)
      tell(
        `${name}: ${found.map((one, at) => `${names[at] ?? ''} ${one}`).join(', ')} (wanted: ${wanted})`,
      );
    const isRight = ({ name, wanted, found }: Row): boolean =>
      found.every(
        (one, at) => one === wanted || EXPLAINED[`${names[at] ?? ''}: ${name}`] !== undefined,
      );
    const agreed = rows.every(isRight);
    tell(
      `${rows.filter(isRight).length} of ${rows.length} rows as wanted by ${names.length} clients; ${Object.keys(EXPLAINED).length} verdicts differ, with their reason`,
    );
    return { agreed, page: pageOf(names, honest, attacks) };
  } finally {
    ground.close();
  }
}

interface Row {
  readonly name: string;
  readonly wanted: string;
  /** In the order of the clients. */
  readonly found: readonly string[];
}

/** One life of a repository, with a look by the same clients after each change. */
async function askHonest(
  ground: Ground,
  url: string,
  clients: readonly TestedClient[],
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const { changed, removed, added, claimed } = PATHS;
  const paths = [changed, removed, added, claimed];
  const look = async (name: string, texts: readonly string[], state: string): Promise<void> => {
    const wanted = texts.map((text) => (text === '' ? 'absent' : hash('sha256', text, 'hex')));
    const found = await all(clients, (client) => ({
      url: `${url}/honest`,
      root: join(ground.root, 'honest/metadata/1.root.json'),
      state: join(ground.root, 'states', client.name, state),
      paths,
    }));
    const words = found.map(({ verdicts }) =>
      verdicts.join() === wanted.join() ? 'honest' : verdicts.join(),
    );
    rows.push({ name, wanted: 'honest', found: words });
  };
  await ground.create('honest');
  await look(
    'a new repository: 2 of 3, a claimed project, 16 bins',
    ['old', 'b', '', 'alpha'],
    'one',
  );
  await ground.change('honest');
  await look('a file changed, one added, one removed', ['new', '', 'c', 'alpha'], 'one');
  await ground.rotate('honest');
  await look('the online key rotated by a new root', ['new', '', 'c', 'alpha'], 'one');
  await look('the same for who begins with the first root', ['new', '', 'c', 'alpha'], 'two');
  ground.copy('honest', 'earlier');
  await ground.publishAgain('honest');
  await look('published with the new key', ['new', 'again', 'c', 'alpha'], 'one');
  return rows;
}

async function askAttacked(
  ground: Ground,
  url: string,
  clients: readonly TestedClient[],
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [place, { name, path, expected, primed, mount }] of ATTACKS.entries()) {
    const at = `attack-${place}`;
    await mount(new Mount(ground.copy('honest', at), join(ground.root, 'earlier'), ground.keys));
    const found = await all(clients, (client) => {
      const state = join(ground.root, 'states', client.name, at);
      if (primed === true)
        cpSync(join(ground.root, 'states', client.name, 'one'), state, { recursive: true });
      return {
        url: `${url}/${at}`,
        root: join(ground.root, 'honest/metadata/1.root.json'),
        state,
        paths: [path],
      };
    });
    const words = found.map(({ verdicts: [verdict = 'refused'] }) =>
      verdict === 'refused' || verdict === 'absent' ? verdict : 'TAKEN',
    );
    rows.push({ name, wanted: expected, found: words });
    if (process.env['TUF_REFEREES_SAY'] !== undefined)
      process.stdout.write(`${name}\n${found.map(({ said }) => `    ${said}`).join('\n')}\n`);
  }
  return rows;
}

async function all(clients: readonly TestedClient[], about: (client: TestedClient) => Question) {
  const answers = [];
  for (const client of clients) answers.push(await client.ask(about(client)));
  return answers;
}

function pageOf(names: readonly string[], honest: readonly Row[], attacks: readonly Row[]): string {
  const table = (rows: readonly Row[], what: string): string =>
    [
      `| ${[what, ...names].join(' | ')} |`,
      `| ${[what, ...names].map(() => '---').join(' | ')} |`,
      ...rows.map(({ name, found }) => `| ${[name, ...found].join(' | ')} |`),
    ].join('\n');
  const differing = Object.entries(EXPLAINED).map(([where, why]) => `- ${where}: ${why}`);
  return [
    '# TUF conformance',
    'Written by `npm run conformance -- --only tuf`: a repository that our writer made, read by our client and by other people’s: 2 of 3 holders with names in the root, a claimed project before 16 succinct bins, consistent snapshots. The upstream suite runs against `test/conformance/tuf-client`.',
    '## The honest repository',
    '_honest_: each of four paths as it was published.',
    table(honest, 'what was done'),
    `## ${attacks.length} attacks`,
    'Each on its own copy, for a client that begins with the first root or, for rollbacks, has seen the honest repository. _refused_: an error; _absent_: nobody who may speak for the file names it.',
    table(attacks, 'attack'),
    ...(differing.length === 0 ? [] : ['Where one differs:', differing.join('\n')]),
  ].join('\n\n');
}
