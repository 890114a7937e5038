// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { MemoryFolder } from '../../test/world/staged-folder.ts';
import { makeSigner, signerOf } from '../../test/world/tuf-repository.ts';
import type { Signer } from '../core/tuf-repository.ts';
import { readCeremony } from './ceremony.ts';
import { verifyCeremony } from './ceremony-finish.ts';
import { writeHolder } from './ceremony-key.ts';
import { writePlan } from './ceremony-plan.ts';
import { publishCeremony } from './ceremony-publish.ts';
import {
  assembleKeys,
  beginCeremony,
  bringKey,
  finishCeremony,
  prepareSignature,
} from './ceremony-steps.ts';
import { newPlan, NOW, people, play, signAs, stepsOf } from './ceremony.test-support.ts';
import { PROFILES } from './lives.ts';

const online = signerOf(makeSigner());
const three = people('alice', 'bob', 'carol');
const [alice = online, bob = online, carol = online] = [...three.values()];
const plan = newPlan([...three.keys()], online);
const part = { plan, brings: three, signers: [alice, bob] };
const text = (folder: MemoryFolder, name: string): string =>
  Buffer.from(folder.files.get(name) ?? []).toString();

/** A folder up to the step before which it stops. */
async function upTo(step: 'keys' | 'assemble' | 'sign' | 'finish' | 'end'): Promise<MemoryFolder> {
  const folder = new MemoryFolder();
  const count = { keys: 1, assemble: 4, sign: 5, finish: 7, end: 10 }[step];
  for (const one of stepsOf(part).slice(0, count)) await one(folder);
  return folder;
}

function put(folder: MemoryFolder, name: string, content: string | Uint8Array): void {
  folder.files.set(name, Buffer.from(content));
}

describe('a ceremony', () => {
  it('ends with documents that a new repository is made of, and a transcript that says so', async () => {
    const folder = await upTo('end');
    const found = await verifyCeremony(folder);
    expect(found.witnesses).toEqual(['alice', 'bob']);
    expect(found.transcript).toContain('signed by alice keyid ');
    const repository = new MemoryFolder();
    const server = { online, old: null, lives: PROFILES.server, now: NOW };
    const { files } = (await publishCeremony(repository, found, server)) ?? { files: [] };
    expect(files).toContain('1.snapshot.json');
    expect(files).not.toContain('1.root.json');
    expect(repository.files.get('1.root.json')).toEqual(folder.files.get('1.root.json'));
    expect(await publishCeremony(repository, found, server)).toBeNull();
  });

  it('gives the same bytes for the same steps, and for steps that are done twice', async () => {
    const once = await upTo('end');
    const again = new MemoryFolder();
    for (const step of stepsOf(part).slice(1)) {
      if (!again.files.has('ceremony.json')) await beginCeremony(again, plan, []);
      await step(again);
      await step(again).catch((error: unknown) => expect(error).toBeUndefined());
    }
    expect([...again.files]).toEqual([...once.files]);
  });

  it('can be killed at every write, and goes on', async () => {
    const whole = await upTo('end');
    const reached = new MemoryFolder();
    for (const step of stepsOf(part)) {
      const before = new Map(reached.files);
      reached.steps.length = 0;
      await step(reached);
      for (let end = 0; end <= reached.steps.length; end++) {
        const killed = new MemoryFolder(before);
        for (const done of reached.steps.slice(0, end)) killed.take(done);
        if (end < reached.steps.length || !before.has('ceremony.json')) {
          if (killed.files.has('ceremony.json') && !before.has('ceremony.json')) continue;
          await step(killed);
        }
        for (const [name, bytes] of reached.files)
          if (!name.endsWith('.new')) expect([name, killed.files.get(name)]).toEqual([name, bytes]);
      }
    }
    expect([...reached.files.keys()].sort()).toEqual([...whole.files.keys()].sort());
  });

  it('notices any changed byte, and names the file', async () => {
    const folder = await upTo('end');
    const names = [...folder.files.keys()];
    expect(names).toHaveLength(17);
    for (const name of names) {
      const bytes = folder.files.get(name) ?? new Uint8Array();
      // Every place of every file is tried in some of the runs of each file's stride.
      for (let at = bytes.length % 7; at < bytes.length; at += Math.max(7, bytes.length >> 4)) {
        const changed = new MemoryFolder(folder.files);
        const copy = Buffer.from(bytes);
        copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
        put(changed, name, copy);
        const work = verifyCeremony(changed).then(() => 'accepted');
        const said = await work.catch((error: Error) => error.message);
        expect([name, at, said]).toEqual([name, at, expect.stringContaining(name)]);
      }
    }
  });
});

