// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CODES } from '../src/core/codes.ts';
import {
  arrows,
  corePackages,
  nobodyImportsCli,
  outgoing,
  type Rule,
} from './house/arrow-rules.ts';
import type { Source } from './house/source.ts';
import { MACHINE_PATHS, REGISTRY_HOSTS } from './house/table.ts';
import {
  clearNames,
  codePages,
  completeLists,
  fileLength,
  licenceLine,
  noMachinePaths,
  noPerformance,
  noRegistryHosts,
  unseen,
} from './house/text-rules.ts';

const root = join(import.meta.dirname, '..');
const NOT_OURS = new Set([
  '.vitest',
  'node_modules',
  'dist',
  'coverage',
  '.git',
  '.venv',
  '__pycache__',
  'report.json',
]);

/** Every file of the work tree that is ours. */
function* findFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (NOT_OURS.has(entry.name)) continue;
    if (entry.isDirectory()) yield* findFiles(path);
    else if (entry.isFile()) yield path;
  }
}

/** What git tracks and is there; `null` outside a clone. */
function trackedFiles(): readonly string[] | null {
  if (!existsSync(join(root, '.git'))) return null;
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  return listed.split('\0').filter((path) => path !== '' && isFile(path));
}

function isFile(path: string): boolean {
  return existsSync(join(root, path)) && statSync(join(root, path)).isFile();
}

const paths = [...findFiles('')];
const sources: readonly Source[] = paths.map((path) => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
}));

const source = (path: string, text: string): Source => ({ path, text: `${text}\n` });

