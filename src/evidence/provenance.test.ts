// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import type { NamedRoot } from '../core/trusted-roots.ts';
import { judgeAttestation, judgeProvenance } from './provenance.ts';
import { agrees, publisherOf } from './publisher.ts';

const DATA = path.resolve(import.meta.dirname, '../../../shared/data');
const PEP740 = path.join(DATA, 'pep740');
const isThere = existsSync(path.join(PEP740, 'INDEX.json'));

test.runIf(process.env['CI'] !== undefined)('the real attestations are there', () => {
  expect(isThere).toBe(true);
});

interface Indexed {
  readonly file: string;
  readonly subject: string;
  readonly sha256: string;
  readonly instance: 'public-good' | 'staging';
}

const index: readonly Indexed[] = isThere
  ? JSON.parse(readFileSync(path.join(PEP740, 'INDEX.json'), 'utf8'))
  : [];
const read = (file: string): Buffer => readFileSync(path.join(PEP740, file));
const rootOf = (instance: string): readonly NamedRoot[] => {
  const bytes = readFileSync(path.join(DATA, 'sigstore', instance, 'trusted_root.json'));
  return [{ name: 'public-good', bytes, checkedAt: 0 }];
};

/** An attestation alone is put into a container that names no known publisher's claims. */
interface Container {
  version: number;
  attestation_bundles: { publisher: Record<string, unknown>; attestations: unknown[] }[];
}

function judge(
  { file, subject, sha256 }: Indexed,
  roots: readonly NamedRoot[],
  over: { filename?: string; sha256?: string; change?: (container: Container) => void } = {},
) {
  const project = subject.split('-')[0]?.replaceAll('_', '-') ?? '';
  const attested = { filename: over.filename ?? subject, project, sha256: over.sha256 ?? sha256 };
  if (!file.endsWith('.provenance')) {
    const judged = judgeAttestation(JSON.parse(read(file).toString('utf8')), null, attested, roots);
    return { vouchers: typeof judged === 'string' ? [] : [judged], silent: [] };
  }
  const container: Container = JSON.parse(read(file).toString('utf8'));
  over.change?.(container);
  return judgeProvenance(Buffer.from(JSON.stringify(container)), attested, roots);
}

const WORDS: Readonly<Record<string, string>> = {
  'abi3info-2024.10.3-py3-none-any.whl.provenance':
    'GitHub woodruffw/abi3info, workflow release.yml, tag v2024.10.03',
  'abi3info-2024.10.8.tar.gz.provenance':
    'GitHub woodruffw/abi3info, workflow release.yml, tag v2024.10.08',
  'circleci_sign_publish_example-0.0.1.dev137-py3-none-any.whl.provenance':
    'CircleCI github.com/CircleCI-Public/sign-and-publish-examples, branch pypi',
  'gcb_attestation_test-0.0.0.tar.gz.provenance':
    'Google 919436158236-compute@developer.gserviceaccount.com',
  'gitlab_oidc_project-0.0.3.tar.gz.publish.attestation':
    'GitLab facutuesca/gitlab-oidc-project, pipeline .gitlab-ci.yml, branch main',
  'pypi_attestation_models-0.0.4a2.tar.gz.attestation':
    'GitHub trailofbits/pypi-attestation-models, workflow release.yml, tag v0.0.4a2',
  'pypi_attestations-0.0.16.tar.gz.attestation':
    'GitHub trailofbits/pypi-attestations, workflow release.yml, tag v0.0.16',
  'pypi_attestations-0.0.19.tar.gz.provenance':
    'GitHub trailofbits/pypi-attestations, workflow release.yml, tag v0.0.19',
  'pypi_attestations-0.0.19.tar.gz.publish.attestation':
    'GitHub trailofbits/pypi-attestations, workflow release.yml, tag v0.0.19',
  'rfc8785-0.1.2-py3-none-any.whl.attestation':
    'william@yossarian.net (https://github.com/login/oauth)',
  'sampleproject-4.0.0-py3-none-any.whl.publish.attestation':
    'GitHub pypa/sampleproject, workflow release.yml, branch main',
  'sampleproject-4.0.0.tar.gz.provenance':
    'GitHub pypa/sampleproject, workflow release.yml, branch main',
};

