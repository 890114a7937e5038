// SPDX-License-Identifier: Apache-2.0
import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' };
import { expect, test } from 'vitest';
import { readTrustedRoot } from '../crypto/index.ts';
import { openPublicGoodRoot } from './public-good-root.ts';

test("the built-in root is the one that Sigstore's own package carries", async () => {
  const { targets } = seeds['https://tuf-repo-cdn.sigstore.dev'];
  const carried = Buffer.from(targets['trusted_root.json'], 'base64');
  expect((await openPublicGoodRoot()).id).toBe(readTrustedRoot(carried).id);
});
