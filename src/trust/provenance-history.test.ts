// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, isPrerelease, releaseLine } from '../core/version.ts';
import type { Publisher } from '../core/publisher.ts';
import { github } from '../../test/world/publishers.ts';
import { standingOf, type KnownFile } from './provenance-history.ts';

const alice = github({});
const mallory = github({ repository: 'mallory/demo', repositoryId: '9', ownerId: '99' });

const wheel = (version: string, ...publishers: readonly Publisher[]): KnownFile => ({
  version,
  filename: `demo-${version}-py3-none-any.whl`,
  publishers,
});
const sdist = (version: string, ...publishers: readonly Publisher[]): KnownFile => ({
  version,
  filename: `demo-${version}.tar.gz`,
  publishers,
});
const word = (asked: KnownFile, ...files: readonly KnownFile[]) =>
  standingOf(asked, { files, accepted: [] }).word;

describe('the word of a release', () => {
  test('nothing before: what the release itself shows', () => {
    expect(word(wheel('1.0'))).toBe('no');
    expect(word(wheel('1.0', alice))).toBe('full');
    expect(word(wheel('1.0', alice), sdist('1.0'))).toBe('partial');
    expect(word(wheel('1.0', alice), sdist('1.0', mallory))).toBe('inconsistent');
    expect(word(wheel('1.0', alice), sdist('1.0', alice))).toBe('full');
  });

  test('a release without attestations after one that had them has lost them (attack H02)', () => {
    expect(word(wheel('1.1'), wheel('1.0', alice))).toBe('lost');
    expect(word(sdist('1.1'), wheel('1.0', alice))).toBe('lost');
    expect(word(wheel('2.0'), wheel('1.0', alice))).toBe('lost');
    expect(word(wheel('99.0'), wheel('1.0', alice))).toBe('lost');
    expect(word(wheel('1!0.1'), wheel('1.0', alice))).toBe('lost');
    expect(word(wheel('1.0.post1'), wheel('1.0', alice))).toBe('lost');
  });

  test('another publisher has changed it (attack H04)', () => {
    expect(word(wheel('1.1', mallory), wheel('1.0', alice))).toBe('changed');
    expect(word(wheel('1.1', alice, mallory), wheel('1.0', alice))).toBe('full');
    expect(word(wheel('3.0', mallory), wheel('1.0', alice), wheel('2.0'))).toBe('changed');
  });

  test('a single file that was let through without does not end it', () => {
    expect(word(wheel('1.2'), wheel('1.0', alice), wheel('1.1'))).toBe('lost');
    const before = standingOf(wheel('1.2'), {
      files: [wheel('1.0', alice), wheel('1.1')],
      accepted: [],
    }).before;
    expect(before?.version).toBe('1.0');
  });

  test('a first attested release has changed nothing', () => {
    expect(word(wheel('1.1', alice), wheel('1.0'))).toBe('full');
  });

  test('a back-port is held against its own line', () => {
    const known = [wheel('6.4'), wheel('7.0', alice)];
    expect(word(wheel('6.5'), ...known)).toBe('no');
    expect(word(wheel('7.1'), ...known)).toBe('lost');
    const moved = [wheel('6.4', mallory), wheel('7.0', alice)];
    expect(word(wheel('6.5', mallory), ...moved)).toBe('full');
    expect(word(wheel('7.1', mallory), ...moved)).toBe('changed');
    const back = standingOf(wheel('7.1', mallory), { files: moved, accepted: [] });
    expect(back.known).toEqual([]);
  });

  test('the first release known of an old line may come from the line before or the one after', () => {
    const known = [wheel('5.0', mallory), wheel('7.0', alice)];
    expect(word(wheel('6.1', alice), ...known)).toBe('full');
    expect(word(wheel('6.1', mallory), ...known)).toBe('full');
    const other = github({ repository: 'carol/demo', repositoryId: '3', ownerId: '33' });
    expect(word(wheel('6.1', other), ...known)).toBe('changed');
  });

  test('a file is not held against itself', () => {
    expect(word(wheel('1.0'), wheel('1.0', alice))).toBe('no');
    expect(word(wheel('1.0', mallory), wheel('1.0', alice))).toBe('full');
  });

  test('an older release is held against nothing that came later', () => {
    expect(word(wheel('0.9'), wheel('1.0', alice))).toBe('no');
    expect(word(wheel('0.9', mallory), wheel('1.0', alice))).toBe('full');
  });

  test('pre-releases are aside', () => {
    expect(word(wheel('2.0rc1'), wheel('1.0', alice))).toBe('no');
    expect(word(wheel('2.0'), wheel('2.0rc1', alice))).toBe('no');
    expect(word(wheel('2.0', alice), wheel('2.0.dev1', mallory), wheel('1.0', alice))).toBe('full');
    expect(word(wheel('2.0rc2'), wheel('2.0rc1', alice))).toBe('lost');
  });

  test('where only some files were attested, those of the same kind decide', () => {
    const known = [wheel('1.0'), sdist('1.0', alice)];
    expect(word(wheel('1.1'), ...known)).toBe('no');
    expect(word(sdist('1.1'), ...known)).toBe('lost');
  });
});

