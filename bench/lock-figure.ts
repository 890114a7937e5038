// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Publisher } from '../src/core/publisher.ts';
import { openSqliteTrustRows } from '../src/storage/index.ts';
import { residentKiB } from './resident.ts';

const INDEX = 'https://index.example/simple/';
const FILES_EACH = 10;
/** As many of a hundred as are attested of what is uploaded now. */
const ATTESTED_PERCENT = 17;

interface OneFile {
  readonly filename: string;
  readonly sha256: string;
  readonly url: string;
}

interface OneRelease {
  readonly project: string;
  readonly version: string;
  readonly files: readonly OneFile[];
}

function makeReleases(count: number): readonly OneRelease[] {
  return Array.from({ length: count }, (_, at) => {
    const version = `1.${at}`;
    const files = Array.from({ length: FILES_EACH }, (__, which) => {
      const filename = `pkg_${at}-${version}-cp3${which}-none-any.whl`;
      const sha256 = createHash('sha256').update(filename).digest('hex');
      return { filename, sha256, url: `https://files.example/packages/${sha256}/${filename}` };
    });
    return { project: `pkg-${at}`, version, files };
  });
}

function lockText(releases: readonly OneRelease[]): string {
  const entries = releases.map(({ project, version, files }, at) => {
    const wheels = files.map(
      ({ url, sha256 }) => `    { url = "${url}", hash = "sha256:${sha256}", size = 12345 },`,
    );
    const needs = `dependencies = [{ name = "pkg-${(at * 7 + 1) % releases.length}" }]`;
    return `[[package]]\nname = "${project}"\nversion = "${version}"\nsource = { registry = "${INDEX}" }\n${needs}\nwheels = [\n${wheels.join('\n')}\n]\n`;
  });
  const all = releases.map(({ project }) => `{ name = "${project}" }`).join(', ');
  return `version = 1\nrequires-python = ">=3.8"\n\n[[package]]\nname = "app"\nversion = "0"\nsource = { virtual = "." }\ndependencies = [${all}]\n\n${entries.join('\n')}`;
}

const PUBLISHER: Publisher = {
  root: 'public-good',
  kind: 'GitHub',
  issuer: 'https://token.actions.githubusercontent.com',
  name: 'https://github.com/some/project/.github/workflows/release.yml@refs/heads/main',
  isEmail: false,
  repository: 'https://github.com/some/project',
  repositoryId: '1',
  ownerId: '2',
  workflow: 'release.yml',
  builder: null,
  environment: null,
  ref: 'refs/heads/main',
  runner: 'github-hosted',
};

const NO_FILE = '0'.repeat(64);

/** As after an install of all of it: each page seen, one file of each accepted, some of them attested. */
function warm(home: string, releases: readonly OneRelease[]): void {
  const data = path.join(home, '.local', 'share', 'wheelproof');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const now = Date.now() - 1e9;
  const rows = openSqliteTrustRows(path.join(data, 'trust.sqlite'), { now: () => now });
  rows.transaction(() => {
    for (const [at, { project, version, files }] of releases.entries()) {
      const [file] = files;
      if (file === undefined) continue;
      const common = { index: INDEX, project, version, ...file };
      rows.remember({
        ...common,
        size: 12_345,
        firstSeen: now,
        lastSeen: now,
        verdict: 'first-seen',
        policy: 'p',
      });
      if ((at * 37) % 100 < ATTESTED_PERCENT) {
        const before = {
          ...common,
          version: '0.1',
          filename: `pkg_${at}-0.1.tar.gz`,
          sha256: NO_FILE,
        };
        for (const row of [before, common]) {
          rows.rememberPublishers({ ...row, publishers: [PUBLISHER], firstSeen: now });
        }
      }
    }
  });
  for (const { project, version, files } of releases) {
    const page = {
      index: INDEX,
      project,
      form: 'json',
      status: 'active',
      newest: version,
    } as const;
    const listings = files.map(({ filename, sha256 }) => ({
      filename,
      sha256,
      firstSeen: now,
      yanked: false,
      change: 'none' as const,
      changedAt: 0,
    }));
    const seen = { listed: files.length, client: 'uv', firstSeen: now, seenAt: now };
    rows.rememberPage({ ...page, ...seen }, listings);
  }
  rows.close();
}

/** `wheelproof verify` of a lock of a thousand releases whose every file memory knows. */
export async function measureLock(launcher: string, count = 1_000): Promise<void> {
  const home = mkdtempSync(path.join(tmpdir(), 'wheelproof-lock-'));
  try {
    const releases = makeReleases(count);
    warm(home, releases);
    writeFileSync(path.join(home, 'uv.lock'), lockText(releases));
    const runs: Awaited<ReturnType<typeof verifyOnce>>[] = [];
    for (let run = 0; run < 5; run += 1) runs.push(await verifyOnce(launcher, home));
    const best = runs.toSorted((a, b) => a.seconds - b.seconds);
    const median = best[2]?.seconds ?? Number.NaN;
    const peak = Math.max(...runs.map(({ peakKiB }) => peakKiB));
    console.log(
      `lock: verify of ${count} releases with ${count * FILES_EACH} files in ${median.toFixed(2)} s (median of 5; bound 2), peak resident ${(peak / 1024).toFixed(0)} MiB (bound 256)`,
    );
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function verifyOnce(
  launcher: string,
  home: string,
): Promise<{ readonly seconds: number; readonly peakKiB: number }> {
  const start = performance.now();
  const child = spawn(launcher, ['verify', 'uv.lock'], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home },
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => void (said += chunk.toString()));
  let peakKiB = 0;
  const sampler = setInterval(() => {
    peakKiB = Math.max(peakKiB, residentKiB(child.pid ?? 0).peak);
  }, 10);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(sampler);
  // Memory alone vouches for nothing: 11 is what is expected of it.
  if (code !== 11 || !/^ {2}vouched +\d*[1-9]/mu.test(said))
    throw new Error(`verify ended with ${String(code)}: ${said}`);
  return { seconds: (performance.now() - start) / 1000, peakKiB };
}
