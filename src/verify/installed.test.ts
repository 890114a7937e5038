// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { DirectUrl, FoundDistribution } from '../core/host.ts';
import type { RememberedFile } from '../core/trust-rows.ts';
import type { Receipt } from '../core/verification.ts';
import { reconcile } from './installed.ts';

function found(directUrl: DirectUrl | null = null): FoundDistribution {
  return {
    name: 'good',
    version: '1.0',
    distInfo: '/env/good-1.0.dist-info',
    fingerprint: 'f',
    directUrl,
    installer: 'pip',
  };
}

function receipt(filename: string, changes: Partial<Receipt> = {}): Receipt {
  const kind = filename.endsWith('.whl') ? 'wheel' : 'sdist';
  const url = `https://files.test/${filename}`;
  return {
    artifact: { index: 'i', project: 'good', version: '1.0', filename, kind, url, listed: null },
    sha256: filename,
    size: 1,
    at: 0,
    asked: true,
    decision: { verdict: 'first-seen', reasons: [], findings: [], notes: [] },
    ...changes,
  };
}

const wheel = receipt('good-1.0-py3-none-any.whl');
const sdist = receipt('good-1.0.tar.gz');
const archive = (url: string): DirectUrl => ({ url, kind: 'archive', editable: false });
const none = () => [];

describe('a newly installed distribution', () => {
  test.each([
    ['from a wheel', [wheel, sdist], null, 'index', wheel.sha256],
    ['built from an sdist', [sdist], null, 'built', sdist.sha256],
    ['from a direct URL', [wheel], archive(wheel.artifact.url), 'url', wheel.sha256],
    [
      'from version control',
      [],
      { url: 'https://git.test/x', kind: 'vcs', editable: false },
      'vcs',
      null,
    ],
    ['from a folder', [], { url: 'file:///src', kind: 'directory', editable: true }, 'local', null],
    ['from a local file', [], archive('file:///tmp/good-1.0-py3-none-any.whl'), 'local', null],
  ] as const)('%s', (_, receipts, directUrl, source, sha) => {
    const { distribution, reason } = reconcile(found(directUrl), receipts, none);
    expect(distribution).toMatchObject({ source, receipt: sha });
    expect(reason).toBeNull();
  });

  test('without a receipt went round the gate', () => {
    const refused = receipt('good-1.0-py3-none-any.whl', {
      decision: { verdict: 'refused', reasons: [], findings: [], notes: [] },
    });
    const unasked = receipt('good-1.0-py3-none-any.whl', { asked: false });
    for (const receipts of [[], [refused], [unasked]]) {
      const { distribution, reason } = reconcile(found(), receipts, none);
      expect(distribution.receipt).toBeNull();
      expect(reason?.code).toBe('WP-NO-RECEIPT');
    }
  });

  test('out of the private cache is covered by what an earlier run accepted', () => {
    const remembered: RememberedFile = {
      index: 'i',
      project: 'good',
      version: '1.0',
      filename: 'good-1.0-py3-none-any.whl',
      url: wheel.artifact.url,
      sha256: 'cached',
      size: 1,
      firstSeen: 0,
      lastSeen: 0,
      verdict: 'first-seen',
      policy: 'p',
    };
    const { distribution, cached } = reconcile(found(), [], () => [remembered]);
    expect(distribution).toMatchObject({ source: 'index', receipt: 'cached' });
    expect(cached).toBe(remembered);
  });
});
