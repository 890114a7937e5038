// SPDX-License-Identifier: Apache-2.0
import { toJsonSchema } from '@valibot/to-json-schema';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { policyDocument } from '../src/config/schema.ts';
import { identitiesDocument } from '../src/config/signed-identities.ts';
import { CODES, isCode, type Code } from '../src/core/codes.ts';
import { REFUSAL_CLASSES, WORST_FIRST } from '../src/core/refusal-class.ts';
import { reportSchema } from '../src/report/schema.ts';
import { verdictsPage } from './truth-tables.ts';

/*
 * Writes the documentation that the sources already say: a page for each refusal code, and the
 * schemas of policy and report. `--check` writes nothing and fails where anything differs.
 */

const DOCS = path.join(import.meta.dirname, '..', 'docs');
const ALL_CODES = Object.keys(CODES).filter((name) => isCode(name));

/** Path below `docs/` to content. */
export function generateDocs(): ReadonlyMap<string, string> {
  return new Map([
    ...ALL_CODES.map((code) => [`errors/${code}.md`, codePage(code)] as const),
    ['errors/README.md', overviewPage()],
    ['concepts/verdicts.md', verdictsPage()],
    ['identities.schema.json', schemaText('policy/identities.v1.json', identitiesDocument)],
    ['policy.schema.json', schemaText('wheelproof policy', policyDocument)],
    ['report.schema.json', schemaText('wheelproof report, version 1', reportSchema)],
  ]);
}

function codePage(code: Code): string {
  const { title, why, next, class: refusalClass } = CODES[code];
  const { exit, meaning } = REFUSAL_CLASSES[refusalClass];
  return `# ${code}

${title}

| | |
|---|---|
| Class | ${refusalClass}: ${meaning} |
| Exit code | ${exit} |

## Why it matters

${why}

## What to do

${next}

\`wheelproof explain ${code}\` prints this page. [All codes](README.md)
`;
}

function overviewPage(): string {
  const sections = WORST_FIRST.map((refusalClass) => {
    const { exit, meaning } = REFUSAL_CLASSES[refusalClass];
    const codes = ALL_CODES.filter((code) => CODES[code].class === refusalClass);
    if (codes.length === 0) return '';
    const rows = codes.map((code) => `| [${code}](${code}.md) | ${CODES[code].title} |`);
    return `## ${refusalClass}: ${meaning}\n\nExit code ${exit}.\n\n| code | what happened |\n|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Refusal codes

Every refusal carries a code. Codes are stable: none is ever renamed or used again. The exit code of
a run is that of the worst class that occurred, in the order below.

${sections.filter((section) => section !== '').join('\n')}`;
}

function schemaText(title: string, schema: Parameters<typeof toJsonSchema>[0]): string {
  const generated = toJsonSchema(schema, {
    target: 'draft-2020-12',
    overrideAction: ({ valibotAction, jsonSchema }) =>
      valibotAction.type === 'regex' && 'requirement' in valibotAction
        ? { ...jsonSchema, pattern: patternOf(valibotAction.requirement) }
        : null,
  });
  const { $schema, ...rest } = generated;
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}

/** JSON Schema's patterns are always Unicode, and have no flags. */
function patternOf(requirement: unknown): string {
  if (requirement instanceof RegExp && requirement.flags === 'u') return requirement.source;
  throw new TypeError(`expected a pattern with the flag u alone, found ${String(requirement)}`);
}

/** What is there now, of what this script answers for. */
async function existingDocs(): Promise<ReadonlyMap<string, string>> {
  const pages = await readdir(path.join(DOCS, 'errors')).catch(() => []);
  const names = [
    ...pages.map((page) => `errors/${page}`),
    'concepts/verdicts.md',
    'identities.schema.json',
    'policy.schema.json',
    'report.schema.json',
  ];
  const found = new Map<string, string>();
  for (const name of names) {
    const text = await readFile(path.join(DOCS, name), 'utf8').catch(() => null);
    if (text !== null) found.set(name, text);
  }
  return found;
}

async function differences(): Promise<readonly string[]> {
  const [wanted, found] = [generateDocs(), await existingDocs()];
  const names = new Set([...wanted.keys(), ...found.keys()]);
  return [...names].filter((name) => wanted.get(name) !== found.get(name)).sort();
}

async function write(): Promise<void> {
  const wanted = generateDocs();
  await mkdir(path.join(DOCS, 'errors'), { recursive: true });
  for (const name of await differences()) {
    const text = wanted.get(name);
    if (text === undefined) await rm(path.join(DOCS, name));
    else await writeFile(path.join(DOCS, name), text);
  }
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const different = await differences();
    for (const name of different) console.error(`docs/${name} is not what the sources say`);
    if (different.length > 0) {
      console.error('Run `node scripts/generate-docs.ts` and look at what it changed.');
      process.exitCode = 1;
    }
  } else {
    await write();
  }
}
