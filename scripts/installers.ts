// SPDX-License-Identifier: Apache-2.0
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { CASES, type CaseName } from '../test/matrix/cases.ts';
import { playCell, type Cell } from '../test/matrix/cell.ts';
import { MATRIX_TOOLS, NOT_HERE, type MatrixTool } from '../test/matrix/tools.ts';
import { newest } from '../test/world/installer-versions.ts';

/*
 * Plays every way in which files come to an installer with every installer, for real and on
 * loopback: the good file passes, the bad one is refused, and no file of the project holds an
 * address of the gate. `--tool pdm,tox` and `--case vcs` choose; `--write` keeps the table in
 * docs/installers.md; `--why` shows what was printed where something failed.
 */

const { values } = parseArgs({
  options: {
    tool: { type: 'string' },
    case: { type: 'string' },
    write: { type: 'boolean', default: false },
    why: { type: 'boolean', default: false },
  },
});

const isCase = (name: string): name is CaseName => Object.hasOwn(CASES, name);
const chosen = (list: string | undefined, name: string): boolean =>
  list === undefined || list.toLowerCase().split(',').includes(name.toLowerCase());

const tools = MATRIX_TOOLS.filter(({ name }) => chosen(values.tool, name));
const cases = Object.keys(CASES)
  .filter(isCase)
  .filter((name) => chosen(values.case, name));

function wordFor({ absent, faults, said }: Cell): string {
  if (absent) return '–';
  if (faults.length > 0) return 'FAILED';
  return said ? 'held' : 'held ¹';
}

async function rowOf(tool: MatrixTool): Promise<readonly string[]> {
  const version = newest(tool.installer);
  const row = [tool.name === 'run' ? `run (pip ${version})` : `${tool.name} ${version}`];
  for (const name of cases) {
    const began = performance.now();
    const cell = await playCell(tool, name).catch((error: unknown): Cell => {
      const output = error instanceof Error ? error.message : String(error);
      return { faults: [`could not be played: ${output}`], absent: false, said: false, output };
    });
    const word = wordFor(cell);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${tool.name.padEnd(10)} ${name.padEnd(9)} ${word}  ${seconds} s`);
    for (const fault of cell.faults) console.log(`      ${fault}`);
    if (values.why && cell.faults.length > 0) console.log(cell.output);
    if (cell.faults.length > 0) failed += 1;
    else if (!cell.absent) passed += 1;
    row.push(word);
  }
  return row;
}

let passed = 0;
let failed = 0;
const rows: (readonly string[])[] = [];
for (const tool of tools) rows.push(await rowOf(tool));
for (const name of NOT_HERE) rows.push([name, ...cases.map(() => 'not to be had here')]);

const heads = ['', ...cases.map((name) => CASES[name])];
const lines = [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
const table = lines.join('\n');
console.log(`\n${table}\n`);

if (values.write) {
  if (values.tool !== undefined || values.case !== undefined)
    throw new Error('--write keeps the whole table: without --tool and --case');
  const file = join(import.meta.dirname, '../docs/installers.md');
  const text = await readFile(file, 'utf8');
  const [before = '', , after = ''] = text.split(/<!-- table(?: end)? -->\n/u);
  const whole = `${before}<!-- table -->\n\n${table}\n\n<!-- table end -->\n${after}`;
  const style = await resolveConfig(file);
  await writeFile(file, await format(whole, { ...style, filepath: file }));
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
