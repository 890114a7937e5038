// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  head,
  makeSigner,
  signed,
  targetOf,
  TufRepository,
  TufStore,
} from '../../test/world/tuf-repository.ts';
import type { Code } from '../core/codes.ts';
import { Refusal } from '../core/errors.ts';
import type { Json } from '../core/strict-json.ts';
import { TufClient } from './client.ts';
import { verifyTarget } from './hashes.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const FILE = Buffer.from('the file');
const PATH = 'packages/good/good-1.0.tar.gz';

async function begin() {
  const repository = new TufRepository();
  const store = new TufStore();
  await store.save('root', repository.publish(1, { [PATH]: targetOf(FILE) }));
  const open = (now = NOW) => TufClient.open({ source: repository, store, now });
  const refresh = async (now = NOW): Promise<TufClient> => {
    const client = await open(now);
    await client.refresh();
    return client;
  };
  return { repository, store, refresh };
}

async function codeOf(work: Promise<unknown>): Promise<Code | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('TufClient', () => {
  it('finds a target and proves its bytes', async () => {
    const { refresh } = await begin();
    const target = await (await refresh()).findTarget(PATH);
    expect(target?.length).toBe(FILE.length);
    if (target !== null) verifyTarget(FILE, target);
  });

  it('asks for one document where nothing changed', async () => {
    const { repository, refresh } = await begin();
    await refresh();
    repository.asked.length = 0;
    await refresh();
    expect(repository.asked).toEqual(['2.root.json', 'timestamp.json']);
  });

  it('answers null for what nobody names', async () => {
    const { refresh } = await begin();
    expect(await (await refresh()).findTarget('packages/other')).toBeNull();
  });

  it('refuses a timestamp signed by somebody else', async () => {
    const { repository, refresh } = await begin();
    const meta = { 'snapshot.json': { version: 1 } };
    repository.files.set(
      'timestamp.json',
      signed({ ...head('timestamp', 2), meta }, [makeSigner()]),
    );
    expect(await codeOf(refresh())).toBe('WP-TUF-SIGNATURE');
  });

  it('refuses an older timestamp than it trusted', async () => {
    const { repository, store, refresh } = await begin();
    repository.publish(2, {});
    await refresh();
    const trusted = store.kept.get('timestamp');
    repository.publishTimestamp(1, 1);
    expect(await codeOf(refresh())).toBe('WP-TUF-ROLLBACK');
    expect(store.kept.get('timestamp')).toBe(trusted);
  });

  it('refuses a newer timestamp that names an older snapshot', async () => {
    const { repository, refresh } = await begin();
    repository.publish(2, {});
    await refresh();
    repository.publishTimestamp(3, 1);
    expect(await codeOf(refresh())).toBe('WP-TUF-ROLLBACK');
  });

  it('refuses to be frozen: what has expired counts no more', async () => {
    const { refresh } = await begin();
    await refresh();
    expect(await codeOf(refresh(Date.parse('2101-01-01T00:00:00Z')))).toBe('WP-TUF-EXPIRED');
  });

  it('refuses snapshot and targets of two publications', async () => {
    const { repository, refresh } = await begin();
    await refresh();
    const { files } = repository;
    const old = files.get('1.targets.json');
    repository.publish(2, {});
    if (old !== undefined) files.set('2.targets.json', old);
    expect(await codeOf(refresh())).toBe('WP-TUF-ROLLBACK');
  });

  it('walks root by root, and refuses one that the old keys did not sign', async () => {
    const { repository, store, refresh } = await begin();
    const { root } = repository.signers;
    const next = makeSigner();
    const rotated = {
      ...repository.root(2),
      keys: { ...Object(repository.root(2)['keys']), [next.keyid]: next.stated },
      roles: {
        ...Object(repository.root(2)['roles']),
        root: { keyids: [next.keyid], threshold: 1 },
      },
    } satisfies Record<string, Json>;
    repository.files.set('2.root.json', signed(rotated, [next]));
    expect(await codeOf(refresh())).toBe('WP-TUF-SIGNATURE');
    repository.files.set('2.root.json', signed(rotated, [root, next]));
    await refresh();
    expect(store.kept.get('root')).toBe(repository.files.get('2.root.json'));
  });

  it('counts one key under two ids once', async () => {
    const { repository, store, refresh } = await begin();
    const { root, timestamp } = repository.signers;
    const twice = repository.root(1, {
      keys: { ...Object(repository.root(1)['keys']), alias: timestamp.stated },
      roles: {
        ...Object(repository.root(1)['roles']),
        timestamp: { keyids: [timestamp.keyid, 'alias'], threshold: 2 },
      },
    });
    await store.save('root', signed(twice, [root]));
    const meta = { 'snapshot.json': { version: 1 } };
    const both = [timestamp, { ...timestamp, keyid: 'alias' }];
    repository.files.set('timestamp.json', signed({ ...head('timestamp', 1), meta }, both));
    expect(await codeOf(refresh())).toBe('WP-TUF-SIGNATURE');
  });

  it('follows a terminating delegation no further, and bins by hash', async () => {
    const { repository, refresh } = await begin();
    const owner = makeSigner();
    const role = (name: string, paths: string[], terminating: boolean): Json => ({
      name,
      paths,
      terminating,
      keyids: [owner.keyid],
      threshold: 1,
    });
    const delegations = {
      keys: { [owner.keyid]: owner.stated },
      roles: [role('claimed', ['packages/good/*'], true), role('rest', ['*/*/*'], false)],
    };
    repository.delegated.set('claimed', 1).set('rest', 1);
    const speaks = (targets: Record<string, Json>) =>
      signed({ ...head('targets', 1), targets }, [owner]);
    repository.files.set('1.claimed.json', speaks({}));
    const elsewhere = 'packages/other/x';
    repository.files.set(
      '1.rest.json',
      speaks({ [PATH]: targetOf(FILE), [elsewhere]: targetOf(FILE) }),
    );
    repository.publish(2, {}, { delegations });
    const client = await refresh();
    expect(await client.findTarget(PATH)).toBeNull();
    expect(await client.findTarget(elsewhere)).not.toBeNull();
  });

  it('accepts no document with any one bit changed inside what is signed', async () => {
    const { repository, refresh } = await begin();
    const honest = repository.files.get('timestamp.json') ?? new Uint8Array();
    const start = Buffer.from(honest).indexOf('"signed":') + 9;
    await fc.assert(
      fc.asyncProperty(fc.nat(honest.length - start - 2), fc.nat(7), async (place, bit) => {
        const changed = Buffer.from(honest);
        changed[start + place] = (changed[start + place] ?? 0) ^ (1 << bit);
        repository.files.set('timestamp.json', changed);
        expect(await codeOf(refresh())).not.toBeNull();
      }),
    );
  });
});
