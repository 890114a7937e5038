// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { Artifact, ListedFile } from '../core/artifact.ts';
import { bareListing } from '../core/listed-file.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import type { Wish } from '../core/installer.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { PageMemory } from '../trust/index.ts';
import { HiddenWheels } from './hidden-wheels.ts';
import { remarkOn } from './page-remarks.ts';

const INDEX = 'https://index.test/simple/';
const DAY = 86_400_000;
const A = 'a'.repeat(64);

interface Said {
  readonly name: string;
  readonly sha256?: string;
  readonly yanked?: string;
  readonly uploaded?: string;
}

function artifact({ name, sha256 = A, yanked, uploaded }: Said): Artifact {
  const parsed = parseDistributionFilename(name, 'good');
  const url = `https://files.test/${name}`;
  const listed: ListedFile = {
    ...bareListing(name, url),
    hashes: { sha256 },
    yanked: yanked ?? false,
    uploadTime: uploaded ?? null,
  };
  const { version = '', kind = 'archive' } = parsed ?? {};
  return { index: INDEX, project: 'good', version, filename: name, kind, url, listed };
}

/** Pages of one project, a number of days apart. */
function watch(daysApart = 1) {
  const rows = openMemoryTrustRows();
  let now = Date.UTC(2026, 0, 1);
  const memory = new PageMemory(rows, { now: () => now }, 'pip 1');
  return (files: readonly Said[], wishes: readonly Wish[] = []) => {
    const artifacts = files.map(artifact);
    const saying = {
      index: INDEX,
      project: 'good',
      form: 'json',
      status: 'active' as const,
      files: artifacts.map(({ filename, listed }) => ({
        filename,
        sha256: listed?.hashes['sha256'] ?? null,
        yanked: listed?.yanked !== false,
      })),
    };
    const history = memory.look(saying);
    const view = {
      index: INDEX,
      project: 'good',
      files: artifacts,
      history,
      wishes,
      client: 'uv 1',
    };
    const { byFile, notes } = remarkOn(view);
    // Where nothing changed, what changes is not looked for: it would not be found either.
    const { page, listings } = history;
    const general = remarkOn({ ...view, history: { page, listings } });
    expect({ byFile: new Map(general.byFile), notes: general.notes }).toEqual({
      byFile: new Map(byFile),
      notes,
    });
    memory.write(saying, new Set());
    now += daysApart * DAY;
    const codes: Record<string, string[]> = {};
    for (const [name, found] of byFile) codes[name] = found.map(({ code }) => code);
    return { codes, notes, byFile, history };
  };
}

const wheel = (version: string, more: Partial<Said> = {}): Said => ({
  name: `good-${version}-py3-none-any.whl`,
  ...more,
});
const wish = (specifier: string): Wish => ({ project: 'good', specifier, where: '' });

describe('the newest version', () => {
  test('that is hidden is told, and stays told', () => {
    const see = watch();
    see([wheel('1.0'), wheel('2.0')]);
    for (let times = 0; times < 2; times++) {
      const { codes, notes } = see([wheel('1.0')]);
      expect(codes).toEqual({ 'good-1.0-py3-none-any.whl': ['WP-NEWEST-FELL'] });
      expect(notes.join()).toContain('offered 2.0 on 2026-01-01 and no longer lists it');
    }
    expect(see([wheel('1.0'), wheel('2.0')])).toMatchObject({ codes: {}, notes: [] });
  });

  test('that is yanked is told, until a newer one comes', () => {
    const see = watch();
    see([wheel('1.0'), wheel('2.0')]);
    const yanked = wheel('2.0', { yanked: 'broken' });
    expect(see([wheel('1.0'), yanked]).notes.join()).toContain('has yanked it since');
    expect(see([wheel('1.0'), yanked, wheel('2.0.1')])).toMatchObject({ codes: {}, notes: [] });
  });

  test('counts among what was wished for', () => {
    const see = watch();
    see([wheel('1.0'), wheel('1.5'), wheel('2.0')]);
    expect(see([wheel('1.0'), wheel('1.5')], [wish('<2')]).codes).toEqual({});
    const { codes } = see([wheel('1.0'), wheel('2.0')], [wish('<2')]);
    expect(codes).toEqual({ 'good-1.0-py3-none-any.whl': ['WP-NEWEST-FELL'] });
  });

  test('is no pre-release and none that was yanked from the start', () => {
    const see = watch();
    see([wheel('1.0'), wheel('2.0rc1'), wheel('3.0', { yanked: '' })]);
    expect(see([wheel('1.0')]).codes).toEqual({});
  });
});

test('a hash that changes names both, with who was told them', () => {
  const see = watch();
  see([wheel('1.0')]);
  const { byFile } = see([wheel('1.0', { sha256: 'b'.repeat(64) })]);
  const [found] = byFile.get('good-1.0-py3-none-any.whl') ?? [];
  expect(found?.code).toBe('WP-LISTING-CHANGED');
  expect(found?.message).toContain(
    `${A} on 2026-01-01 (to pip 1), now with ${'b'.repeat(64)} (to uv 1)`,
  );
});

test('a yank mark that goes is told of that file', () => {
  const see = watch();
  see([wheel('1.0'), wheel('1.1', { yanked: 'hole' })]);
  expect(see([wheel('1.0'), wheel('1.1')]).codes).toEqual({
    'good-1.1-py3-none-any.whl': ['WP-YANK-REMOVED'],
  });
});

