// SPDX-License-Identifier: Apache-2.0
import ts from 'typescript';
import { importsOf, isTest, parse, roomOf, type Source, targetOf, walk } from './source.ts';
import {
  CONNECTING_NAMES,
  CORE_NAMES,
  CORE_PACKAGES,
  DIALLING_MODULES,
  DIALLING_ROOMS,
  LOCAL_DIALLERS,
  ROOMS,
  SERVING_ROOMS,
  SOCKETLESS_NAMES,
  TWO_WAY_MODULES,
} from './table.ts';

/** A rule answers with its findings, a line each. */
export type Rule = (sources: readonly Source[]) => readonly string[];

/** A room imports itself and what its row names; a test besides may use the fake world. */
export const arrows: Rule = (sources) =>
  sources.flatMap((source) => {
    const room = roomOf(source.path);
    if (room === null) return [];
    const row = ROOMS[room];
    if (row === undefined) return [`${source.path}: '${room}' is no room of the table`];
    return importsOf(source).flatMap(({ from }) => {
      const target = targetOf(source, from);
      if (target === null) return from.startsWith('<') ? [`${source.path}: computed import`] : [];
      const other = roomOf(target);
      if (other === room || row === 'anything' || (other !== null && row.includes(other)))
        return [];
      if (isTest(source.path) && (other === null ? target.startsWith('test/') : other !== 'cli')) {
        return [];
      }
      return [`${source.path}: '${room}' may not import '${other ?? target}'`];
    });
  });

export const nobodyImportsCli: Rule = (sources) =>
  sources.flatMap((source) =>
    roomOf(source.path) === 'cli' || source.path.startsWith('test/')
      ? []
      : importsOf(source)
          .filter(({ from }) => roomOf(targetOf(source, from) ?? '') === 'cli')
          .map(({ from }) => `${source.path}: imports ${from}`),
  );

export const corePackages: Rule = (sources) =>
  sources
    .filter(({ path }) => roomOf(path) === 'core' && !isTest(path))
    .flatMap((source) =>
      importsOf(source)
        .filter(({ from }) => targetOf(source, from) === null)
        .filter(
          ({ from, names }) =>
            !CORE_PACKAGES.includes(from) ||
            (from.startsWith('node:') && !names.every((name) => CORE_NAMES.includes(name))),
        )
        .map(({ from, names }) => `${source.path}: core takes ${names.join(', ')} from ${from}`),
    );

/** Only `upstream` and storage drivers connect to the outside; serving rooms only serve. */
export const outgoing: Rule = (sources) =>
  sources
    .filter(({ path }) => !isTest(path) && !DIALLING_ROOMS.includes(roomOf(path) ?? ''))
    .filter(({ path }) => roomOf(path) !== null && !LOCAL_DIALLERS.includes(path))
    .flatMap((source) => [...outgoingImports(source), ...outgoingCalls(source)]);

function outgoingImports(source: Source): readonly string[] {
  const serves = SERVING_ROOMS.includes(roomOf(source.path) ?? '');
  return importsOf(source).flatMap(({ from, names, typeOnly }) => {
    if (typeOnly) return [];
    const module = TWO_WAY_MODULES.includes(`node:${from}`) ? `node:${from}` : from;
    if (DIALLING_MODULES.includes(module) || DIALLING_MODULES.includes(`node:${module}`)) {
      return [`${source.path}: imports ${from}`];
    }
    if (!TWO_WAY_MODULES.includes(module)) return [];
    const bad = names.filter((name) =>
      serves ? CONNECTING_NAMES.includes(name) : !SOCKETLESS_NAMES.includes(name),
    );
    return bad.map((name) => `${source.path}: takes ${name} from ${from}`);
  });
}

function outgoingCalls(source: Source): readonly string[] {
  const modules = new Set(
    importsOf(source)
      .filter(
        ({ from }) => TWO_WAY_MODULES.includes(from) || TWO_WAY_MODULES.includes(`node:${from}`),
      )
      .map(({ local }) => local),
  );
  const found: string[] = [];
  for (const node of walk(parse(source))) {
    if (ts.isPropertyAccessExpression(node) && CONNECTING_NAMES.includes(node.name.text)) {
      const of = node.expression.getText();
      if (modules.has(of)) found.push(`${source.path}: ${of}.${node.name.text}`);
    } else if (
      ts.isCallExpression(node) &&
      /^(?:globalThis\.)?fetch$/u.test(node.expression.getText())
    ) {
      found.push(`${source.path}: fetch()`);
    } else if (
      ts.isNewExpression(node) &&
      /(?:^|\.)(?:WebSocket|EventSource)$/u.test(node.expression.getText())
    ) {
      found.push(`${source.path}: ${node.expression.getText()}`);
    } else if (ts.isNewExpression(node) && /(?:^|\.)Socket$/u.test(node.expression.getText())) {
      found.push(`${source.path}: a socket of its own`);
    }
  }
  return found;
}
