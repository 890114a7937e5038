// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runSuite, type SuiteResult } from '../test/conformance/suite.ts';

/**
 * `node scripts/conformance.ts --suite CHECKOUT`: the verification cases of sigstore-conformance
 * through `test/conformance/sigstore-client.ts`; writes docs/conformance.md.
 * `--only tuf`: other people's TUF clients read a repository that we wrote.
 */
const root = join(import.meta.dirname, '..');
const [option, checkout] = process.argv.slice(2);

if (option === '--only' && checkout === 'tuf') {
  const { askReferees } = await import('../test/conformance/tuf/referees.ts');
  const agreed = await askReferees((line) => void process.stdout.write(`${line}\n`));
  if (!agreed) process.exitCode = 1;
} else if (option === '--suite' && checkout !== undefined) {
  await run(checkout);
} else {
  process.stdout.write('sigstore-conformance: skipped, no checkout was named (--suite CHECKOUT)\n');
}

async function run(suite: string): Promise<void> {
  const client = [process.execPath, join(root, 'test', 'conformance', 'sigstore-client.ts')];
  const results: SuiteResult[] = [];
  for await (const result of runSuite(suite, client)) {
    results.push(result);
    if (!result.passed) process.stdout.write(`${result.name} by ${result.input}: ${result.said}\n`);
  }
  const passed = results.filter((result) => result.passed).length;
  const words = ['-C', suite, 'rev-parse', 'HEAD'];
  let commit = 'an unknown commit';
  try {
    commit = execFileSync('git', words, { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    // a copy without its history
  }
  await writeFile(join(root, 'docs', 'conformance.md'), page(results, passed, commit));
  process.stdout.write(`${passed} passed, ${results.length - passed} failed\n`);
  if (passed !== results.length) process.exitCode = 1;
}

function page(results: readonly SuiteResult[], passed: number, commit: string): string {
  const rows = results
    .filter(({ input }) => input === 'path')
    .map(({ name, expected }) => {
      const both = results.filter((result) => result.name === name);
      const held = both.every((result) => result.passed) ? 'as expected' : '**otherwise**';
      const why = both[0]?.said.replaceAll('|', '\\|') ?? '';
      return `| ${name} | ${expected} | ${held} | ${why} |`;
    })
    .toSorted();
  return `# Sigstore conformance

Written by \`node scripts/conformance.ts --suite CHECKOUT\` from the verification cases of sigstore-conformance (${commit}), each by path and by digest: **${passed} of ${results.length}** are as the suite expects. Signing is not spoken.

| case | expected | found | what was said |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
