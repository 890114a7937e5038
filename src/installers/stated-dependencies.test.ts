// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { statedDependencies } from './stated-dependencies.ts';
import { tomlIn } from './toml.ts';

function said(toml: string): readonly string[] {
  return statedDependencies(tomlIn(toml, 'x.toml'), 'x.toml').map(({ text }) => text);
}

it('says releases as PEP 508 does', () => {
  const toml = `python = "^3.9"
a = "^1.2"
b = { version = ">=1,<2", extras = ["x"] }
c = "*"
d = { version = "^1", markers = "sys_platform == 'x'" }
e = [{ version = "1", python = "<3" }, { version = "2", python = ">=3" }]
f = ">=1,<2 || >=3"
g = "nonsense!"
`;
  expect(said(toml)).toStrictEqual([
    'a>=1.2,<2',
    'b>=1,<2',
    'c',
    'd>=1,<2 ; python_version',
    'e==1 ; python_version',
    'e==2 ; python_version',
    'f',
    'g',
  ]);
});

it('says addresses, and leaves places on this machine to the project', () => {
  const toml = `a = { git = "https://h.test/a.git", rev = "0123" }
b = { git = "git@h.test:x/b.git", branch = "main" }
c = { git = "ssh://git@h.test/c.git" }
d = { url = "https://h.test/d-1.0.tar.gz" }
e = { path = "../e" }
f = { file = "https://h.test/f-1.0-py3-none-any.whl" }
g = { hg = "https://h.test/g" }
"bad name" = "1"
`;
  expect(said(toml)).toStrictEqual([
    'a @ git+https://h.test/a.git@0123',
    'b @ git+ssh://h.test/x/b.git@main',
    'c @ git+ssh://git@h.test/c.git',
    'd @ https://h.test/d-1.0.tar.gz',
    'f @ https://h.test/f-1.0-py3-none-any.whl',
    'g @ hg+https://h.test/g',
    'bad name==1',
  ]);
});
