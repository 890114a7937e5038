// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { createInstallers } from './index.ts';
import { FakePins, machineOf } from './scene.test-support.ts';

const installers = createInstallers({ machine: machineOf({}), pins: new FakePins() });

function recognise(words: string): string {
  for (const installer of installers) {
    const found = installer.recognise(words.split(' '));
    if (found !== null)
      return `${installer.name}: ${found.starter.join(' ')} | ${found.argv.join(' ')}`;
  }
  return 'none';
}

describe('words', () => {
  it.each([
    ['pip install x', 'pip: pip | install x'],
    ['pip3 list', 'pip: pip3 | list'],
    ['pip3.11 list', 'pip: pip3.11 | list'],
    ['./venv/bin/pip install x', 'pip: ./venv/bin/pip | install x'],
    ['/v/bin/pip3.12', 'pip: /v/bin/pip3.12 | '],
    ['python -m pip install -m x', 'pip: python -m pip | install -m x'],
    ['python3 -I -m pip list', 'pip: python3 -I -m pip | list'],
    [
      '/usr/bin/python3.13t -X utf8 -Wignore -W error -Bm pip list',
      'pip: /usr/bin/python3.13t -X utf8 -Wignore -W error -Bm pip | list',
    ],
    ['python -mpip list', 'pip: python -mpip | list'],
    ['pypy3 -m uv sync', 'uv: pypy3 -m uv | sync'],
    ['uv pip install x', 'uv: uv | pip install x'],
    ['uvx ruff check', 'uv: uvx | ruff check'],
    ['/opt/uv run x', 'uv: /opt/uv | run x'],
    ['poetry install', 'poetry: poetry | install'],
    ['conan install', 'none'],
    ['pipx install', 'none'],
    ['pip-sync', 'pip-tools: pip-sync | '],
    ['python script.py -m pip', 'none'],
    ['python -c pip', 'none'],
    ['python -m piptools', 'pip-tools: python -m piptools | '],
    ['python -m', 'none'],
    ['python - -m pip', 'none'],
    ['python', 'none'],
    ['', 'none'],
  ])('%s', (words, expected) => {
    expect(recognise(words)).toBe(expected);
  });
});
