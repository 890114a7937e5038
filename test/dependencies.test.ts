// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** The number agreed on: one more is a decision of its own (attack M01). */
const MOST_DIRECT_DEPENDENCIES = 8;

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

interface Locked {
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly integrity?: string;
}

const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync(join(root, 'package-lock.json'), 'utf8'),
);
const shipped = Object.entries(lock.packages).filter(([path, one]) => path !== '' && !one.dev);

/** What npm runs by itself when we are installed, whether the user wants it or not. */
const BY_ITSELF = /^(?:pre|post)?(?:install|prepare)$|^(?:pre|post)?prepublish$|^dependencies$/u;

test('nothing of ours runs when we are installed', () => {
  expect(Object.keys(manifest.scripts).filter((name) => BY_ITSELF.test(name))).toEqual([]);
});

test('nothing that we bring along runs when it is installed', () => {
  expect(shipped.length).toBeGreaterThan(0);
  expect(shipped.filter(([, one]) => one.hasInstallScript)).toEqual([]);
});

test('what we bring along is pinned by its hash, and is little', () => {
  expect(shipped.filter(([, one]) => !one.integrity?.startsWith('sha512-'))).toEqual([]);
  expect(Object.values(manifest.dependencies).filter((version) => !/^\d/u.test(version))).toEqual(
    [],
  );
  expect(Object.keys(manifest.dependencies).length).toBeLessThanOrEqual(MOST_DIRECT_DEPENDENCIES);
});