test('a file that goes is told of what is left of its release, and once beside', () => {
  const see = watch();
  see([wheel('1.0'), { name: 'good-1.0.tar.gz' }]);
  const once = see([{ name: 'good-1.0.tar.gz' }]);
  expect(once.codes).toEqual({ 'good-1.0.tar.gz': ['WP-FILE-GONE'] });
  expect(once.notes).toHaveLength(1);
  expect(see([{ name: 'good-1.0.tar.gz' }])).toMatchObject({ codes: once.codes, notes: [] });
});

describe('a late file', () => {
  const more = { name: 'good-1.0-cp314-cp314-win_amd64.whl' };

  test('joined a release that we knew without it', () => {
    const see = watch(15);
    see([wheel('1.0')]);
    expect(see([wheel('1.0'), more]).codes).toEqual({ [more.name]: ['WP-LATE-FILE'] });
    expect(see([wheel('1.0'), more]).codes).toEqual({ [more.name]: ['WP-LATE-FILE'] });
  });

  test('is one by the word of the index too, at first sight', () => {
    const see = watch();
    const early = wheel('1.0', { uploaded: '2025-01-01T00:00:00Z' });
    const late = { ...more, uploaded: '2025-02-01T00:00:00Z' };
    expect(see([early, late]).codes).toEqual({ [more.name]: ['WP-LATE-FILE'] });
  });

  test('is one too where other releases stand between', () => {
    const early = wheel('1.0', { uploaded: '2025-01-01T00:00:00Z' });
    const other = wheel('1.1', { uploaded: '2025-01-01T00:00:00Z' });
    const late = { ...more, uploaded: '2025-02-01T00:00:00Z' };
    expect(watch()([early, other, late]).codes).toEqual({ [more.name]: ['WP-LATE-FILE'] });
  });

  test('is one too where the release began with wheels of other platforms', () => {
    const files = [artifact(wheel('1.0', { uploaded: '2025-02-01T00:00:00Z' }))];
    const skipped = [
      {
        filename: more.name,
        sha256: A,
        yanked: false,
        uploadTime: '2025-01-01T00:00:00Z',
        entry: () => null,
      },
    ];
    const history = { page: null, listings: [] };
    const view = { index: INDEX, project: 'good', files, history, wishes: [], client: 'pip 1' };
    expect(remarkOn(view).byFile.size).toBe(0);
    const { byFile } = remarkOn({ ...view, skipped });
    expect([...byFile.keys()]).toEqual(['good-1.0-py3-none-any.whl']);
  });

  test('is none within two weeks, nor of a release that came while we did not look', () => {
    const see = watch(13);
    see([wheel('1.0')]);
    expect(see([wheel('1.0'), more]).codes).toEqual({});
    const later = watch(100);
    later([wheel('0.9')]);
    const uploaded = '2026-02-01T00:00:00Z';
    expect(later([wheel('0.9'), wheel('1.0', { uploaded }), { ...more, uploaded }]).codes).toEqual(
      {},
    );
  });
});

describe('a sibling', () => {
  test('outranks by a build tag or a local version', () => {
    const tagged = { name: 'good-1.0-1-py3-none-any.whl' };
    const local = wheel('1.0+cpu');
    expect(watch()([wheel('1.0'), tagged, local]).codes).toEqual({
      [tagged.name]: ['WP-SIBLING'],
      [local.name]: ['WP-SIBLING'],
    });
    expect(watch()([wheel('1.0'), local]).codes).toEqual({ [local.name]: ['WP-SIBLING'] });
  });

  test('is none where nothing is outranked', () => {
    const files = [
      { name: 'good-1.0-1-py3-none-any.whl' },
      { name: 'good-1.0-2-py3-none-any.whl' },
      { name: 'good-1.0-cp312-cp312-win_amd64.whl' },
      wheel('1.1+cpu'),
      wheel('1.1+cu12'),
    ];
    expect(watch()(files).codes).toEqual({});
  });
});

describe('a hidden wheel', () => {
  const sdist = artifact({ name: 'good-1.0.tar.gz' });
  const linux = { system: 'linux', architecture: 'x64' };
  const remarkAfter = (name: string, platform = linux) => {
    const hidden = new HiddenWheels('good', platform);
    hidden.addRefused(artifact({ name }), []);
    return hidden.remarkOn(sdist)?.code ?? null;
  };

  test.each([
    'good-1.0-py3-none-any.whl',
    'good-1.0-py2.py3-none-any.whl',
    'good-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
    'good-1.0-cp39-abi3-musllinux_1_2_x86_64.whl',
  ])('%s keeps its sdist from being built', (name) => {
    expect(remarkAfter(name)).toBe('WP-SDIST-BUILD');
  });

  test.each([
    'good-1.1-py3-none-any.whl',
    'good-1.0-py2-none-any.whl',
    'good-1.0-cp312-cp312-win_amd64.whl',
    'good-1.0-cp312-cp312-macosx_11_0_arm64.whl',
    'good-1.0-cp312-cp312-manylinux2014_aarch64.whl',
    'good-1.0.zip',
  ])('%s does not', (name) => {
    expect(remarkAfter(name)).toBeNull();
  });

  test('of another system counts there', () => {
    const mac = { system: 'darwin', architecture: 'arm64' };
    expect(remarkAfter('good-1.0-cp312-cp312-macosx_11_0_universal2.whl', mac)).not.toBeNull();
    expect(remarkAfter('good-1.0-cp312-cp312-macosx_11_0_x86_64.whl', mac)).toBeNull();
  });
});
