// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { fetchThrough, openScene, type Scene, type Told } from './fakes.test-support.ts';

const A = 'a'.repeat(40);
const line = (text: string): string => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;
const LISTING = `${line(`${A} refs/tags/v1\n`)}0000`;
const LISTS = 'https://git.example/x.git/info/refs?service=git-upload-pack';
const SERVES = 'https://git.example/x.git/git-upload-pack';

let scene: Scene;
let seen: string[];
let moves: string[];
let refuse: boolean;
beforeEach(async () => {
  [seen, moves, refuse] = [[], [], false];
  scene = await openScene({
    repositories: {
      advertised(address, refs) {
        seen.push(`${address} ${refs.map(({ name }) => name).join()}`);
        if (refuse) throw new Refusal('WP-TAG-MOVED', { message: 'v1 moved' });
      },
      redirected: (from, to) => void moves.push(`${from} ${to}`),
    },
  });
});
afterEach(async () => {
  await vi.waitFor(() => expect(scene.upstream.unfinished).toBe(0));
  await scene.close();
});

function ask(url: string, told: Told, asking: Parameters<typeof fetchThrough>[2] = {}) {
  scene.upstream.told.set(url, told);
  return fetchThrough(scene, url, asking);
}

const POST = { method: 'POST', body: 'command=ls-refs' } as const;

describe('what lists references', () => {
  test.each([
    ['an advertisement', LISTS, {}, {}],
    ['a plain list that calls itself a page', LISTS, {}, { 'content-type': 'text/html' }],
    ['an answer to ls-refs', SERVES, POST, {}],
  ])('is judged, and passes as it is: %s', async (_, url, asking, headers) => {
    const got = await ask(url, { headers, body: [LISTING.slice(0, 9), LISTING.slice(9)] }, asking);
    expect([got.status, got.body.toString()]).toEqual([200, LISTING]);
    expect(seen).toEqual(['https://git.example/x.git refs/tags/v1']);
  });

  test.each([
    ['an advertisement', LISTS, {}, {}],
    ['a plain list that calls itself a page', LISTS, {}, { 'content-type': 'text/html' }],
    ['an answer to ls-refs', SERVES, POST, {}],
  ])('does not go out where it is refused: %s', async (_, url, asking, headers) => {
    refuse = true;
    const got = await ask(url, { headers, body: [LISTING] }, asking);
    expect(got.status).toBe(403);
    expect(got.body.toString()).not.toContain(A);
    expect(got.body.toString()).toContain('WP-TAG-MOVED');
  });

  test('is refused where it cannot be read', async () => {
    expect((await ask(LISTS, { body: [`${LISTING}00zz`] })).status).toBe(403);
    expect(seen).toEqual([]);
  });

  test.each([
    ['objects', SERVES, POST, { body: [`${line('packfile\n')}${LISTING}`] }],
    ['a refusal of the forge', LISTS, {}, { status: 404, body: [LISTING] }],
    ['another address', 'https://git.example/x.git/info/reference', {}, { body: [LISTING] }],
  ])('%s is not', async (_, url, asking, told) => {
    await ask(url, told, asking);
    expect(seen).toEqual([]);
  });

  test('elsewhere belongs to the address that was asked', async () => {
    const location = '/y.git/info/refs?service=git-upload-pack';
    await ask(LISTS, { status: 301, headers: { location } });
    expect(moves).toEqual(['https://git.example/x.git https://git.example/y.git']);
  });
});
