// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readStrictJson, type Json, type JsonObject } from '../../../src/core/strict-json.ts';
import type { Signer } from '../../../src/core/tuf-repository.ts';
import { placeFile } from '../../../src/storage/index.ts';
import { binName } from '../../../src/tuf/delegations.ts';
import { Fields } from '../../../src/tuf/fields.ts';
import { hashedPath } from '../../../src/tuf/index.ts';
import { olpcJson } from '../../../src/tuf/olpc-json.ts';
import { sealText, statedKey } from '../../../src/tuf/signing.ts';
import { PATHS, type Keys } from './ground.ts';

/* Attacks on a TUF repository, each as what its attacker serves (trust.md, section 5). */

export interface Attack {
  readonly name: string;
  /** Whether the client has seen the honest repository before. */
  readonly primed?: true;
  /** What is asked for; a client that gets it has been deceived. */
  readonly path: string;
  readonly expected: 'refused' | 'absent';
  readonly mount: (mount: Mount) => Promise<void> | void;
}

const BIN = binName('bin', 4, PATHS.changed);
const SECOND = 1000;

/** What an attacker serves, begun as a copy of the honest repository. */
export class Mount {
  readonly at: string;
  readonly keys: Keys;
  /** The same repository one publication ago. */
  readonly earlier: string;

  constructor(at: string, earlier: string, keys: Keys) {
    this.at = at;
    this.earlier = earlier;
    this.keys = keys;
  }

  file(name: string): string {
    return join(this.at, 'metadata', name);
  }

  target(path: string, text: string): string {
    return join(this.at, 'targets', hashedPath(path, hash('sha256', text, 'hex')));
  }

  signed(name: string): Record<string, Json> {
    const document: { signed: Record<string, Json> } = JSON.parse(
      readFileSync(this.file(name), 'utf8'),
    );
    return document.signed;
  }

  async write(name: string, signed: JsonObject, signers: readonly Signer[]): Promise<void> {
    writeFileSync(this.file(name), await sealText(olpcJson(signed), signers));
  }

  /** Which version of a role is served now. */
  current(role: string): number {
    const timestamp = this.signed('timestamp.json');
    const [snapshot] = Object.values(objectOf(timestamp['meta']));
    const version = Number(objectOf(snapshot)['version']);
    if (role === 'snapshot') return version;
    const meta = objectOf(this.signed(`${version}.snapshot.json`)['meta']);
    return Number(objectOf(meta[`${role}.json`])['version']);
  }

  name(role: string): string {
    return `${this.current(role)}.${role}.json`;
  }

  /** A snapshot that the online key signs, and a timestamp that names it. */
  async publish(snapshot: JsonObject, over: JsonObject = {}): Promise<void> {
    const { online } = this.keys;
    const version = Number(snapshot['version']);
    await this.write(`${version}.snapshot.json`, snapshot, [online]);
    const bytes = readFileSync(this.file(`${version}.snapshot.json`));
    const timestamp = this.signed('timestamp.json');
    const meta = {
      version,
      length: bytes.length,
      hashes: { sha256: hash('sha256', bytes, 'hex') },
      ...over,
    };
    const next = Number(timestamp['version']) + 1;
    await this.write(
      'timestamp.json',
      { ...timestamp, version: next, meta: { 'snapshot.json': meta } },
      [online],
    );
  }

  /** The next snapshot, with these changes of what it names; `null` drops a role. */
  async publishMeta(changes: Readonly<Record<string, number | null>>, over: JsonObject = {}) {
    const snapshot = this.signed(this.name('snapshot'));
    const meta = { ...objectOf(snapshot['meta']) };
    for (const [role, version] of Object.entries(changes)) {
      if (version === null) delete meta[`${role}.json`];
      else meta[`${role}.json`] = { version };
    }
    await this.publish({ ...snapshot, ...over, version: Number(snapshot['version']) + 1, meta });
  }

  nextRoot(over: JsonObject = {}): JsonObject {
    const root = this.signed('2.root.json');
    return { ...root, version: 3, ...over };
  }
}

function objectOf(value: Json | undefined): JsonObject {
  return new Fields(value, 'a document of the repository').value;
}

function past(): string {
  return `${new Date(Date.now() - 3600 * SECOND).toISOString().slice(0, 19)}Z`;
}

const refused = { path: PATHS.changed, expected: 'refused' } as const;