describe('what a person accepted', () => {
  const files = [wheel('1.0', alice)];

  test('a new publisher, from that release on', () => {
    const history = { files, accepted: [{ version: '1.1', publisher: mallory }] };
    expect(standingOf(wheel('1.1', mallory), history)).toMatchObject({
      word: 'full',
      known: [mallory],
    });
    expect(standingOf(wheel('1.2', mallory), history).word).toBe('full');
    expect(standingOf(wheel('1.2', alice), history).word).toBe('changed');
    expect(standingOf(wheel('1.1'), history).word).toBe('lost');
    expect(standingOf(wheel('1.0.1', mallory), history).word).toBe('changed');
  });

  test('both, for a release whose files differ', () => {
    const accepted = [null, mallory].map((publisher) => ({ version: '1.1', publisher }));
    expect(standingOf(wheel('1.2'), { files, accepted }).word).toBe('no');
    expect(standingOf(wheel('1.2', mallory), { files, accepted }).word).toBe('full');
  });

  test('nobody for the releases before it', () => {
    const accepted = [{ version: '2.0', publisher: mallory }];
    expect(standingOf(wheel('0.9', mallory), { files: [], accepted }).known).toEqual([]);
    expect(standingOf(wheel('2.0', mallory), { files: [], accepted }).known).toEqual([mallory]);
  });

  test('that it comes without attestations, from that release on', () => {
    const history = { files, accepted: [{ version: '1.1', publisher: null }] };
    expect(standingOf(wheel('1.1'), history).word).toBe('no');
    expect(standingOf(wheel('1.2'), history).word).toBe('no');
    expect(standingOf(wheel('1.0.1'), history).word).toBe('lost');
    // Who attests again must still be who did before.
    expect(standingOf(wheel('1.2', mallory), history).word).toBe('changed');
    expect(standingOf(wheel('1.2', alice), history).word).toBe('full');
  });
});

describe('properties', () => {
  const people = [alice, mallory, github({ workflow: 'nightly.yml' })];
  const version = fc
    .tuple(fc.nat(3), fc.nat(4), fc.constantFrom('', '', '', 'rc1', '.dev2', '.post1'))
    .map(([major, minor, end]) => `${major}.${minor}${end}`);
  const file = fc
    .tuple(version, fc.boolean(), fc.subarray(people))
    .map(([at, isWheel, by]) => (isWheel ? wheel(at, ...by) : sdist(at, ...by)));
  const files = fc.uniqueArray(file, { selector: ({ filename }) => filename, maxLength: 12 });
  const accepted = fc.array(
    fc.record({ version, publisher: fc.option(fc.constantFrom(...people)) }),
    { maxLength: 3 },
  );

  const isMeasure = (one: KnownFile, asked: KnownFile): boolean =>
    one.filename !== asked.filename &&
    one.publishers.length > 0 &&
    isPrerelease(one.version) === isPrerelease(asked.version) &&
    releaseLine(one.version) === releaseLine(asked.version) &&
    compareVersions(one.version, asked.version) < 0;

  test('the order of what is known does not matter', () => {
    fc.assert(
      fc.property(
        file,
        files,
        accepted,
        fc.infiniteStream(fc.nat()),
        (asked, known, said, ranks) => {
          const ranked = known.map((each) => ({ each, rank: ranks.next().value ?? 0 }));
          const shuffled = ranked.sort((a, b) => a.rank - b.rank).map(({ each }) => each);
          const one = standingOf(asked, { files: known, accepted: said });
          const other = standingOf(asked, { files: shuffled, accepted: said.toReversed() });
          expect(other.word).toBe(one.word);
          expect(new Set(other.known)).toEqual(new Set(one.known));
        },
      ),
    );
  });

  test('what came later changes nothing, unless a line begins with it', () => {
    fc.assert(
      fc.property(file, files, file, (asked, known, later) => {
        fc.pre(compareVersions(later.version, asked.version) > 0);
        fc.pre(known.every(({ filename }) => filename !== later.filename));
        const before = word(asked, ...known);
        const after = word(asked, ...known, later);
        if (after === before) return;
        // The next later release counts there, and this may be nearer than the one known so far.
        expect([before, after]).toContain('changed');
        expect(known.filter((one) => isMeasure(one, asked))).toEqual([]);
      }),
    );
  });

  test('a file without attestations never passes as full, nor an attested one as lost', () => {
    fc.assert(
      fc.property(file, files, accepted, (asked, known, said) => {
        const { word: found } = standingOf(asked, { files: known, accepted: said });
        const impossible =
          asked.publishers.length === 0 ? ['full', 'changed', 'inconsistent'] : ['no', 'lost'];
        expect(impossible).not.toContain(found);
      }),
    );
  });

  test('attestations are lost exactly where nobody accepted it and the nearest release had them', () => {
    fc.assert(
      fc.property(version, version, (earlier, at) => {
        fc.pre(compareVersions(earlier, at) < 0);
        const isApart = /rc|dev/u.test(earlier) !== /rc|dev/u.test(at);
        expect(word(wheel(at), wheel(earlier, alice))).toBe(isApart ? 'no' : 'lost');
      }),
    );
  });

  test('accepting what is shown ends the alarm', () => {
    fc.assert(
      fc.property(file, files, (asked, known) => {
        const { word: found } = standingOf(asked, { files: known, accepted: [] });
        const publishers = asked.publishers.length === 0 ? [null] : asked.publishers;
        const said = publishers.map((publisher) => ({ version: asked.version, publisher }));
        const { word: after } = standingOf(asked, { files: known, accepted: said });
        expect(['lost', 'changed']).not.toContain(after);
        if (found === 'full') expect(after).toBe('full');
      }),
    );
  });
});
