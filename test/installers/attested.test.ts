// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { servePage, type Hook } from '../world/host.ts';
import type { BuiltFile } from '../world/wheel.ts';
import { INDEX, type World } from '../world/world.ts';
import { installed, openBench, versionsOf } from './bench.ts';

/** A real wheel with its real attestation, made by a real publisher. */
const PEP740 = join(import.meta.dirname, '../../../shared/data/pep740');
const PROJECT = 'circleci-sign-publish-example';
const FILENAME = 'circleci_sign_publish_example-0.0.1.dev137-py3-none-any.whl';
const IDENTITY = 'CircleCI github.com/CircleCI-Public/sign-and-publish-examples, branch pypi';
const PATH = '/integrity/provenance';
const isThere = existsSync(join(PEP740, 'files', FILENAME));
const provenance = (file = `${FILENAME}.provenance`): string =>
  isThere ? readFileSync(join(PEP740, file), 'utf8') : '';

test.runIf(process.env['CI'] !== undefined)('the real wheel is there', () => {
  expect(isThere).toBe(true);
});

function publish(world: World, hook: Hook, forms: readonly ('json' | 'html')[] = ['json']): void {
  const bytes = readFileSync(join(PEP740, 'files', FILENAME));
  const file: BuiltFile = {
    project: PROJECT,
    version: '0.0.1.dev137',
    filename: FILENAME,
    bytes,
    metadata: Buffer.from(''),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  world.publish(file, {
    sidecar: false,
    raw: { provenance: `${world.origin(INDEX)}${PATH}` },
  });
  Object.assign(world.project(PROJECT), { forms, apiVersion: '1.3' });
  world.host(INDEX).hooks.set(PATH, hook);
}

const at = ({ index }: World) => ({
  variables: { PIP_INDEX_URL: index, UV_DEFAULT_INDEX: index },
});

const JSON_TYPE = 'application/vnd.pypi.integrity.v1+json';

describe.runIf(isThere).each([
  ['pip', ['pip', 'install', `${PROJECT}==0.0.1.dev137`]],
  ['uv', ['uv', 'pip', 'install', `${PROJECT}==0.0.1.dev137`]],
] as const)('%s and an attested wheel', (installer, words) => {
  const [version] = versionsOf(installer);

  test.each(['json', 'html'] as const)('whose %s page names its attestations', async (form) => {
    await using bench = await openBench(installer, version);
    publish(bench.world, servePage(JSON_TYPE, provenance()), [form]);
    const ended = await bench.run(words, at(bench.world));
    expect(ended.exit, ended.stderr).toBe(0);
    expect(installed(ended.report)).toEqual([`${PROJECT} 0.0.1.dev137`]);
    expect(ended.report?.files).toMatchObject([{ filename: FILENAME, verdict: 'first-seen' }]);
    const findings = ended.report?.files[0]?.findings ?? [];
    expect(findings.find(({ kind }) => kind === 'attestation')).toMatchObject({
      class: 'publisher',
      state: 'vouched',
      identity: IDENTITY,
      unconfirmed: true,
    });
  });

  test('is explained afterwards, from its bytes to the trusted root, without the index', async () => {
    await using bench = await openBench(installer, version);
    publish(bench.world, servePage(JSON_TYPE, provenance()));
    const ended = await bench.run(words, at(bench.world));
    expect(ended.exit, ended.stderr).toBe(0);
    const asked = bench.world.host(INDEX).seen.length;
    const told = await bench.run(['explain', FILENAME], { bare: true });
    expect(told.exit, told.stderr).toBe(0);
    expect(told.stdout).toContain(
      'From these bytes to the trusted root (as kept when it was proved)',
    );
    expect(told.stdout).toContain('rekor.sigstore.dev index 920610516');
    expect(bench.world.host(INDEX).seen).toHaveLength(asked);
  });

  test.each<[string, () => Hook, number, string]>([
    [
      'of another file',
      () => servePage(JSON_TYPE, provenance('sampleproject-4.0.0.tar.gz.provenance')),
      12,
      'WP-ATTESTATION-SUBJECT',
    ],
    [
      'of a liar about its publisher',
      () => servePage(JSON_TYPE, provenance().replace('CircleCI-Public', 'CircleCI-Publid')),
      12,
      'WP-ATTESTATION-PUBLISHER',
    ],
    [
      'tampered with',
      () => servePage(JSON_TYPE, provenance().replace(/"signature": ?"MEU/u, '"signature":"MEV')),
      10,
      'WP-ATTESTATION-',
    ],
    [
      'that are not there',
      () => (_, response) => response.writeHead(404).end(),
      20,
      'WP-UPSTREAM-STATUS',
    ],
  ])('with attestations %s', async (_, hook, exit, code) => {
    await using bench = await openBench(installer, version);
    publish(bench.world, hook());
    const ended = await bench.run(words, at(bench.world));
    expect(ended.exit, ended.stderr).toBe(exit);
    expect(installed(ended.report)).toEqual([]);
    expect(ended.report?.files[0]?.reasons[0]?.code).toContain(code);
  });
});
