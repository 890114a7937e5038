// SPDX-License-Identifier: Apache-2.0
import { Command } from 'commander';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { registerIndexCommand } from './index-parse.ts';

const SHA256 = 'a1'.repeat(32);
const PAGE = `<a href="good-1.0.tar.gz#sha256=${SHA256}" data-yanked="\u202ebad">x</a><a href="good-2.0.zip">y</a>`;
const BASE = ['--base-url', 'https://index.example/simple/good/'];

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'wheelproof-index-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function run(words: readonly string[], stdin = PAGE): Promise<string> {
  let printed = '';
  const program = new Command('wheelproof').exitOverride();
  registerIndexCommand(program, {
    stdin: async () => new TextEncoder().encode(stdin),
    out: (text) => void (printed += text),
  });
  await program.parseAsync(['index', 'parse', ...words], { from: 'user' });
  return printed;
}

test('prints the model as JSON', async () => {
  const text = await run([...BASE, '--project', 'Good', '--json', '-']);
  expect(text).not.toMatch(/[^\n -~]/u);
  expect(JSON.parse(text)).toEqual({
    api_version: '1.0',
    project: 'good',
    status: 'active',
    status_reason: null,
    versions: ['1.0'],
    last_serial: null,
    files: [
      {
        filename: 'good-1.0.tar.gz',
        url: 'https://index.example/simple/good/good-1.0.tar.gz',
        project: 'good',
        version: '1.0',
        kind: 'sdist',
        hashes: { sha256: SHA256 },
        size: null,
        requires_python: null,
        yanked: '\u202ebad',
        core_metadata: false,
        gpg_sig: null,
        upload_time: null,
        provenance: null,
      },
    ],
    refused: [
      expect.objectContaining({
        filename: 'good-2.0.zip',
        url: 'https://index.example/simple/good/good-2.0.zip',
        code: 'WP-NO-STRONG-HASH',
        class: 'E-MISSING',
        file: expect.objectContaining({ version: '2.0', kind: 'sdist', hashes: {} }),
      }),
    ],
  });
});

test('prints a table of a file', async () => {
  const file = path.join(directory, 'page.html');
  await writeFile(file, PAGE);
  const text = await run([...BASE, file]);
  expect(text).toContain('yanked: \\u{202e}bad');
  expect(text).toMatch(/WP-NO-STRONG-HASH +good-2\.0\.zip/u);
  expect(text).toContain('1 listed, 1 refused');
});

test('a page of many files stays one JSON document', async () => {
  const anchors = Array.from(
    { length: 450 },
    (_, n) => `<a href="good-${n}.zip#sha256=${SHA256}">`,
  );
  const model: unknown = JSON.parse(await run([...BASE, '--json', '-'], anchors.join('')));
  expect(model).toHaveProperty('files.449.version', '449');
});

test('takes the server\u2019s word for what the page is', async () => {
  await expect(run([...BASE, '--content-type', 'application/json', '-'])).rejects.toMatchObject({
    code: 'WP-PAGE-MALFORMED',
  });
});

test.each([
  [['--base-url', 'index.example', '-'], 'WP-USAGE'],
  [['--base-url', 'file:///a/', '-'], 'WP-USAGE'],
  [[...BASE, '--project', 'go od', '-'], 'WP-USAGE'],
  [[...BASE, '--project', 'g\u043eod', '-'], 'WP-NAME-LOOKALIKE'],
  [[...BASE, '/nowhere/page.html'], 'WP-USAGE'],
])('%j is refused with %s', async (words, code) => {
  await expect(run(words)).rejects.toMatchObject({ code });
});
