// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Artifact } from '../core/artifact.ts';
import { bareListing } from '../core/listed-file.ts';
import { findUnclaimed } from './unclaimed.ts';

function file(filename: string, version: string, isClaimed: boolean): Artifact {
  const url = `https://files.example/${filename}`;
  const provenance = isClaimed ? `${url}.provenance` : null;
  const listed = { ...bareListing(filename, url), provenance };
  const kind = filename.endsWith('.whl') ? 'wheel' : 'sdist';
  return { index: 'https://index.example/', project: 'demo', version, filename, kind, url, listed };
}
const wheel = (version: string, isClaimed: boolean) =>
  file(`demo-${version}-py3-none-any.whl`, version, isClaimed);
const names = (...files: readonly Artifact[]) =>
  findUnclaimed({ files, project: 'demo' }).map(({ filename }) => filename);

test('a later release of the line, without', () => {
  const known = [wheel('1.0', false), wheel('1.1', true), wheel('1.2', false), wheel('2.0', false)];
  expect(names(...known)).toEqual(['demo-1.2-py3-none-any.whl']);
  const [told] = findUnclaimed({ files: known, project: 'demo' });
  expect(told?.remark.message).toContain('demo 1.1');
});

test('nothing where no file has any, nor of another kind of file or a pre-release', () => {
  expect(names(wheel('1.0', false), wheel('1.1', false))).toEqual([]);
  expect(names(wheel('1.0', true), file('demo-1.1.tar.gz', '1.1', false))).toEqual([]);
  expect(names(wheel('1.0', true), wheel('1.1rc1', false))).toEqual([]);
  expect(names(wheel('1.0rc1', true), wheel('1.1', false))).toEqual([]);
  expect(names(wheel('1.1', true), wheel('1.1.post1', true), wheel('1.0', false))).toEqual([]);
});
