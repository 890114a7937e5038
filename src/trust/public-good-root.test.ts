// SPDX-License-Identifier: Apache-2.0
import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' };
import { expect, test } from 'vitest';
import { readTrustedRoot } from '../crypto/index.ts';
import {
  openPublicGoodRoot,
  openPublicGoodTufRoot,
  PUBLIC_GOOD_REPOSITORY,
  SEED_ID,
} from './public-good-root.ts';

const seed = seeds['https://tuf-repo-cdn.sigstore.dev'];
const carried = (text: string): Buffer => Buffer.from(text, 'base64');

test("the built-in root is the one that Sigstore's own package carries", async () => {
  const { id, bytes } = await openPublicGoodRoot();
  expect(id).toBe(SEED_ID);
  expect(id).toBe(readTrustedRoot(carried(seed.targets['trusted_root.json'])).id);
  expect(id).toBe(readTrustedRoot(bytes).id);
});

test('and so is the root of its repository', async () => {
  expect(Object.keys(seeds)).toEqual([PUBLIC_GOOD_REPOSITORY]);
  const ours: unknown = JSON.parse(Buffer.from(await openPublicGoodTufRoot()).toString());
  expect(ours).toEqual(JSON.parse(carried(seed['root.json']).toString()));
});