/** Each rule with what it must find, and with its like that is right. */
const RULES: readonly {
  readonly name: string;
  readonly rule: Rule;
  readonly bad: readonly Source[];
  readonly good: readonly Source[];
}[] = [
  {
    name: 'a room imports only what its row of the table names',
    rule: arrows,
    bad: [
      source('src/archive/a.ts', "import { x } from '../index/b.ts';"),
      source('src/archive/b.ts', "import type { X } from '../index/b.ts';"),
      source('src/core/c.ts', "export { x } from '../archive/b.ts';"),
      source('src/gateway/d.ts', "await import('../upstream/x.ts');"),
      source('src/gateway/e.ts', "let x: import('../trust/x.ts').X;"),
      source('src/verify/f.ts', "import { x } from '../../test/world/x.ts';"),
      source('src/verify/g.ts', 'await import(name);'),
      source('src/extras/h.ts', ''),
      source('src/policy/i.test.ts', "import { x } from '../cli/x.ts';"),
    ],
    good: [
      source(
        'src/archive/a.ts',
        "import { x } from '../core/b.ts';\nimport './c.ts';\nimport 'y';",
      ),
      source('src/archive/a.test.ts', "import { x } from '../../test/world/b.ts';"),
      source('src/cli/wire.ts', "import { x } from '../gateway/index.ts';"),
    ],
  },
  {
    name: 'nobody imports cli',
    rule: nobodyImportsCli,
    bad: [
      source('src/server/a.ts', "import '../cli/x.ts';"),
      source('scripts/a.ts', "import { x } from '../src/cli/x.ts';"),
    ],
    good: [source('src/cli/a.ts', "import './x.ts';")],
  },
  {
    name: 'core takes nothing from outside but pure functions of Node',
    rule: corePackages,
    bad: [
      source('src/core/a.ts', "import { readFileSync } from 'node:fs';"),
      source('src/core/b.ts', "import { x } from 'valibot';"),
      source('src/core/c.ts', "import { connect } from 'node:net';"),
    ],
    good: [source('src/core/a.ts', "import { createHash } from 'node:crypto';")],
  },
  {
    name: 'only upstream and storage open outgoing connections',
    rule: outgoing,
    bad: [
      source('src/gateway/a.ts', "import { fetch } from 'undici';"),
      source('src/gateway/b.ts', "import http from 'node:http';\nhttp.request('');"),
      source('src/gateway/c.ts', "import { connect } from 'node:tls';"),
      source('src/gateway/d.ts', "import * as net from 'net';\nnet.createConnection(1);"),
      source('src/gateway/e.ts', "await fetch('');"),
      source('src/gateway/f.ts', "import { Socket } from 'node:net';\nnew Socket();"),
      source('src/verify/g.ts', "import { createServer } from 'node:http';"),
      source('src/host/h.ts', "import https from 'node:https';"),
      source('src/host/i.ts', "import('node:http2');"),
    ],
    good: [
      source('src/upstream/a.ts', "import { request } from 'undici';"),
      source('src/gateway/a.ts', "import { createServer, type Server } from 'node:http';"),
      source(
        'src/verify/a.ts',
        "import { isIP } from 'node:net';\nimport type { Socket } from 'node:net';",
      ),
      source('src/gateway/b.ts', 'headers.get(1); upstream.request(2);'),
    ],
  },
  {
    name: 'every source file names its licence first',
    rule: licenceLine,
    bad: [source('src/a.ts', 'export {};'), source('run', '#!/bin/sh\necho')],
    good: [
      source('src/a.ts', '// SPDX-License-Identifier: Apache-2.0'),
      source('run', '#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0'),
      source('a.md', '# text'),
    ],
  },
  {
    name: 'no file is longer than 400 lines',
    rule: fileLength,
    bad: [source('src/a.ts', '\n'.repeat(400))],
    good: [source('src/a.ts', '\n'.repeat(399)), source('package-lock.json', '\n'.repeat(900))],
  },
  {
    name: "no package registry's host is named",
    rule: noRegistryHosts,
    bad: REGISTRY_HOSTS.map((host) => source(`docs/${host.length}.md`, `See https://${host}/x.`)),
    good: [source('a.md', 'https://index.example/ and application/vnd.pypi.simple.v1+json')],
  },
  {
    name: 'no path of a developer’s machine is named',
    rule: noMachinePaths,
    bad: MACHINE_PATHS.map((path) => source('a.ts', `'${path}x'`)),
    good: [source('a.ts', "'/workspace' and './work'")],
  },
  {
    name: 'what counts time does not load more of Node',
    rule: noPerformance,
    bad: [source('src/core/a.ts', 'performance.now()')],
    good: [
      source('src/core/a.ts', 'monotonicMs()'),
      source('src/core/a.test.ts', 'performance.now()'),
      source('bench/a.ts', 'performance.now()'),
    ],
  },
  {
    name: 'files are named for what they hold',
    rule: clearNames,
    bad: [
      source('src/core/utils.ts', ''),
      source('src/a/helpers.test.ts', ''),
      source('src/a/fooBar.ts', ''),
    ],
    good: [source('src/a/lock-pin.test.ts', ''), source('vitest.config.ts', '')],
  },
  {
    name: 'the lists of kinds are complete',
    rule: completeLists,
    bad: [
      source('src/evidence/a.ts', 'export function a(): EvidenceKind { return x; }'),
      source('src/installers/b.ts', 'export const b: Installer = x;'),
      source('src/report/c.ts', 'export const c = {} satisfies ReportFormat;'),
      source('src/lockfiles/d.ts', 'export class D implements LockFormat {}'),
      source('src/evidence/e.ts', 'export const e = (): EvidenceKind => x;'),
    ],
    good: [
      source('src/evidence/index.ts', "import { a } from './a.ts';"),
      source('src/evidence/a.ts', 'export const a: EvidenceKind = x;'),
      source(
        'src/evidence/b.ts',
        'export function b(): number { return 1; }\nconst c: EvidenceKind = x;',
      ),
      source('src/evidence/c.test.ts', 'export const c: EvidenceKind = x;'),
    ],
  },
];

describe.each(RULES)('$name', ({ rule, bad, good }) => {
  it('in this repository', () => {
    expect(rule(sources)).toEqual([]);
  });

  it('and the rule finds each violation', () => {
    for (const one of bad) expect(rule([one]), one.path).not.toEqual([]);
  });

  it('and the rule lets pass what is right', () => {
    expect(rule(good)).toEqual([]);
  });
});

describe('every code has its page, and every page its code', () => {
  it('in this repository', () => {
    expect(codePages(Object.keys(CODES), paths)).toEqual([]);
  });

  it('and the rule finds both kinds of gap', () => {
    expect(codePages(['WP-A'], ['docs/errors/WP-B.md'])).toHaveLength(2);
    expect(codePages(['WP-A'], ['docs/errors/WP-A.md', 'docs/errors/README.md'])).toEqual([]);
  });
});

describe('the rules saw every file', () => {
  it.skipIf(trackedFiles() === null)('that git tracks', () => {
    const tracked = trackedFiles() ?? [];
    expect(tracked.length).toBeGreaterThan(20);
    expect(unseen(paths, tracked)).toEqual([]);
  });

  it('and a missing one is found', () => {
    expect(unseen(['a.ts'], ['a.ts', 'b.ts'])).toEqual(['b.ts: was not looked at']);
  });
});
