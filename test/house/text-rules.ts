// SPDX-License-Identifier: Apache-2.0
import { basename } from 'node:path/posix';
import ts from 'typescript';
import type { Rule } from './arrow-rules.ts';
import { importsOf, isCode, isTest, parse, roomOf, type Source, targetOf } from './source.ts';
import { LISTS, MACHINE_PATHS, MAX_LINES, REGISTRY_HOSTS, VAGUE_NAMES } from './table.ts';

const SPDX = 'SPDX-License-Identifier: Apache-2.0';

/** The licence line comes first, or right after `#!`. */
export const licenceLine: Rule = (sources) =>
  sources
    .filter(({ path, text }) => isCode(path) || path.endsWith('.sh') || text.startsWith('#!'))
    .filter(({ text }) => {
      const [first = '', second = ''] = text.split('\n', 2);
      return !(first.startsWith('#!') ? second : first).includes(SPDX);
    })
    .map(({ path }) => `${path}: lacks the licence line`);

export const fileLength: Rule = (sources) =>
  sources
    .filter(({ path, text }) => isCode(path) && text.split('\n').length - 1 > MAX_LINES)
    .map(({ path }) => `${path}: longer than ${MAX_LINES} lines`);

export const noRegistryHosts: Rule = (sources) => forbidden(sources, REGISTRY_HOSTS);

export const noMachinePaths: Rule = (sources) => forbidden(sources, MACHINE_PATHS);

/** Node loads a part of itself for it, in every run: core/monotonic.ts tells the same. */
export const noPerformance: Rule = (sources) =>
  forbidden(
    sources.filter(({ path }) => path.startsWith('src/') && isCode(path) && !isTest(path)),
    ['performance.now('],
  );

function forbidden(sources: readonly Source[], words: readonly string[]): readonly string[] {
  return sources.flatMap(({ path, text }) =>
    words
      .filter((word) => text.toLowerCase().includes(word))
      .map((word) => `${path}: holds ${word}`),
  );
}

/** Kebab-case; a file that mounts an attack begins with the attack's own number. */
export const clearNames: Rule = (sources) =>
  sources
    .filter(({ path }) => isCode(path))
    .filter(({ path }) => {
      const stem = basename(path).replace(/(?:\.test(?:-[a-z]+)?)?\.[a-z]+$/u, '');
      return (
        VAGUE_NAMES.includes(stem) || !/^(?:[A-Z]\d\d-)?[a-z0-9]+(?:[-.][a-z0-9]+)*$/u.test(stem)
      );
    })
    .map(({ path }) => `${path}: a file is named for what it holds, in kebab-case`);

/** Whoever exports one of a listed kind is on the list, the room's index.ts. */
export const completeLists: Rule = (sources) =>
  LISTS.flatMap(({ room, kind }) => {
    const index = `src/${room}/index.ts`;
    const list = sources.find(({ path }) => path === index);
    const listed = new Set(
      list === undefined ? [] : importsOf(list).map(({ from }) => targetOf(list, from)),
    );
    return sources
      .filter(({ path }) => roomOf(path) === room && !isTest(path) && path !== index)
      .filter((source) => exportsKind(source, kind) && !listed.has(source.path))
      .map(({ path }) => `${path}: exports a ${kind} that ${index} does not name`);
  });

function exportsKind(source: Source, kind: string): boolean {
  return parse(source).statements.some((statement) => {
    if (!ts.canHaveModifiers(statement)) return false;
    const exported = ts
      .getModifiers(statement)
      ?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);
    if (exported !== true) return false;
    if (ts.isFunctionDeclaration(statement)) return statement.type?.getText() === kind;
    if (ts.isClassDeclaration(statement)) {
      return (
        statement.heritageClauses?.some((clause) =>
          clause.types.some((type) => type.getText() === kind),
        ) ?? false
      );
    }
    return (
      ts.isVariableStatement(statement) &&
      statement.declarationList.declarations.some(
        ({ type, initializer }) =>
          type?.getText() === kind ||
          (initializer !== undefined &&
            ts.isSatisfiesExpression(initializer) &&
            initializer.type.getText() === kind) ||
          (initializer !== undefined &&
            ts.isArrowFunction(initializer) &&
            initializer.type?.getText() === kind),
      )
    );
  });
}

/** Each code has its page, and each page its code. */
export function codePages(codes: readonly string[], paths: readonly string[]): readonly string[] {
  const pages = paths
    .map((path) => /^docs\/errors\/(?<code>WP-[A-Z0-9-]+)\.md$/u.exec(path)?.groups?.['code'])
    .filter((code) => code !== undefined);
  return [
    ...codes.filter((code) => !pages.includes(code)).map((code) => `${code}: has no page`),
    ...pages.filter((page) => !codes.includes(page)).map((page) => `${page}: has no code`),
  ];
}

/** A rule that saw too little proves nothing. */
export function unseen(seen: readonly string[], tracked: readonly string[]): readonly string[] {
  const all = new Set(seen);
  return tracked.filter((path) => !all.has(path)).map((path) => `${path}: was not looked at`);
}
