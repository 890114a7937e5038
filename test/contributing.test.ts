// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EvidenceKind } from '../src/core/evidence.ts';
import { completeLists } from './house/text-rules.ts';

const root = join(import.meta.dirname, '..');
const indexPath = 'src/evidence/index.ts';
const kindPath = 'src/evidence/team-list.ts';

/** CONTRIBUTING.md's TypeScript blocks: the new file, and the new line of the list. */
const [kindText = '', line = ''] = [
  ...readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').matchAll(/```ts\n(?<code>.*?)```/gsu),
].map((block) => block.groups?.['code'] ?? '');

const indexText = readFileSync(join(root, indexPath), 'utf8');

function withLine(): string {
  const opening = /export const EVIDENCE[^=]*=> EvidenceKind\)\[\] = \[\n/u;
  expect(indexText).toMatch(opening);
  return `import { teamListEvidence } from './team-list.ts';\n${indexText.replace(opening, `$&${line}`)}`;
}

/** What the compiler says of the two files, as if they were there. */
function diagnose(files: Readonly<Record<string, string>>): readonly string[] {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config,
    ts.sys,
    root,
  );
  const disk = ts.createCompilerHost(options);
  const shown = new Map(Object.entries(files).map(([path, text]) => [join(root, path), text]));
  const readFile = (path: string) => shown.get(path) ?? disk.readFile(path);
  const host: ts.CompilerHost = {
    ...disk,
    readFile,
    fileExists: (path) => shown.has(path) || disk.fileExists(path),
    getSourceFile: (path, target) => {
      const text = readFile(path);
      return text === undefined ? undefined : ts.createSourceFile(path, text, target);
    },
  };
  const program = ts.createProgram([...shown.keys()], options, host);
  return [...shown.keys()].flatMap((path) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'),
    );
  });
}

type KindMaker = (digests: ReadonlySet<string>) => EvidenceKind;

function exportsTheKind(module: unknown): module is { readonly teamListEvidence: KindMaker } {
  return typeof module === 'object' && module !== null && 'teamListEvidence' in module;
}

describe("CONTRIBUTING's example of a new evidence kind", () => {
  let kindOf: KindMaker;

  beforeAll(async () => {
    const { outputText } = ts.transpileModule(kindText, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2024 },
    });
    const module: unknown = await import(
      /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(outputText)}`
    );
    if (!exportsTheKind(module)) throw new Error('the example exports no teamListEvidence');
    kindOf = module.teamListEvidence;
  });

  it('compiles as one file and one line', { timeout: 60_000 }, () => {
    expect(diagnose({ [kindPath]: kindText, [indexPath]: withLine() })).toEqual([]);
    expect(diagnose({ [kindPath]: `${kindText}const wrong: string = 1;\n` })).not.toEqual([]);
  });

  it('is found by the house rule when its line is forgotten, and passes with it', () => {
    const kind = { path: kindPath, text: kindText };
    expect(completeLists([kind, { path: indexPath, text: indexText }])).toHaveLength(1);
    expect(completeLists([kind, { path: indexPath, text: withLine() }])).toEqual([]);
  });

  it('vouches for what is on the list and for nothing else', async () => {
    const kind = kindOf(new Set(['aa']));
    const artifact = {
      index: 'https://index.example/simple/',
      project: 'good',
      version: '1.0',
      filename: 'good-1.0.tar.gz',
      kind: 'sdist',
      url: 'https://index.example/good-1.0.tar.gz',
      listed: null,
    } as const;
    const bytes = (sha256: string) => ({
      size: 0,
      digests: { sha256 },
      read: async () => new Uint8Array(),
    });
    expect((await kind.foresee(artifact, 'aa'))?.state).toBe('vouched');
    expect((await kind.examine(artifact, bytes('aa'))).state).toBe('vouched');
    expect((await kind.examine(artifact, bytes('bb'))).state).toBe('absent');
  });
});
