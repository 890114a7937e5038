// SPDX-License-Identifier: Apache-2.0
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  INDEX,
  listed,
  MISMATCH,
  openScene,
  sha256,
  WHEEL,
  WHEEL_NAME,
  type Scene,
} from './fakes.test-support.ts';

const MAKE_WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    info = 'demo-1.0.dist-info/'
    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n')
    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(info + 'RECORD', '')
`;

let folder: string;
let python: string;
let wheel: Buffer;
let scene: Scene;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wheelproof-pip-'));
  execFileSync('python3', ['-I', '-m', 'venv', join(folder, 'venv')]);
  python = join(folder, 'venv', 'bin', 'python');
  execFileSync(python, ['-I', '-c', MAKE_WHEEL, join(folder, WHEEL_NAME)]);
  wheel = readFileSync(join(folder, WHEEL_NAME));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  rmSync(join(folder, 'out'), { recursive: true, force: true });
  scene = await openScene();
  writeFileSync(join(folder, 'ca.pem'), scene.gateway.caPem);
});
afterEach(() => scene.close());

function pipDownload(...words: readonly string[]): Promise<{ code: number; text: string }> {
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    PIP_CONFIG_FILE: '/dev/null',
    PIP_PROXY: scene.gateway.proxyWithSecret,
    PIP_CERT: join(folder, 'ca.pem'),
    PIP_INDEX_URL: INDEX,
    PIP_NO_CACHE_DIR: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
  };
  const command = ['-m', 'pip', 'download', '--no-deps', '-d', join(folder, 'out'), ...words];
  return new Promise((resolve) => {
    execFile(python, command, { env: environment, cwd: folder }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? 1);
      resolve({ code, text: stdout + stderr });
    });
  });
}

function page(offered: boolean) {
  const file = { ...listed(), hashes: { sha256: sha256(wheel) } };
  const shown = offered ? [] : [{ file, reason: MISMATCH }];
  const files = offered ? [file] : [];
  return {
    outcome: 'judged' as const,
    judged: {
      page: {
        project: 'demo',
        apiVersion: '1.4',
        status: 'active' as const,
        statusReason: null,
        files,
        refused: [],
        lastSerial: null,
      },
      offered: files,
      shown,
    },
  };
}

describe('real pip', { timeout: 60_000 }, () => {
  test('downloads a released file', async () => {
    scene.verification.pages.set(`${INDEX}demo/`, page(true));
    scene.verification.release(WHEEL, wheel);
    const { code, text } = await pipDownload('demo');
    expect(text).toContain(WHEEL_NAME);
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'out', WHEEL_NAME)).equals(wheel)).toBe(true);
  });

  test('prints why a file is refused', async () => {
    scene.verification.pages.set(`${INDEX}demo/`, page(true));
    scene.verification.refuse(WHEEL);
    const { code, text } = await pipDownload('demo');
    expect(text).toContain(`Blocked by wheelproof: ${MISMATCH.message} (WP-HASH-MISMATCH)`);
    expect(code).toBe(1);
  });

  test('prints why a page offers nothing', async () => {
    scene.verification.pages.set(`${INDEX}demo/`, page(false));
    const { code, text } = await pipDownload('demo');
    expect(text).toContain(`Blocked by wheelproof: ${MISMATCH.message} (WP-HASH-MISMATCH)`);
    expect(code).toBe(1);
  });

  test('gets an archive under an odd name only by its verdict', async () => {
    const url = 'https://web.example/fetch';
    scene.upstream.told.set(url, { body: [wheel] });
    scene.verification.refuse(url);
    const { code, text } = await pipDownload(`demo @ ${url}`);
    expect(text).toContain('Blocked by wheelproof');
    expect(code).toBe(1);
  });
});
