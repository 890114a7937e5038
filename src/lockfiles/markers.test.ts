// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Markers } from './markers.ts';
import { readText } from './reading.test-support.ts';

const LETTERS = 'abcdefghijklmnop'.split('');

describe('markers', () => {
  it('are joined along a way, and any of several ways will do', () => {
    const linux = Markers.ALWAYS.and('a').and('b or c');
    expect(linux.text()).toBe('a and (b or c)');
    expect(linux.or(Markers.ALWAYS.and('d')).text()).toBe('(d) or (a and (b or c))');
    expect(linux.or(Markers.ALWAYS).text()).toBeNull();
    expect(linux.or(Markers.ALWAYS.and('a')).text()).toBe('a');
    expect(linux.or(linux)).toBe(linux);
  });

  it('of too many ways ask for more, never for less', () => {
    const names = fc.array(fc.array(fc.constantFrom(...LETTERS), { maxLength: 4 }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(names, fc.uniqueArray(fc.constantFrom(...LETTERS)), (ways, holding) => {
        const one = (way: readonly string[]) =>
          way.reduce((all, name) => all.and(name), Markers.ALWAYS);
        const [first = [], ...rest] = ways;
        const text = rest.reduce((all, way) => all.or(one(way)), one(first)).text();
        const holds =
          text === null ||
          text.split(' or ').some((way) =>
            way
              .replaceAll(/[()]/gu, '')
              .split(' and ')
              .every((name) => holding.some((held) => held === name)),
          );
        if (ways.some((way) => way.every((name) => holding.includes(name))))
          expect(holds).toBe(true);
      }),
    );
  });
});

const entry = (name: string, more = ''): string =>
  `[[package]]\nname = "${name}"\nversion = "1"\nsource = { registry = "https://index.example/simple" }\nwheels = [{ url = "https://f.test/${name}-1-py3-none-any.whl", hash = "sha256:${'a'.repeat(64)}" }]\n${more}\n`;

describe('uv.lock', () => {
  it('tells under which conditions and for which groups a package is needed', async () => {
    const text = `version = 1
[[package]]
name = "app"
version = "0"
source = { editable = "." }
dependencies = [{ name = "a" }, { name = "b", marker = "os_name == 'nt'" }]
[package.optional-dependencies]
extra = [{ name = "c", extra = ["more"] }]
[package.dev-dependencies]
dev = [{ name = "a" }, { name = "d" }]
${entry('a', 'dependencies = [{ name = "e", marker = "x" }, { name = "a" }]')}
${entry('b', 'dependencies = [{ name = "e", marker = "y" }, { name = "f" }]')}
${entry('c', 'optional-dependencies.more = [{ name = "g" }]')}
${entry('d')}${entry('e')}${entry('f')}${entry('g')}${entry('stray')}`;
    const { packages } = await readText(text, 'uv.lock');
    const told = packages.map(({ name, marker, groups }) => [name, marker, groups.join(' ')]);
    expect(told).toStrictEqual([
      ['app', null, ''],
      ['a', null, 'main dev'],
      ['b', "os_name == 'nt'", 'main'],
      ['c', null, 'extra'],
      ['d', null, 'dev'],
      ['e', "(x) or (os_name == 'nt' and y)", 'main dev'],
      ['f', "os_name == 'nt'", 'main'],
      ['g', null, 'extra'],
      ['stray', null, ''],
    ]);
  });

  it('ends however tangled it is', async () => {
    const names = Array.from({ length: 60 }, (_, at) => `p${at}`);
    const all = names.map((name, at) => `{ name = "${name}", marker = "m${at}" }`).join(', ');
    const text = `version = 1
[[package]]
name = "app"
version = "0"
source = { virtual = "." }
dependencies = [${all}]
${names.map((name) => entry(name, `dependencies = [${all}]`)).join('')}`;
    const start = performance.now();
    const { packages } = await readText(text, 'uv.lock');
    expect(packages).toHaveLength(61);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
