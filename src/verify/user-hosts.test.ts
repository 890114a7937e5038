// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Artifact } from '../core/artifact.ts';
import type { Upstream, UpstreamAsk } from '../core/upstream.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { HostMemory } from '../trust/hosts.ts';
import { listed } from './scene.test-support.ts';
import { UserHosts } from './user-hosts.ts';

const INDEX = 'https://index.test/simple/';
const ASK = { method: 'GET', headers: {}, maxBytes: 1, redirects: 'follow' } as const;

function open() {
  const hosts = new HostMemory(openMemoryTrustRows(), { now: () => 0 });
  hosts.remember(INDEX, 'files.test');
  const seen = new Set(['seen.test']);
  const addresses = [INDEX, 'https://direct.test:8443/a-1.0.zip'];
  const userHosts = new UserHosts({ addresses, indexes: [INDEX], hosts }, seen);
  const asked: UpstreamAsk[] = [];
  const upstream: Upstream = {
    async request(ask) {
      asked.push(ask);
      throw new Error('asked');
    },
    close: async () => undefined,
  };
  const fileAt = async (url: string, isListed = false): Promise<boolean> => {
    const artifact: Artifact = {
      index: INDEX,
      project: 'a',
      version: '1.0',
      filename: 'a-1.0.zip',
      kind: 'sdist',
      url,
      listed: isListed ? listed(Buffer.from('a')) : null,
    };
    const way = userHosts.wayTo(artifact, upstream);
    await way.request({ url, ...ASK }).catch(() => undefined);
    return asked.at(-1)?.outside === true;
  };
  return { userHosts, fileAt };
}

test.each([
  ['https://index.test/a-1.0.zip', false],
  ['https://direct.test:8443/other.zip', false],
  ['https://seen.test/a-1.0.zip', false],
  ['https://files.test/a-1.0.zip', false],
  ['https://direct.test/a-1.0.zip', true],
  ['https://index.test:8080/a-1.0.zip', true],
  ['http://169.254.169.254/a-1.0.zip', true],
])('%s is asked for outside alone: %s', async (url, outside) => {
  const { userHosts, fileAt } = open();
  expect(await fileAt(url)).toBe(outside);
  expect(userHosts.page({ url, credentials: {} }).outside === true).toBe(outside);
});

test('what a page listed is judged by that page', async () => {
  expect(await open().fileAt('http://10.0.0.1/a-1.0.zip', true)).toBe(false);
});