describe('a ceremony refuses', () => {
  const refuses = async (work: Promise<unknown>, code: string, message = ''): Promise<void> =>
    await expect(work).rejects.toMatchObject({ code, message: expect.stringContaining(message) });

  it('a key that was swapped for another', async () => {
    const folder = await upTo('assemble');
    const stolen = text(folder, 'holder-alice.json').replace(alice.publicKey, carol.publicKey);
    put(folder, 'holder-alice.json', stolen);
    await refuses(assembleKeys(folder), 'WP-CEREMONY-KEY', 'holder-alice.json');
  });

  it('a proof that was made for another name, or another ceremony', async () => {
    const folder = await upTo('keys');
    const { id } = await readCeremony(folder);
    const asBob = Buffer.from(await writeHolder(id, 'bob', bob)).toString();
    put(folder, 'holder-alice.json', asBob);
    await refuses(assembleKeys(folder), 'WP-CEREMONY-KEY', 'somebody else');
    put(folder, 'holder-alice.json', asBob.replace('"name":"bob"', '"name":"alice"'));
    await refuses(assembleKeys(folder), 'WP-CEREMONY-KEY', 'its proof');
    put(
      folder,
      'holder-alice.json',
      await writeHolder({ ...id, nonce: 'f'.repeat(64) }, 'alice', alice),
    );
    await refuses(assembleKeys(folder), 'WP-CEREMONY-KEY', 'its proof');
  });

  it('a key swapped after its holder has seen it: they sign nothing', async () => {
    const folder = await upTo('keys');
    const mallory = signerOf(makeSigner());
    for (const [name, signer] of [
      ['alice', mallory],
      ['bob', bob],
      ['carol', carol],
    ] as const)
      await bringKey(folder, name, signer);
    await assembleKeys(folder);
    await refuses(signAs(folder, alice), 'WP-CEREMONY-KEY', 'has no part');
  });

  it('two holders with one key, and a holder with the online key', async () => {
    for (const twin of [alice, online]) {
      const folder = await upTo('keys');
      for (const [name, signer] of [
        ['alice', alice],
        ['bob', twin],
        ['carol', carol],
      ] as const)
        await bringKey(folder, name, signer);
      await refuses(assembleKeys(folder), 'WP-CEREMONY-SAME-KEY', 'bob');
    }
  });

  it('another key under a name that has brought one', async () => {
    const folder = await upTo('assemble');
    await refuses(bringKey(folder, 'bob', carol), 'WP-CEREMONY-KEY', 'already');
    await refuses(bringKey(folder, 'dave', carol), 'WP-CEREMONY-KEY', 'no part');
  });

  it('files of people who have no part in it', async () => {
    const folder = await upTo('assemble');
    put(folder, 'holder-eve\u001b[2J.json', '{}');
    const work = assembleKeys(folder);
    await refuses(work, 'WP-CEREMONY-KEY', 'holder-eve\\u{1b}[2J.json');
    const later = await upTo('finish');
    put(later, 'signature-eve.json', '{}');
    await refuses(finishCeremony(later), 'WP-CEREMONY-KEY', 'signature-eve.json');
  });

  it('a proposal that was changed after a holder signed', async () => {
    const folder = await upTo('sign');
    await signAs(folder, alice);
    const other = Buffer.from(writePlan({ ...plan, threshold: 1 }));
    put(folder, 'ceremony.json', other);
    for (const name of three.keys()) folder.files.delete(`holder-${name}.json`);
    for (const [name, signer] of three) await bringKey(folder, name, signer);
    await refuses(assembleKeys(folder), 'WP-CEREMONY-CHANGED');
    folder.files.delete('signature-alice.json');
    const signature = (await upTo('finish')).files.get('signature-alice.json') ?? new Uint8Array();
    await assembleKeys(folder);
    put(folder, 'signature-alice.json', signature);
    await refuses(signAs(folder, bob), 'WP-CEREMONY-CHANGED', 'alice signed another proposal');
    await refuses(finishCeremony(folder), 'WP-CEREMONY-CHANGED', 'alice signed another proposal');
  });

  it('documents that do not follow from the keys', async () => {
    const folder = await upTo('sign');
    put(
      folder,
      'unsigned.root.json',
      text(folder, 'unsigned.root.json').replace('"threshold":2', '"threshold":1'),
    );
    await refuses(signAs(folder, alice), 'WP-CEREMONY-CHANGED', 'unsigned.root.json');
  });

  it('a page that tells another story', async () => {
    const folder = await upTo('sign');
    put(folder, 'proposal.txt', text(folder, 'proposal.txt').replace('2 of 3', '3 of 3'));
    await refuses(signAs(folder, alice), 'WP-CEREMONY-CHANGED', 'proposal.txt');
  });

  it.each(['', 'aardvark', 'aardvark adroitness absurd adviser', 'words'])(
    'the words %j, and signs nothing',
    async (typed) => {
      const folder = await upTo('sign');
      const due = await prepareSignature(folder);
      await refuses(due.sign(alice, typed, NOW), 'WP-CEREMONY-CONFIRM');
      const three3 = due.words.split(' ').slice(0, 3).join(' ');
      await refuses(due.sign(alice, three3, NOW), 'WP-CEREMONY-CONFIRM');
      expect(folder.files.has('signature-alice.json')).toBe(false);
    },
  );

  it('to end without a quorum, also where one person signs twice', async () => {
    const folder = await upTo('sign');
    await refuses(finishCeremony(folder), 'WP-CEREMONY-QUORUM', 'nobody signed');
    await signAs(folder, alice);
    await refuses(finishCeremony(folder), 'WP-CEREMONY-QUORUM', 'yet to sign: bob, carol');
    put(folder, 'signature-bob.json', folder.files.get('signature-alice.json') ?? '');
    await refuses(finishCeremony(folder), 'WP-CEREMONY-KEY', 'signature-bob.json');
    expect(folder.files.has('1.root.json')).toBe(false);
  });

  it('to be assembled without every key, and to go on in another order', async () => {
    await refuses(assembleKeys(await upTo('keys')), 'WP-CEREMONY-QUORUM', 'alice, bob, carol');
    await refuses(signAs(await upTo('assemble'), alice), 'WP-CEREMONY-STEP');
    await refuses(readCeremony(new MemoryFolder()), 'WP-CEREMONY-STEP');
    await refuses(beginCeremony(await upTo('keys'), plan, []), 'WP-CEREMONY-STEP');
    await refuses(verifyCeremony(await upTo('finish')), 'WP-CEREMONY-STEP');
  });

  it('a signature of somebody else on the transcript, and too few of them', async () => {
    const folder = await upTo('end');
    put(folder, 'transcript.txt.alice.sig', text(folder, 'transcript.txt.bob.sig'));
    await refuses(verifyCeremony(folder), 'WP-CEREMONY-SIGNATURE', 'transcript.txt.alice.sig');
    folder.files.delete('transcript.txt.alice.sig');
    await refuses(verifyCeremony(folder), 'WP-CEREMONY-QUORUM', 'yet to sign: alice, carol');
  });

  it.each(['\u001b[31mred', '../x', 'Alice', '', 'a b', 'former-bob', 'a'.repeat(33), '\u202ebob'])(
    'the name %j',
    async (name) => {
      const wish = { ...plan, holders: [{ name, key: null }], threshold: 1 };
      await refuses(beginCeremony(new MemoryFolder(), wish, []), 'WP-CEREMONY-NAME');
    },
  );

  it('a plan that is written in another form', async () => {
    const whole = Buffer.from(writePlan(plan)).toString();
    const forms = [
      whole.trim(),
      ` ${whole}`,
      whole.replace('"bits":2', '"bits":2,"bits":3'),
      whole.replace('"bits":2', '"bits":2.0'),
      whole.replace('"bits":2', '"bits":-1'),
      whole.replace('"threshold":2', '"threshold":4'),
      whole.replace('"prefix":"bin"', '"prefix":"../bin"'),
      whole.replace('"version":"1.0.0"', '"version":"1\\u001b"'),
      '[]',
      '',
    ];
    for (const form of forms) {
      const folder = new MemoryFolder();
      put(folder, 'ceremony.json', form);
      await refuses(readCeremony(folder), 'WP-CEREMONY-MALFORMED', 'ceremony.json');
    }
  });

  it('to sign with what is no key of the ceremony', async () => {
    const stranger: Signer = signerOf(makeSigner());
    await refuses(signAs(await upTo('sign'), stranger), 'WP-CEREMONY-KEY', 'no part');
    const end = await upTo('end');
    await refuses(signAs(end, stranger), 'WP-CEREMONY-KEY', 'no part');
  });

  it('what came after the transcript, but is not disturbed by it', async () => {
    const late = await upTo('finish');
    await signAs(late, carol);
    const folder = await upTo('end');
    put(folder, 'signature-carol.json', late.files.get('signature-carol.json') ?? '');
    expect((await verifyCeremony(folder)).witnesses).toEqual(['alice', 'bob']);
  });
});

it('plays the same from its parts', async () => {
  expect((await verifyCeremony(await play(part))).others).toEqual([]);
});