export const ATTACKS: readonly Attack[] = [
  {
    name: 'other bytes of the same length',
    ...refused,
    mount: (to) => writeFileSync(to.target(PATHS.changed, 'new'), 'bad'),
  },
  {
    name: 'endless data: a target 5 MB longer than signed',
    ...refused,
    mount: (to) => writeFileSync(to.target(PATHS.changed, 'new'), `new${' '.repeat(5_000_000)}`),
  },
  {
    name: 'a bin changed after it was signed',
    ...refused,
    mount: (to) => {
      const file = to.file(to.name(BIN));
      writeFileSync(file, readFileSync(file, 'utf8').replace('"length":3', '"length":4'));
    },
  },
  {
    name: 'a bin signed by a stranger',
    ...refused,
    mount: async (to) => to.write(to.name(BIN), to.signed(to.name(BIN)), [to.keys.stranger]),
  },
  {
    name: 'a bin that nobody signed',
    ...refused,
    mount: async (to) => to.write(to.name(BIN), to.signed(to.name(BIN)), []),
  },
  {
    name: 'a timestamp signed by a stranger',
    ...refused,
    mount: async (to) => {
      const timestamp = to.signed('timestamp.json');
      await to.write('timestamp.json', timestamp, [to.keys.stranger]);
    },
  },
  {
    name: 'a timestamp signed by the online key before the rotation',
    ...refused,
    mount: async (to) => to.write('timestamp.json', to.signed('timestamp.json'), [to.keys.first]),
  },
  {
    name: 'rollback: the timestamp before',
    ...refused,
    primed: true,
    mount: (to) =>
      writeFileSync(
        to.file('timestamp.json'),
        readFileSync(join(to.earlier, 'metadata', 'timestamp.json')),
      ),
  },
  {
    name: 'rollback: an older snapshot under a newer timestamp',
    ...refused,
    primed: true,
    mount: async (to) => to.publish(to.signed(`${to.current('snapshot') - 1}.snapshot.json`)),
  },
  {
    name: 'rollback: an older targets role in a newer snapshot',
    ...refused,
    primed: true,
    mount: async (to) => to.publishMeta({ bins: to.current('bins') - 1 }),
  },
  {
    name: 'freeze: an expired timestamp',
    ...refused,
    mount: async (to) => {
      const timestamp = { ...to.signed('timestamp.json'), expires: past() };
      await to.write('timestamp.json', timestamp, [to.keys.online]);
    },
  },
  {
    name: 'freeze: an expired snapshot',
    ...refused,
    mount: async (to) => to.publishMeta({}, { expires: past() }),
  },
  {
    name: 'freeze: an expired bin',
    ...refused,
    mount: async (to) => {
      const version = to.current(BIN) + 1;
      const bin = { ...to.signed(to.name(BIN)), version, expires: past() };
      await to.write(`${version}.${BIN}.json`, bin, [to.keys.online]);
      await to.publishMeta({ [BIN]: version });
    },
  },
  {
    name: 'freeze: an expired root',
    ...refused,
    mount: async (to) => to.write('3.root.json', to.nextRoot({ expires: past() }), to.keys.holders),
  },
  {
    name: 'mix and match: another snapshot than the timestamp names',
    ...refused,
    mount: async (to) => {
      const name = to.name('snapshot');
      const snapshot = to.signed(name);
      const meta = { ...objectOf(snapshot['meta']), 'more.json': { version: 1 } };
      await to.write(name, { ...snapshot, meta }, [to.keys.online]);
    },
  },
  {
    name: 'mix and match: a bin of another version than the snapshot names',
    path: PATHS.removed,
    expected: 'refused',
    mount: (to) => {
      const bin = binName('bin', 4, PATHS.removed);
      const before = to.file(`${to.current(bin) - 1}.${bin}.json`);
      writeFileSync(to.file(to.name(bin)), readFileSync(before));
    },
  },
  {
    name: 'a wrong length of the snapshot in the timestamp',
    ...refused,
    mount: async (to) => {
      const snapshot = to.signed(to.name('snapshot'));
      await to.publish({ ...snapshot, version: Number(snapshot['version']) + 1 }, { length: 100 });
    },
  },
  {
    name: 'a role vanishes from the snapshot',
    ...refused,
    primed: true,
    mount: async (to) => to.publishMeta({ 'bin-5': null }),
  },
  {
    name: 'a root with one of two signatures',
    ...refused,
    mount: async (to) => to.write('3.root.json', to.nextRoot(), to.keys.holders.slice(0, 1)),
  },
  {
    name: 'a root with one signature twice',
    ...refused,
    mount: async (to) => {
      const [one] = to.keys.holders;
      if (one === undefined) throw new TypeError('there are three');
      await to.write('3.root.json', to.nextRoot(), [one, one]);
    },
  },
  {
    name: 'a root with one key under two key ids',
    ...refused,
    mount: async (to) => twoKeyIds(to),
  },
  {
    name: 'a root signed by new keys only',
    ...refused,
    mount: async (to) => {
      const { stranger, developer } = to.keys;
      const stated = [stranger, developer].map(({ publicKey }) => statedKey(publicKey));
      const root = to.nextRoot();
      const keys = Object.fromEntries(stated.map((one) => [one.keyid, one.stated]));
      const role = { keyids: stated.map(({ keyid }) => keyid), threshold: 2 };
      const over = {
        keys: { ...objectOf(root['keys']), ...keys },
        roles: { ...objectOf(root['roles']), root: role, targets: role },
      };
      await to.write('3.root.json', to.nextRoot(over), [stranger, developer]);
    },
  },
  {
    name: 'a root that skips a version',
    ...refused,
    mount: async (to) => to.write('3.root.json', to.nextRoot({ version: 4 }), to.keys.holders),
  },
  {
    name: 'a root whose targets need no signature: threshold 0',
    ...refused,
    mount: async (to) => {
      const roles = objectOf(to.nextRoot()['roles']);
      const targets = { ...objectOf(roles['targets']), threshold: 0 };
      await to.write('3.root.json', to.nextRoot({ roles: { ...roles, targets } }), to.keys.holders);
    },
  },
  {
    name: 'the server signs a file of a claimed project into a bin',
    path: PATHS.nobodys,
    expected: 'absent',
    mount: async (to) => forge(to, PATHS.nobodys),
  },
  {
    name: 'the server signs a delegation that its bin may not make',
    path: PATHS.nobodys,
    expected: 'absent',
    mount: async (to) => {
      const { stranger, online } = to.keys;
      const { keyid, stated } = statedKey(stranger.publicKey);
      const bin = binName('bin', 4, PATHS.nobodys);
      const version = to.current(bin) + 1;
      const role = {
        name: 'evil',
        keyids: [keyid],
        threshold: 1,
        terminating: true,
        paths: ['*/*/*'],
      };
      const delegations = { keys: { [keyid]: stated }, roles: [role] };
      const document = { ...to.signed(to.name(bin)), version, delegations };
      await to.write(`${version}.${bin}.json`, document, [online]);
      await to.write('1.evil.json', await evilRole(to, PATHS.nobodys), [stranger]);
      await to.publishMeta({ [bin]: version, evil: 1 });
    },
  },
];

