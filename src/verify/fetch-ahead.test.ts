// SPDX-License-Identifier: Apache-2.0
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Artifact } from '../core/artifact.ts';
import {
  AHEAD_FILES_PER_PROJECT,
  AHEAD_LANES,
  AHEAD_PAGES_AT_ONCE,
  AHEAD_PAGES_MORE,
} from '../core/limits.ts';
import { FetchAhead, type AheadPlan } from './fetch-ahead.ts';
import { listed } from './scene.test-support.ts';

const INDEX = 'https://index.test/simple/';
const AGENT = `pip/26.3 {"cpu":"x86_64","python":"3.12.3","system":{"name":"Linux"}}`;
const PLAN: AheadPlan = {
  indexes: [INDEX],
  wishes: [],
  files: true,
  dependencies: true,
  ownPlatform: true,
};

/** Every project has one release, whose metadata says what it wants. */
function open(wants: Readonly<Record<string, readonly string[]>>, plan: Partial<AheadPlan> = {}) {
  const asked: string[] = [];
  const given: string[] = [];
  const ahead = new FetchAhead({
    ...PLAN,
    ...plan,
    page: async ({ url }) => {
      asked.push(url);
      const project = url.split('/').at(-2) ?? '';
      return wants[project] === undefined ? null : reading(project);
    },
    artifactOf: (_source, _asked, { filename }) => artifactOf(filename.split('-')[0] ?? ''),
    sidecar: async ({ project }) => {
      asked.push(`${project}.metadata`);
      return metadataOf(project);
    },
    file: ({ project, version }) => {
      asked.push(`${project}-${version}.whl`);
      return { ended: Promise.resolve(), giveUp: () => given.push(`${project}-${version}`) };
    },
  });
  const metadataOf = (project: string) => {
    const lines = (wants[project] ?? []).map((want) => `Requires-Dist: ${want}\n`);
    return Buffer.from(`Metadata-Version: 2.1\nName: ${project}\nVersion: 1\n${lines.join('')}`);
  };
  return { ahead, asked, given, metadataOf };
}

function reading(project: string) {
  const file = listed(Buffer.from(project), { filename: `${project}-1-py3-none-any.whl` });
  const page = {
    project,
    apiVersion: '1.1',
    status: 'active',
    statusReason: null,
    files: [file],
    refused: [],
    lastSerial: null,
  } as const;
  return { outcome: 'page', page, url: pageOf(project) } as const;
}

const pageOf = (project: string) => `${INDEX}${project}/`;

function artifactOf(project: string, version = '1'): Artifact {
  const filename = `${project}-${version}-py3-none-any.whl`;
  const url = `https://files.test/${filename}`;
  return { index: INDEX, project, version, filename, kind: 'wheel', url, listed: null };
}

const REQUIRES_D = 'Requires-Dist: d\n';
const wish = (project: string) => ({ project, specifier: '', where: 'here' });
const pageAsk = (project: string) => ({ url: pageOf(project), credentials: {}, agent: AGENT });

async function settle(): Promise<void> {
  for (let round = 0; round < 20; round += 1) await turn();
}

