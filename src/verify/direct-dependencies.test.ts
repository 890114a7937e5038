// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { DirectDependencies } from './direct-dependencies.ts';
import { listed } from './scene.test-support.ts';

const URL = 'https://other.test/dep-1.0-py3-none-any.whl';
const PARENT = {
  index: 'https://index.test/simple/',
  project: 'good',
  version: '1.0',
  filename: 'good-1.0-py3-none-any.whl',
  kind: 'wheel',
  url: 'https://files.test/good-1.0-py3-none-any.whl',
  listed: listed(Buffer.from('')),
} as const;

const metadata = (...requires: readonly string[]) =>
  Buffer.from(
    `Name: good\nVersion: 1.0\n${requires.map((one) => `Requires-Dist: ${one}\n`).join('')}`,
  );

function judged(requires: string, url = URL, wishes: readonly string[] = []) {
  const direct = new DirectDependencies();
  direct.note(PARENT, metadata('a>=1', requires));
  const wanted = wishes.map((project) => ({ project, specifier: '', where: 'here' }));
  return direct.judge(url, wanted);
}

describe('an address that metadata requires', () => {
  test.each([
    `dep @ ${URL}`,
    `Dep[x]@${URL}`,
    `dep @ ${URL}#sha256=00`,
    `dep @ ${URL} ; python_version > "3"`,
  ])('is refused, and its parent named: %s', (requires) => {
    expect(judged(requires)).toMatchObject({ code: 'WP-DIRECT-DEPENDENCY' });
    expect(judged(requires)?.message).toContain(PARENT.filename);
  });

  test('is what the user asked for himself', () => {
    expect(judged(`dep @ ${URL}`, URL, ['dep'])).toBeNull();
    expect(judged(`dep @ ${URL}`, URL, ['good'])).not.toBeNull();
  });

  test('is not another address, nor what a file given directly requires', () => {
    expect(judged(`dep @ ${URL}`, `${URL}x`)).toBeNull();
    expect(judged('dep @ nowhere')).toBeNull();
    const direct = new DirectDependencies();
    direct.note({ ...PARENT, listed: null }, metadata(`dep @ ${URL}`));
    expect(direct.judge(URL, [])).toBeNull();
  });
});

describe('what metadata requires past us', () => {
  const noted = (requires: string, wishes: readonly string[] = []) => {
    const direct = new DirectDependencies();
    const past = direct.note(PARENT, metadata(requires));
    const wanted = wishes.map((project) => ({ project, specifier: '', where: 'here' }));
    return { past, reason: direct.judgePastUs('dep', wanted) };
  };

  test.each(['git+https://git.test/dep.git@v1', 'file:///tmp/dep-1.0-py3-none-any.whl'])(
    'is refused with its parent: %s',
    (url) => {
      for (const marker of ['', ' ; python_version > "3"']) {
        const { past, reason } = noted(`dep @ ${url}${marker}`);
        expect(past).toEqual(['dep']);
        expect(reason).toMatchObject({ code: 'WP-DIRECT-DEPENDENCY' });
      }
      expect(noted(`dep @ ${url}`, ['dep']).reason).toBeNull();
    },
  );

  test('stands in nobody’s way as an extra that may not be asked for', () => {
    const { past, reason } = noted('dep @ git+https://git.test/dep.git ; extra == "more"');
    expect(past).toEqual([]);
    expect(reason).not.toBeNull(); // but may not be installed
    expect(noted(`dep @ ${URL}`)).toEqual({ past: [], reason: null });
  });
});
