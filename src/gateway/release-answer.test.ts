// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Refusal } from '../core/errors.ts';
import type { ListedFile } from '../core/artifact.ts';
import {
  fetchThrough,
  INDEX,
  listed,
  MISMATCH,
  openScene,
  problem,
  WHEEL,
  WHEEL_NAME,
  type Scene,
} from './fakes.test-support.ts';
import { releaseAsked } from './release-asked.ts';

const API = 'https://index.example/pypi/';
let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

function offer(offered: readonly ListedFile[], shown: readonly ListedFile[] = []): void {
  scene.verification.pages.set(`${INDEX}demo/`, {
    outcome: 'judged',
    judged: {
      page: {
        project: 'demo',
        apiVersion: '1.4',
        status: 'active',
        statusReason: null,
        files: offered,
        refused: [],
        lastSerial: null,
      },
      offered,
      shown: shown.map((file) => ({ file, reason: MISMATCH })),
    },
  });
}

function say(path: string, answer: unknown): void {
  scene.upstream.told.set(`${API}${path}`, { body: [JSON.stringify(answer)] });
}

const METADATA =
  'Metadata-Version: 2.1\nName: demo\nRequires-Python: >=3.9\nRequires-Dist: dep>=1\n ,<2\nRequires-Dist: other\n\nRequires-Dist: body\n';
const LIE = {
  info: { name: 'Demo', version: '1.0', summary: 'a demo', requires_dist: ['evil'] },
  urls: [{ filename: WHEEL_NAME, url: 'https://evil.example/x', digests: { sha256: 'bad' } }],
  releases: { '6.6.6': [] },
  vulnerabilities: [{ id: 'X-1' }],
};

async function ask(path: string) {
  return await fetchThrough(scene, `${API}${path}`);
}

describe('the JSON API of an index', () => {
  it('tells files as the judged page does, and dependencies as the metadata', async () => {
    offer([listed(), listed('demo-0.9.tar.gz')]);
    say('demo/1.0/json', LIE);
    scene.verification.sidecars.set(`${WHEEL}.metadata`, {
      outcome: 'served',
      bytes: Buffer.from(METADATA),
    });
    const got = await ask('demo/1.0/json');
    expect(got.headers['cache-control']).toBe('no-store');
    expect(problem(got)).toMatchObject({
      info: {
        name: 'demo',
        version: '1.0',
        summary: 'a demo',
        requires_dist: ['dep>=1 ,<2', 'other'],
        requires_python: '>=3.9',
        yanked: false,
      },
      urls: [{ filename: WHEEL_NAME, url: WHEEL, digests: { sha256: '0'.repeat(64) } }],
      vulnerabilities: [{ id: 'X-1' }],
    });
    expect(got.body.toString()).not.toMatch(/evil|6\.6\.6|bad/u);
  });

  it('leaves dependencies unsaid where no metadata was verified', async () => {
    offer([listed()]);
    say('demo/1.0/json', LIE);
    scene.verification.sidecars.set(`${WHEEL}.metadata`, { outcome: 'refused', reason: MISMATCH });
    expect(problem(await ask('demo/1.0/json'))).toMatchObject({ info: { requires_dist: null } });
  });

  it('tells every release of a project', async () => {
    offer([listed(), listed('demo-0.9.tar.gz')]);
    say('Demo/json', { ...LIE, info: { ...LIE.info, version: '6.6.6' } });
    const told = problem(await ask('Demo/json'));
    expect(told).toMatchObject({
      info: { name: 'demo', version: '1.0', summary: '' },
      releases: { '1.0': [{ url: WHEEL }], '0.9': [{ packagetype: 'sdist' }] },
    });
    expect(Object.keys(Object(told).releases)).toHaveLength(2);
  });

  it('is made from the page where the index has none', async () => {
    offer([listed()]);
    scene.upstream.told.set(`${API}demo/1.0/json`, { status: 404, body: ['no'] });
    expect(problem(await ask('demo/1.0/json'))).toMatchObject({ urls: [{ url: WHEEL }] });
  });

  it('shows refused files at an address that answers the refusal', async () => {
    offer([], [listed()]);
    say('demo/1.0/json', LIE);
    expect(problem(await ask('demo/1.0/json'))).toMatchObject({
      urls: [{ url: expect.stringContaining('wheelproof-refusals.invalid') as unknown }],
    });
  });

  it('is refused with its page, and knows no more than it', async () => {
    say('demo/1.0/json', LIE);
    expect((await ask('demo/1.0/json')).status).toBe(404);
    offer([listed()]);
    say('demo/2.0/json', LIE);
    expect((await ask('demo/2.0/json')).status).toBe(404);
    const refusal = new Refusal('WP-PAGE-MALFORMED', { message: 'not readable' });
    scene.verification.pages.set(`${INDEX}demo/`, { outcome: 'blocked', refusal });
    const got = await ask('demo/1.0/json');
    expect([got.status, Object(problem(got)).code]).toEqual([403, 'WP-PAGE-MALFORMED']);
  });

  it('reads no absence out of an answer that it did not ask for', async () => {
    scene.verification.pages.set(`${INDEX}demo/`, { outcome: 'unchanged', tag: 'nobody has it' });
    expect(problem(await ask('demo/1.0/json'))).toMatchObject({ code: 'WP-INTERNAL' });
  });
});

it.each([
  ['https://i.example/pypi/Demo/json', 'demo', null, 'https://i.example/simple/demo/'],
  ['https://i.example/a/pypi/demo/1.0.0/json', 'demo', '1.0.0', 'https://i.example/a/simple/demo/'],
])('%s is asked of a project', (url, project, version, page) => {
  const asked = releaseAsked(new URL(url));
  expect(asked).toEqual({ project, version: version === null ? null : asked?.version, page });
});

it.each([
  'https://i.example/pypi/json',
  'https://i.example/pypi/de%2fmo/json',
  'https://i.example/pypi/demo/not a version/json',
  'https://i.example/simple/demo/json',
  'https://i.example/pypi/demo/1.0/json/x',
])('%s is not', (url) => {
  expect(releaseAsked(new URL(url))).toBeNull();
});
