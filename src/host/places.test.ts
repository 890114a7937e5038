// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { placesOf } from './places.ts';

it('follows the XDG variables', () => {
  const environment = {
    XDG_DATA_HOME: '/d',
    XDG_CACHE_HOME: '/c',
    XDG_STATE_HOME: '/s',
    XDG_CONFIG_HOME: '/k',
    XDG_RUNTIME_DIR: '/r',
  };
  expect(placesOf(environment, '/home/a')).toStrictEqual({
    data: '/d/wheelproof',
    cache: '/c/wheelproof',
    state: '/s/wheelproof',
    config: '/k/wheelproof',
    runtime: '/r/wheelproof',
  });
});

it('ignores what is not absolute, and knows the defaults', () => {
  expect(placesOf({ XDG_DATA_HOME: 'here', XDG_CACHE_HOME: '' }, '/home/a')).toStrictEqual({
    data: '/home/a/.local/share/wheelproof',
    cache: '/home/a/.cache/wheelproof',
    state: '/home/a/.local/state/wheelproof',
    config: '/home/a/.config/wheelproof',
    runtime: '/home/a/.local/state/wheelproof/runs',
  });
});
