// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gatherOpinions } from '../test/conformance/opinions/opinions.ts';
import { runSuite, type SuiteResult } from '../test/conformance/suite.ts';

/**
 * `npm run conformance`: what sigstore-python and pypi-attestations say of the same signatures as we
 * do; with `-- --suite CHECKOUT` also the verification cases of sigstore-conformance through
 * `test/conformance/sigstore-client.ts`. Writes docs/conformance.md; a part that was not run stays
 * as it was. `--only openpgp`: OpenPGP signatures alone, with
 * `--suite CHECKOUT` (otherwise `--openpgp-suite`) also the OpenPGP interoperability suite. `--only tuf`: other people's TUF clients read a repository that we wrote.
 */
const { values } = parseArgs({
  options: {
    suite: { type: 'string' },
    'openpgp-suite': { type: 'string' },
    only: { type: 'string' },
  },
});
const root = join(import.meta.dirname, '..');
const pagePath = join(root, 'docs', 'conformance.md');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const SUITE = '## The upstream cases';
const OPINIONS = '## Second opinions';

if (values.only === 'tuf') {
  const { askReferees } = await import('../test/conformance/tuf/referees.ts');
  const { agreed, page } = await askReferees(say);
  if (!agreed) process.exitCode = 1;
  const file = join(root, 'docs', 'tuf-conformance.md');
  await writeFile(file, `${page}\n`);
  format(file);
} else if (values.only === 'openpgp') {
  await askOpenPgp();
} else {
  await askOpenPgp();
  const before = existsSync(pagePath) ? await readFile(pagePath, 'utf8') : '';
  const opinions = askOthers() ?? kept(before, OPINIONS);
  const suite = (await runUpstream()) ?? kept(before, SUITE);
  const intro =
    'Written by `npm run conformance -- --suite CHECKOUT`: what the verifier of attestations and Sigstore bundles says, beside what is expected of it and what others say. Signing is not spoken.';
  const parts = ['# Sigstore conformance', intro, SUITE, suite, OPINIONS, opinions];
  await writeFile(pagePath, `${parts.join('\n\n')}\n`);
  format(pagePath);
}

/** gpgv, sqop and the interoperability suite, as far as they are here, on OpenPGP signatures. */
async function askOpenPgp(): Promise<void> {
  const { writeOpenPgpPage } = await import('../test/conformance/openpgp/page.ts');
  const page = join(root, 'docs', 'openpgp-conformance.md');
  const data = join(root, '..', 'shared', 'data');
  const suite = values['openpgp-suite'] ?? (values.only === 'openpgp' ? values.suite : undefined);
  if (!(await writeOpenPgpPage({ page, data, suite, say }))) process.exitCode = 1;
  format(page);
}

function format(page: string): void {
  const words = [join(root, 'node_modules', '.bin', 'prettier'), '--write', page];
  execFileSync(process.execPath, words, { stdio: 'ignore' });
}

/** What the page said of it before. */
function kept(page: string, heading: string): string {
  const [, text = 'Not run yet.'] = page.split(`${heading}\n`);
  return (text.split(/^## /mu)[0] ?? '').trim();
}

function askOthers(): string | null {
  const gathered = gatherOpinions(join(root, '..', 'shared', 'data'));
  if (gathered === null) {
    say('second opinions: skipped, sigstore and pypi-attestations cannot be installed here');
    return null;
  }
  for (const line of gathered.laxer) say(`nobody knows why: ${line}`);
  say(`second opinions: ${gathered.said}`);
  if (gathered.laxer.length > 0) process.exitCode = 1;
  return `The same inputs, offline, under the same trusted roots, by us and by two packages: the real objects under test, and attestations that \`test/world\` makes on the spot. ${gathered.said}\n\n${gathered.text.trim()}`;
}

async function runUpstream(): Promise<string | null> {
  const { suite } = values;
  if (suite === undefined) {
    say('sigstore-conformance: skipped, no checkout was named (--suite CHECKOUT)');
    return null;
  }
  const client = [process.execPath, join(root, 'test', 'conformance', 'sigstore-client.ts')];
  const results: SuiteResult[] = [];
  for await (const result of runSuite(suite, client)) {
    results.push(result);
    if (!result.passed) say(`${result.name} by ${result.input}: ${result.said}`);
  }
  const passed = results.filter((result) => result.passed).length;
  say(`sigstore-conformance: ${passed} passed, ${results.length - passed} failed`);
  if (passed !== results.length) process.exitCode = 1;
  return table(results, passed, commitOf(suite));
}

function commitOf(suite: string): string {
  try {
    const words = ['-C', suite, 'rev-parse', 'HEAD'];
    return execFileSync('git', words, { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'an unknown commit'; // a copy without its history
  }
}

function table(results: readonly SuiteResult[], passed: number, commit: string): string {
  const rows = results
    .filter(({ input }) => input === 'path')
    .map(({ name, expected }) => {
      const both = results.filter((result) => result.name === name);
      const held = both.every((result) => result.passed) ? 'as expected' : '**otherwise**';
      const why = both[0]?.said.replaceAll('|', '\\|') ?? '';
      return `| ${name} | ${expected} | ${held} | ${why} |`;
    })
    .toSorted();
  return `The verification cases of sigstore-conformance (${commit}), each by path and by digest: **${passed} of ${results.length}** are as the suite expects.

| case | expected | found | what was said |
| --- | --- | --- | --- |
${rows.join('\n')}`;
}