describe.runIf(isThere)('each real object', () => {
  test.each(index)('$file names who published the file', (entry) => {
    const { vouchers } = judge(entry, rootOf(entry.instance));
    expect(vouchers.map(({ words, predicate }) => [words, predicate])).toEqual([
      [WORDS[entry.file], 'publish'],
    ]);
  });

  test.each(index.filter(({ instance }) => instance === 'staging'))(
    '$file of staging is nobody’s word',
    (entry) => {
      expect(() => judge(entry, rootOf('public-good'))).toThrow(
        expect.objectContaining({ code: 'WP-ATTESTATION-AUTHORITY' }),
      );
    },
  );

  test.each(index)('$file is about its file alone', (entry) => {
    const root = rootOf(entry.instance);
    expect(() => judge(entry, root, { sha256: '0'.repeat(64) })).toThrow(
      expect.objectContaining({ code: 'WP-ATTESTATION-DIGEST' }),
    );
    const other = entry.subject.endsWith('.whl') ? 'tar.gz' : 'zip';
    const version = /-(\d[^-]*?)(?:-|\.tar)/u.exec(entry.subject)?.[1];
    for (const filename of [
      entry.subject.replace(/\.(?:whl|tar\.gz)$/u, `.${other}`),
      entry.subject.replace(String(version), `${version}.1`),
      `x${entry.subject}`,
    ]) {
      expect(() => judge(entry, root, { filename })).toThrow(
        expect.objectContaining({ code: 'WP-ATTESTATION-SUBJECT' }),
      );
    }
  });
});

const provenances = index.filter(({ file }) => file.endsWith('.provenance'));

describe.runIf(isThere)('a publisher that the index names', () => {
  const changed = (field: string, value: unknown) => (container: Container) => {
    for (const bundle of container.attestation_bundles) bundle.publisher[field] = value;
  };
  const FIELDS = ['repository', 'workflow', 'email', 'project_id', 'vcs_ref', 'kind'];

  test.each(
    provenances.flatMap((entry) => {
      const container: Container = JSON.parse(read(entry.file).toString('utf8'));
      const [bundle] = container.attestation_bundles;
      return FIELDS.filter((field) => typeof bundle?.publisher[field] === 'string').map(
        (field) => ({ ...entry, field, said: String(bundle?.publisher[field]) }),
      );
    }),
  )('$file: $field may not differ by a letter (H07, H11)', ({ field, said, ...entry }) => {
    const root = rootOf(entry.instance);
    const lies =
      field === 'kind'
        ? ['GitHub', 'GitLab', 'Google', 'CircleCI'].filter((kind) => kind !== said)
        : [`${said}x`, said.slice(0, -1), said.toUpperCase(), `${said}/`, ''];
    for (const lie of lies.filter((one) => one !== said)) {
      if (field === 'vcs_ref' && lie === '') continue;
      try {
        judge(entry, root, { change: changed(field, lie) });
        expect.fail(`${field} ${lie} was believed`);
      } catch (thrown) {
        if (!(thrown instanceof Refusal)) throw thrown;
        expect(['WP-ATTESTATION-PUBLISHER', 'WP-ATTESTATION-MALFORMED']).toContain(thrown.code);
      }
    }
  });

  test('says which issuer the certificate must name (H08)', () => {
    const publisher = { kind: 'Google', email: 'a@b.test' };
    const signer = { name: 'a@b.test', nameKind: 'email', fields: {} } as const;
    expect(agrees(publisher, { ...signer, issuer: 'https://accounts.google.com' })).toBe(true);
    for (const issuer of [
      'https://accounts.google.com/',
      'http://accounts.google.com',
      'https://accounts.google.com.evil.test',
      'https://accounts.google.com:443',
    ]) {
      expect(() => agrees(publisher, { ...signer, issuer })).toThrow(
        expect.objectContaining({ code: 'WP-ATTESTATION-PUBLISHER' }),
      );
    }
  });

  test('a GitLab of your own speaks under a root of your own, for projects below its address', () => {
    const issuer = 'https://git.corp.test';
    const sourceUri = `${issuer}/acme/demo`;
    const said = {
      sourceUri,
      sourceRef: 'refs/tags/v1',
      buildConfigUri: `${sourceUri}//.gitlab-ci.yml@refs/tags/v1`,
    };
    const signer = { name: said.buildConfigUri, nameKind: 'uri', issuer, fields: said } as const;
    const publisher = {
      kind: 'GitLab',
      repository: 'acme/demo',
      workflow_filepath: '.gitlab-ci.yml',
    };
    const refusal = expect.objectContaining({ code: 'WP-ATTESTATION-PUBLISHER' });
    expect(agrees(publisher, signer, 'corp')).toBe(true);
    expect(() => agrees(publisher, signer)).toThrow(refusal);
    expect(() => agrees({ ...publisher, repository: 'acme/x' }, signer, 'corp')).toThrow(refusal);
    const outside = { ...signer, issuer: 'https://git.corp.test.evil.test' };
    expect(() => agrees(publisher, outside, 'corp')).toThrow(refusal);
    expect(publisherOf(signer, 'corp')).toMatchObject({
      kind: 'GitLab',
      workflow: '.gitlab-ci.yml',
    });
    expect(publisherOf(outside, 'corp').kind).toBe('other');
  });

  test.each(provenances)('$file: of an unknown kind is no pass', (entry) => {
    const judged = judge(entry, rootOf(entry.instance), { change: changed('kind', 'Forge') });
    expect(judged.vouchers).toEqual([]);
    expect(judged.silent).toEqual(['the publisher is of the unknown kind Forge']);
  });
});
