// SPDX-License-Identifier: Apache-2.0
import { safeText } from '../core/safe-text.ts';
import type { FoundLock, NamedIndex, ProjectSurvey } from './project-survey.ts';

/** The text of a policy to start with: what the project's files say, each line with its why. */
export function startingPolicy(survey: ProjectSurvey): string {
  const indexes = withNames(survey.indexes);
  return [
    ...comment(
      'What may be installed in this project, and who must vouch for it. Written by `wheelproof init` from the files of this folder; from now on it is yours.',
      '`wheelproof policy check` reads it, `wheelproof policy explain PROJECT` says which rule decides.',
      ...survey.unread.map((sentence) => `Not read: ${sentence}`),
    ),
    ...startingLines(survey),
    '',
    ...firstUse(survey.locks),
    '',
    ...comment(
      'How old a file must be, from its first sight here: most bad releases are found and taken down within days. It holds for pinned files, too; `wheelproof trust approve` lets one pass. To switch it on:',
    ),
    '# cooldown = "7d"',
    ...plainHttp(indexes),
    ...indexes.flatMap(indexTable),
    ...survey.bound.flatMap(({ project, index, where }) => {
      const known = indexes.find((one) => one.called === index);
      return known === undefined ? [] : boundTable(project, known.name, where);
    }),
    '',
  ].join('\n');
}

/** How the tools that are used here are held: what to type. */
function startingLines({ names, tools, locks }: ProjectSurvey): readonly string[] {
  const used = TOOLS.filter(
    ({ file, tool }) => names.some((name) => file.test(name)) || tools.includes(tool ?? ''),
  );
  const commands = used.map(({ type }) => type);
  const [pinned] = locks.filter(({ file }) => file.endsWith('.txt'));
  if (pinned !== undefined) commands.push(`wheelproof pip install -r ${pinned.file}`);
  if (commands.length === 0) return [];
  return [
    '#',
    '# What is used here is held by typing:',
    ...commands.map((one) => `#   ${safeText(one)}`),
  ];
}

/** By a file that only it writes, or its table in pyproject.toml. */
const TOOLS: readonly { readonly file: RegExp; readonly tool?: string; readonly type: string }[] = [
  { file: /^uv\.(?:lock|toml)$/u, tool: 'uv', type: 'wheelproof uv sync' },
  { file: /^poetry\.lock$/u, tool: 'poetry', type: 'wheelproof poetry install' },
  { file: /^Pipfile(?:\.lock)?$/u, type: 'wheelproof pipenv sync' },
  { file: /^pdm\.lock$/u, tool: 'pdm', type: 'wheelproof pdm sync' },
];

function firstUse(locks: readonly FoundLock[]): readonly string[] {
  const complete = locks.filter(({ unhashed }) => unhashed === 0);
  const open = locks.filter(({ unhashed }) => unhashed > 0);
  const why =
    complete.length === 0
      ? 'No lock file here states the hash of every file, so that nobody vouches for most files the first time: they are taken once, and what comes later under the same name must be the same.'
      : open.length > 0
        ? `${named(complete)} ${complete.length === 1 ? 'states' : 'state'} the hash of every file, ${open.map((lock) => `${lock.file} of ${lock.releases - lock.unhashed} of ${lock.releases} releases`).join(', ')}: what is not pinned is taken once, and remembered.`
        : `${named(complete)} ${complete.length === 1 ? 'states' : 'state'} the hash of every file: you vouch for these yourself. Only what is new is asked about; where nobody sits at a terminal, it is refused.`;
  const value = complete.length > 0 && open.length === 0 ? 'ask' : 'accept';
  return [
    ...comment(
      'What happens to a file that nobody but the index vouches for: "accept" takes it the first time and remembers it, "ask" asks a person, "refuse" refuses it.',
      why,
    ),
    `first-use = "${value}"`,
  ];
}

function named(locks: readonly FoundLock[]): string {
  return locks
    .map(
      ({ file, releases }) => `${file} (${releases === 1 ? '1 release' : `${releases} releases`})`,
    )
    .join(' and ');
}

/** What is fetched without TLS is refused; to let it pass is for a person to decide. */
function plainHttp(indexes: readonly CalledIndex[]): readonly string[] {
  const plain = indexes.filter(({ url }) => /^http:/iu.test(url));
  if (plain.length === 0) return [];
  return [
    '',
    ...comment(
      `${plain.map(({ url, where }) => `${url} (${where})`).join(', ')}: without TLS, whoever is on the way can change what it says, so that it is refused. To take it all the same:`,
    ),
    `# allow-plain-http = [${plain.map(({ url }) => quoted(new URL(url).hostname)).join(', ')}]`,
  ];
}

/** Rules refer to an index by its name, so that each has one of its own. */
interface CalledIndex extends Omit<NamedIndex, 'name'> {
  readonly name: string;
  /** As the project's own files call it. */
  readonly called: string | null;
}

function withNames(indexes: readonly NamedIndex[]): readonly CalledIndex[] {
  const taken = new Set<string>();
  return indexes.map(({ name: called, url, where }) => {
    const wanted = (called ?? new URL(url).hostname).slice(0, 100);
    let name = wanted;
    for (let more = 2; taken.has(name); more += 1) name = `${wanted}-${more}`;
    taken.add(name);
    return { name, called, url, where };
  });
}

function indexTable({ name, url, where }: CalledIndex): readonly string[] {
  return [
    '',
    ...comment(
      `${where} names this index. Under its name, rules can speak of it: [[project]] below, or from where files may come (allow-hosts), or its keys (pins).`,
    ),
    '[[index]]',
    `url = ${quoted(url)}`,
    `name = ${quoted(name)}`,
  ];
}

function boundTable(project: string, index: string, where: string): readonly string[] {
  return [
    '',
    ...comment(
      `${where} has it come from ${index}: no other index may answer for this name, whatever version it offers.`,
    ),
    '[[project]]',
    `name = ${quoted(project)}`,
    `index = ${quoted(index)}`,
  ];
}

const WIDTH = 98;

/** Comments, broken between words; what comes from files is one line of harmless text. */
function comment(...paragraphs: readonly string[]): readonly string[] {
  return paragraphs.flatMap((paragraph) => {
    const lines = [''];
    for (const word of safeText(paragraph, 2_000).split(' ')) {
      const line = lines.at(-1) ?? '';
      if (line !== '' && line.length + word.length >= WIDTH) lines.push(word);
      else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
    }
    return lines.map((line) => `# ${line}`);
  });
}

/** A basic string of TOML: as in JSON, and DEL escaped. */
function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll('\u007f', String.raw`\u007F`);
}
