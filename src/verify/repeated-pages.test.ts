// SPDX-License-Identifier: Apache-2.0
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { PageAsk } from '../core/evidence.ts';
import type { PagesAsked } from '../core/former-asks.ts';
import { AHEAD_LANES, MAX_REPEATED_PAGES } from '../core/limits.ts';
import { RepeatedPages } from './repeated-pages.ts';

const AGENT = 'uv/0.13.9 {}';
const pageOf = (project: string): string => `https://index.test/simple/${project}/`;
const asking = (project: string, more: Partial<PageAsk> = {}): PageAsk => ({
  url: pageOf(project),
  credentials: {},
  agent: AGENT,
  ...more,
});
const asked = (...projects: readonly string[]): PagesAsked => ({
  agent: AGENT,
  urls: projects.map(pageOf),
});

function open(former: PagesAsked | null) {
  const read: PageAsk[] = [];
  const kept: PagesAsked[] = [];
  const answers: (() => void)[] = [];
  const keep = async (now: PagesAsked): Promise<void> => void kept.push(now);
  const isOfIndex = (url: string): boolean => url.startsWith('https://index.test/simple/');
  const pages = new RepeatedPages({ former, isOfIndex, keep }, async (ask) => {
    read.push(ask);
    await new Promise<void>((resolve) => answers.push(resolve));
  });
  /** Lets every request that waits have its answer, until none is sent any more. */
  const answerAll = async (): Promise<void> => {
    while (answers.length > 0) {
      for (const answer of answers.splice(0)) answer();
      await turn();
    }
  };
  return { pages, read, kept, answerAll };
}

describe('what the same request asked for the last time', () => {
  test('is read before anybody asks, for the same agent, a few at a time', async () => {
    const names = Array.from({ length: AHEAD_LANES.pages + 2 }, (_, at) => `p${at}`);
    const { pages, read, answerAll } = open(asked(...names));
    pages.begin();
    expect(read).toHaveLength(AHEAD_LANES.pages);
    await answerAll();
    expect(read).toStrictEqual(names.map((name) => asking(name)));
  });

  test('is not read where it was asked for by then, nor once the run has ended', async () => {
    const names = Array.from({ length: AHEAD_LANES.pages + 3 }, (_, at) => `p${at}`);
    const { pages, read, answerAll } = open(asked(...names));
    pages.begin();
    pages.asked(asking(`p${AHEAD_LANES.pages}`));
    await answerAll();
    expect(read.map(({ url }) => url)).not.toContain(pageOf(`p${AHEAD_LANES.pages}`));
    const ended = open(asked(...names));
    ended.pages.begin();
    await ended.pages.close();
    await ended.answerAll();
    expect(ended.read).toHaveLength(AHEAD_LANES.pages);
  });

  test('is no guide for whoever names itself in another way', async () => {
    const names = Array.from({ length: AHEAD_LANES.pages + 2 }, (_, at) => `p${at}`);
    const { pages, read, answerAll } = open(asked(...names));
    pages.begin();
    pages.asked(asking('p0', { agent: 'uv/0.13.9 {"python":"3.14"}' }));
    await answerAll();
    expect(read).toHaveLength(AHEAD_LANES.pages);
  });

  test('is neither read nor kept where it is no page of an index: a build may ask for anything', async () => {
    const elsewhere = [
      'https://web.test/simple/planted/',
      'no address',
      'https://index.test/other/',
    ];
    const { pages, read, kept } = open({ agent: AGENT, urls: [...elsewhere, pageOf('a')] });
    pages.begin();
    expect(read).toStrictEqual([asking('a')]);
    for (const url of elsewhere) pages.asked(asking('', { url }));
    pages.asked(asking('a'));
    await pages.close();
    expect(kept).toStrictEqual([asked('a')]);
  });

  test('is kept for the next run, without what was asked for with credentials', async () => {
    const { pages, kept } = open(null);
    pages.begin();
    for (const name of ['a', 'b', 'a']) pages.asked(asking(name));
    pages.asked(asking('mine', { credentials: { authorization: 'Basic eDp5' } }));
    await pages.close();
    expect(kept).toStrictEqual([asked('a', 'b')]);
  });

  test('is not written again where it was the same, in whatever order', async () => {
    const { pages, kept } = open(asked('a', 'b'));
    for (const name of ['b', 'a']) pages.asked(asking(name));
    await pages.close();
    expect(kept).toStrictEqual([]);
    const fewer = open(asked('a', 'b'));
    fewer.pages.asked(asking('b'));
    await fewer.pages.close();
    expect(fewer.kept).toStrictEqual([asked('b')]);
  });

  test('is left as it was by a run that asked for nothing', async () => {
    const { pages, kept } = open(asked('a'));
    await pages.close();
    expect(kept).toStrictEqual([]);
  });

  test('is bounded', async () => {
    const many = Array.from({ length: MAX_REPEATED_PAGES + 9 }, (_, at) => `p${at}`);
    const { pages, read, kept, answerAll } = open(asked(...many));
    pages.begin();
    await answerAll();
    expect(read).toHaveLength(MAX_REPEATED_PAGES);
    for (const name of many) pages.asked(asking(name));
    await pages.close();
    expect(kept[0]?.urls).toHaveLength(MAX_REPEATED_PAGES);
  });
});