describe('fetching ahead', () => {
  test('asks for nothing that is merely bounded, or had from a stated address', async () => {
    const bound = { ...wish('private'), specifier: '==1', unasked: 'bound' as const };
    const stated = { ...wish('secret'), unasked: 'stated' as const };
    const wishes = [wish('a'), bound, stated];
    const { ahead, asked } = open({ a: ['secret'] }, { wishes });
    ahead.begin([]);
    ahead.pageAsked(pageAsk('a'));
    await settle();
    expect(asked).toContain('a.metadata');
    expect(asked.filter((one) => /private|secret/u.test(one))).toEqual([]);
  });

  test('asks for what is bounded once something wants it, and guesses within the bounds', async () => {
    const bound = { ...wish('b'), specifier: '==2', unasked: 'bound' as const };
    const { ahead, asked } = open({ a: ['b'], b: [] }, { wishes: [wish('a'), bound] });
    ahead.begin([]);
    ahead.pageAsked(pageAsk('a'));
    await settle();
    expect(asked).toContain(pageOf('b'));
    expect(asked).not.toContain('b.metadata');
  });

  test('follows what metadata names, before the installer has asked for it', async () => {
    const { ahead, asked } = open(
      { a: ['b>=1', 'c; sys_platform == "win32"', 'd; extra == "x"'], b: ['e[x]'], e: [] },
      { wishes: [wish('a')] },
    );
    ahead.begin([]);
    await settle();
    expect(asked).toEqual([pageOf('a')]); // nothing is guessed before the platform is known
    ahead.pageAsked(pageAsk('a'));
    await settle();
    expect(asked).toEqual([
      pageOf('a'),
      'a.metadata',
      pageOf('b'),
      'b.metadata',
      pageOf('e'),
      'e.metadata',
    ]);
  });

  test('fetches a file only once the installer has asked for its metadata', async () => {
    const { ahead, asked, metadataOf } = open({ a: [] });
    ahead.pageAsked(pageAsk('a'));
    ahead.pageGiven(pageOf('a'), 'a', reading('a'));
    await settle();
    expect(asked).toEqual(['a.metadata']);
    ahead.metadataGiven(artifactOf('a'), {}, metadataOf('a'));
    await settle();
    expect(asked).toEqual(['a.metadata', 'a-1.whl']);
  });

  test('leaves files to an installer that asks for all at once, but for those that take long', async () => {
    const { ahead, asked, metadataOf } = open({ a: [] }, { fileBytes: { least: 10, most: 20 } });
    for (const size of [null, 9, 10, 20, 21]) {
      const project = `p${size ?? ''}`;
      const file = listed(Buffer.from(project), { size });
      ahead.metadataGiven({ ...artifactOf(project), listed: file }, {}, metadataOf('a'));
    }
    await settle();
    expect(asked).toEqual(['p10-1.whl', 'p20-1.whl']);
  });

  test('gives up a release that the resolver has left, and does so a few times only', async () => {
    const { ahead, asked, given, metadataOf } = open({ a: [] });
    for (let version = 9; version > 0; version -= 1) {
      ahead.metadataGiven(artifactOf('a', `${version}`), {}, metadataOf('a'));
      await settle();
    }
    expect(asked).toHaveLength(AHEAD_FILES_PER_PROJECT);
    expect(given).toEqual(['a-9']);
  });

  test('reads no more pages than the bound', async () => {
    const wants = Object.fromEntries(
      Array.from({ length: 1000 }, (_, at) => [`p${at}`, [`p${at + 1}`]]),
    );
    const { ahead, asked } = open(wants, { wishes: [wish('p0')] });
    ahead.begin([]);
    ahead.pageAsked(pageAsk('other'));
    for (let round = 0; round < 200; round += 1) await settle();
    const pages = asked.filter((url) => url.startsWith(INDEX));
    expect(pages).toHaveLength(AHEAD_PAGES_MORE + 2);
  });

  test('leaves alone what is installed, direct, or not wanted', async () => {
    const { ahead, asked, metadataOf } = open(
      { a: ['there', 'url @ https://x.test/u.whl', 'new'], new: [] },
      { wishes: [wish('there'), wish('new')], files: false, dependencies: false },
    );
    ahead.begin(['There', 'new']);
    ahead.pageAsked(pageAsk('a'));
    ahead.metadataGiven(artifactOf('a'), {}, metadataOf('a'));
    await settle();
    expect(asked).toEqual([]);
  });

  test('learns an index that is nowhere configured when it is asked', async () => {
    const wishes = [wish('a'), wish('b')];
    const { ahead, asked } = open({ a: [], b: [] }, { indexes: [], wishes });
    ahead.begin([]);
    await settle();
    expect(asked).toEqual([]);
    ahead.pageAsked(pageAsk('a'));
    await settle();
    expect(asked).toContain(pageOf('b'));
  });

  test('tells a place of links nothing of what else is needed', async () => {
    const { ahead, asked } = open({ secret: [] }, { wishes: [wish('secret')] });
    ahead.begin([]);
    ahead.pageAsked({ url: 'https://public.test/whl/stable/', credentials: {}, agent: AGENT });
    await settle();
    expect(asked.filter((url) => url.startsWith('https://public.test/'))).toEqual([]);
  });

  test('nor one that is named like something needed', async () => {
    const links = 'https://public.test/whl/torch/';
    const named = [links.slice(0, -1)];
    const wishes = [wish('torch'), wish('secret')];
    const { ahead, asked } = open({ torch: [], secret: [] }, { wishes, named });
    ahead.begin([]);
    ahead.pageAsked({ url: links, credentials: {}, agent: AGENT });
    await settle();
    expect(asked.filter((url) => url.startsWith('https://public.test/'))).toEqual([]);
  });

  test('guesses nothing for a platform that it cannot know', async () => {
    const { ahead, asked } = open({ a: ['b'] }, { wishes: [wish('a')], ownPlatform: false });
    ahead.begin([]);
    ahead.pageAsked(pageAsk('a'));
    await settle();
    expect(asked).toEqual([pageOf('a')]);
  });

  describe('where one index is asked for everything', () => {
    const FURTHER = 'https://further.test/simple/';
    const sole = (wants: Readonly<Record<string, readonly string[]>>, more: Partial<AheadPlan>) =>
      open(wants, { soleIndex: true, files: false, ...more });

    test('reads on, and asks for the pages of what metadata names', async () => {
      const { ahead, asked } = sole({ a: ['b'], b: [] }, { wishes: [wish('a')] });
      ahead.begin([]);
      ahead.pageAsked(pageAsk('a'));
      await settle();
      expect(asked).toEqual([pageOf('a'), 'a.metadata', pageOf('b'), 'b.metadata']);
    });

    test.each([
      [AHEAD_LANES.pages, {}],
      [AHEAD_PAGES_AT_ONCE, { pagesAtOnce: AHEAD_PAGES_AT_ONCE }],
    ])('asks for %i pages at a time', async (most, plan) => {
      const wishes = Array.from({ length: most + 2 }, (_, at) => wish(`p${at}`));
      const { ahead, asked } = open({}, { wishes, ...plan });
      ahead.begin([]);
      expect(asked).toHaveLength(most);
      await settle();
      expect(asked).toHaveLength(most + 2);
    });

    test('learns that one when it is asked, and is told nothing once there is a second', async () => {
      const wishes = [wish('a'), wish('b')];
      const { ahead, asked, metadataOf } = sole(
        { a: ['c'], b: [], c: [] },
        { indexes: [], wishes },
      );
      ahead.begin([]);
      ahead.pageAsked(pageAsk('a'));
      await settle();
      expect(asked.splice(0)).toEqual(
        expect.arrayContaining([pageOf('a'), pageOf('b'), pageOf('c')]),
      );
      ahead.pageAsked({ ...pageAsk('b'), url: `${FURTHER}b/` });
      ahead.metadataGiven(artifactOf('a', '2'), {}, Buffer.from(metadataOf('a') + REQUIRES_D));
      await settle();
      expect(asked).toEqual([]);
    });

    test('asks none of two that are configured', async () => {
      const indexes = [INDEX, FURTHER];
      const { ahead, asked } = sole({ a: [] }, { indexes, wishes: [wish('a')] });
      ahead.begin([]);
      ahead.pageAsked(pageAsk('a'));
      await settle();
      expect(asked).toEqual([]);
    });

    test('is led nowhere by a page or by metadata from elsewhere', async () => {
      const { ahead, asked, metadataOf } = sole({ a: [], planted: ['b'], b: [] }, {});
      ahead.begin([]);
      ahead.pageAsked({ ...pageAsk('planted'), url: 'https://web.test/planted/' });
      ahead.pageGiven('https://web.test/planted/', 'planted', reading('planted'));
      const planted = { ...artifactOf('planted'), index: 'https://web.test/' };
      ahead.metadataGiven(planted, {}, metadataOf('planted'));
      await settle();
      expect(asked).toEqual([]);
    });
  });

  test('ends with the run', async () => {
    const { ahead, asked, given, metadataOf } = open({ a: [] }, { wishes: [wish('a')] });
    ahead.metadataGiven(artifactOf('a'), {}, metadataOf('a'));
    await settle();
    ahead.close();
    ahead.begin([]);
    await settle();
    expect(asked).toEqual(['a-1.whl']);
    expect(given).toEqual(['a-1']);
  });
});