/** The same key with another id is the same key (TUF specification, section 4.2.1). */
async function twoKeyIds(to: Mount): Promise<void> {
  const [one] = to.keys.holders;
  if (one === undefined) throw new TypeError('there are three');
  const { keyid, stated } = statedKey(one.publicKey);
  const second = hash('sha256', olpcJson({ ...stated, x: 1 }), 'hex');
  const root = to.nextRoot();
  const role = { keyids: [keyid, second], threshold: 2 };
  const keys = { ...objectOf(root['keys']), [second]: { ...stated, x: 1 } };
  const roles = { ...objectOf(root['roles']), targets: role };
  // The holders were deceived into this root; now one of them signs targets alone, as two.
  await to.write('3.root.json', to.nextRoot({ keys, roles }), to.keys.holders);
  const version = to.current('targets') + 1;
  const targets = { ...to.signed(to.name('targets')), version };
  const sealed = await sealText(olpcJson(targets), [one]);
  const document = objectOf(readStrictJson(sealed));
  const [given] = new Fields(document, 'targets').list('signatures');
  const signature = objectOf(given);
  const signatures = [signature, { ...signature, keyid: second }];
  writeFileSync(to.file(`${version}.targets.json`), JSON.stringify({ ...document, signatures }));
  await to.publishMeta({ targets: version });
}

async function forge(to: Mount, path: string): Promise<void> {
  const bin = binName('bin', 4, path);
  const version = to.current(bin) + 1;
  const document = { ...to.signed(to.name(bin)), ...(await evilRole(to, path)), version };
  await to.write(`${version}.${bin}.json`, document, [to.keys.online]);
  await to.publishMeta({ [bin]: version });
}

/** A targets document that names a forged file, which is served. */
async function evilRole(to: Mount, path: string): Promise<JsonObject> {
  const sha256 = hash('sha256', 'evil', 'hex');
  await placeFile(join(to.at, 'targets'), hashedPath(path, sha256), Buffer.from('evil'));
  return {
    _type: 'targets',
    spec_version: '1.0.31',
    version: 1,
    expires: '2100-01-01T00:00:00Z',
    targets: { [path]: { length: 4, hashes: { sha256 } } },
  };
}
