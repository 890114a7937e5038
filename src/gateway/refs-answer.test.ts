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

  test('belongs to the address that was asked, whatever lies on the way', async () => {
    await ask(LISTS, { status: 302, headers: { location: '/login' } });
    const location = 'https://git.example/y.git/info/refs?service=git-upload-pack';
    await ask('https://git.example/login', { status: 302, headers: { location } });
    expect(moves).toEqual(['https://git.example/x.git https://git.example/y.git']);
  });

  // git takes any address that ends as the asked one does, and goes on from what stands before.
  test.each([
    'https://git.example/other?path=/info/refs?service=git-upload-pack',
    'https://git.example/other?path=info/refs?service=git-upload-pack',
    'https://git.example/otherinfo/refs?service=git-upload-pack',
  ])('at an odd address is judged: %s', async (url) => {
    await ask(LISTS, { status: 302, headers: { location: url } });
    refuse = true;
    expect((await ask(url, { body: [LISTING] })).status).toBe(403);
    expect(moves).toHaveLength(1);
  });

  test.each(['https://git.example/other?path=git-upload-pack', 'https://git.example/led'])(
    'in an answer to a POST at an odd address is judged: %s',
    async (url) => {
      await ask(SERVES, { status: 307, headers: { location: url } }, POST);
      refuse = true;
      expect((await ask(url, { body: [LISTING] }, POST)).status).toBe(403);
    },
  );

  test('is not taken for what a fragment says of another address', async () => {
    const location = 'https://git.example/other#info/refs?service=git-upload-pack';
    const got = await ask(LISTS, { status: 302, headers: { location } });
    expect(got.headers['location']).toBe('https://git.example/other');
  });
});

describe('what tells anew what references name, where objects are asked for', () => {
  const anew = `${line('wanted-refs\n')}${line(`${A} refs/tags/v1\n`)}0001${line('packfile\n')}`;
  test.each([
    ['at once', anew],
    ['behind acknowledgments', `${line('acknowledgments\n')}${line('ready\n')}0001${anew}`],
    ['behind what is shallow', `${line('shallow-info\n')}${line(`shallow ${A}\n`)}0001${anew}`],
    ['far behind', `${line('acknowledgments\n')}${line(`ACK ${A}\n`).repeat(99)}0001${anew}`],
  ])('does not go out: %s', async (_, body) => {
    const got = await ask(SERVES, { body: [body.slice(0, 7), body.slice(7)] }, POST);
    expect(got.status).toBe(403);
    expect(got.body.toString()).toContain('WP-BYPASS-TRAFFIC');
    expect(got.body.toString()).not.toContain(A);
  });

  test.each([
    ['objects', `${line('packfile\n')}${line('\u0001PACK')}0000`],
    ['acknowledgments alone', `${line('acknowledgments\n')}${line('NAK\n')}0000`],
    ['of version 0', `${line('NAK\n')}${line('\u0002counting')}${line('\u0001PACK')}0000`],
    ['cut short', line('acknowledgments\n').slice(0, 9)],
  ])('but all else does: %s', async (_, body) => {
    const got = await ask(SERVES, { body: [body] }, POST);
    expect([got.status, got.body.toString()]).toEqual([200, body]);
  });

  test('is nothing that git hears a host could do', async () => {
    const list = (ability: string): string =>
      `${line('version 2\n')}${line('ls-refs\n')}${line(`fetch=shallow ${ability} filter\n`)}0000`;
    const got = await ask(LISTS, { body: [list('ref-in-want')] });
    expect(got.body.toString()).toBe(list('no-ref-want'));
  });
});
