// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { openMemoryTrustRows } from '../storage/index.ts';
import { HostMemory } from './hosts.ts';

const INDEX = 'https://index.example/simple/';
const OWN = 'index.example';
const FILES = 'files.index.example';
const clock = { now: () => 5 };

describe('the memory of file hosts', () => {
  test('at first use every host is a first one, until one is remembered', () => {
    const hosts = new HostMemory(openMemoryTrustRows(), clock);
    expect(hosts.judge(INDEX, FILES)).toBe('first');
    expect(hosts.judge(INDEX, 'evil.test')).toBe('first');
    hosts.remember(INDEX, FILES);
    expect(hosts.judge(INDEX, FILES)).toBe('known');
    expect(hosts.judge(INDEX, 'evil.test')).toBe('foreign');
  });

  test('an index’s own host is known, and remembering it ends the first use', () => {
    const hosts = new HostMemory(openMemoryTrustRows(), clock);
    expect(hosts.judge(INDEX, OWN)).toBe('known');
    expect(hosts.judge(INDEX, `${OWN}:8443`)).toBe('first');
    hosts.remember(INDEX, OWN);
    expect(hosts.judge(INDEX, FILES)).toBe('foreign');
    expect(hosts.judge(INDEX, OWN)).toBe('known');
  });

  test('each index has its own hosts', () => {
    const hosts = new HostMemory(openMemoryTrustRows(), clock);
    hosts.remember(INDEX, FILES);
    expect(hosts.judge('https://other.test/simple/', FILES)).toBe('first');
  });

  test('the next run knows them, and so does one that runs beside', () => {
    const rows = openMemoryTrustRows();
    const first = new HostMemory(rows, clock);
    const beside = new HostMemory(rows, clock);
    expect(beside.judge(INDEX, FILES)).toBe('first');
    first.remember(INDEX, FILES);
    expect(beside.judge(INDEX, FILES)).toBe('known');
    expect(beside.judge(INDEX, 'evil.test')).toBe('foreign');
    expect(new HostMemory(rows, clock).judge(INDEX, 'evil.test')).toBe('foreign');
    expect(rows.listHosts()).toEqual([{ index: INDEX, host: FILES, firstSeen: 5 }]);
  });
});
