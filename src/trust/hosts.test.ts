// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { openMemoryTrustRows } from '../storage/index.ts';
import { HostMemory } from './hosts.ts';

const INDEX = 'https://index.example/simple/';
const OWN = 'index.example';
const FILES = 'files.index.example';
const clock = { now: () => 5 };

describe('the memory of file hosts', () => {
  test('in the first run every host is a first one; from the next on, others are foreign', () => {
    const rows = openMemoryTrustRows();
    const hosts = new HostMemory(rows, clock);
    expect(hosts.judge(INDEX, FILES)).toBe('first');
    expect(hosts.remember(INDEX, FILES)).toBe(true);
    expect(hosts.remember(INDEX, FILES)).toBe(false);
    expect(hosts.judge(INDEX, FILES)).toBe('known');
    expect(hosts.judge(INDEX, 'mirror.test')).toBe('first');
    expect(hosts.known(INDEX)).toEqual([OWN, FILES]);
    const next = new HostMemory(rows, clock);
    expect(next.judge(INDEX, FILES)).toBe('known');
    expect(next.judge(INDEX, 'mirror.test')).toBe('foreign');
    expect(next.remember(INDEX, 'mirror.test')).toBe(false);
    expect(next.judge(INDEX, 'mirror.test')).toBe('foreign');
    expect(rows.listHosts()).toEqual([{ index: INDEX, host: FILES, firstSeen: 5 }]);
  });

  test('what was only looked at is not learned', () => {
    const rows = openMemoryTrustRows();
    expect(new HostMemory(rows, clock).judge(INDEX, FILES)).toBe('first');
    expect(new HostMemory(rows, clock).judge(INDEX, 'evil.test')).toBe('first');
  });

  test('an index’s own host is known, and remembering it ends the first run', () => {
    const rows = openMemoryTrustRows();
    const hosts = new HostMemory(rows, clock);
    expect(hosts.judge(INDEX, OWN)).toBe('known');
    expect(hosts.judge(INDEX, `${OWN}:8443`)).toBe('first');
    expect(hosts.remember(INDEX, OWN)).toBe(false);
    const next = new HostMemory(rows, clock);
    expect(next.judge(INDEX, FILES)).toBe('foreign');
    expect(next.judge(INDEX, OWN)).toBe('known');
  });

  test('each index has its own hosts', () => {
    const rows = openMemoryTrustRows();
    new HostMemory(rows, clock).remember(INDEX, FILES);
    const next = new HostMemory(rows, clock);
    expect(next.judge('https://other.test/simple/', FILES)).toBe('first');
  });

  test('what a run beside has learned is known', () => {
    const rows = openMemoryTrustRows();
    new HostMemory(rows, clock).remember(INDEX, OWN);
    const run = new HostMemory(rows, clock);
    expect(run.judge(INDEX, FILES)).toBe('foreign');
    rows.rememberHost({ index: INDEX, host: FILES, firstSeen: 6 });
    expect(run.judge(INDEX, FILES)).toBe('known');
  });
});
