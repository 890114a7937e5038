// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeAttestation } from '../../../src/evidence/provenance.ts';
import { fields, readBundle, readTrustedRoot, verifySigstore } from '../../../src/crypto/index.ts';
import type { Question } from './questions.ts';

/** Who, or why not. */
export type Opinion = { readonly accepted: string } | { readonly refused: string };

export interface Referee {
  readonly name: string;
  /** `null`: it has nothing to say of such a thing. */
  ask(questions: readonly Question[]): readonly (Opinion | null)[];
}

/** What we say of it. */
export const ourselves: Referee = { name: 'wheelproof', ask: (all) => all.map(judge) };

function judge(question: Question): Opinion {
  try {
    return { accepted: signerOf(question) };
  } catch (thrown) {
    return { refused: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

function signerOf({
  root,
  attestation,
  bundle,
  artifact = '',
  publisher,
  ...file
}: Question): string {
  const bytes = readFileSync(root);
  if (attestation === undefined) {
    const content = readFileSync(artifact);
    const signed = { sha256: createHash('sha256').update(content).digest(), bytes: content };
    const entity = readBundle(Buffer.from(JSON.stringify(bundle)));
    return verifySigstore(entity, readTrustedRoot(bytes), signed).identity?.name ?? '';
  }
  const { filename = '', sha256 = '' } = file;
  const project = filename.split('-')[0]?.replaceAll('_', '-') ?? '';
  const named = publisher === undefined ? null : fields.objectOf(publisher, 'the publisher');
  const judged = judgeAttestation(attestation, named, { filename, project, sha256 }, [
    { name: 'root', bytes, checkedAt: 0 },
  ]);
  if (typeof judged === 'string') throw new Error(judged);
  return judged.identity.name;
}

const PACKAGES = ['sigstore==4.5.1', 'pypi-attestations==0.0.30'];
const SCRIPT = join(import.meta.dirname, 'ask.py');

/** sigstore-python and pypi-attestations, installed once in the cache; none where they cannot be had. */
export function openReferees(): readonly Referee[] {
  const python = pythonWithReferees();
  if (python === null) return [];
  return PACKAGES.map((pinned) => {
    const [name = ''] = pinned.split('==');
    return {
      name: pinned.replace('==', ' '),
      ask(questions) {
        const suits = ({ attestation, aboutStatement }: Question): boolean =>
          name === 'sigstore' ? aboutStatement !== true : attestation !== undefined;
        const asked = questions.filter(suits);
        const input = asked.map((question) => `${JSON.stringify(question)}\n`).join('');
        const { stdout } = spawnSync(python, [SCRIPT, name], {
          input,
          encoding: 'utf8',
          maxBuffer: 1 << 26,
          stdio: ['pipe', 'pipe', 'inherit'],
        });
        const answers: Opinion[] = stdout
          .split('\n')
          .filter((line) => line !== '')
          .map((line): Opinion => JSON.parse(line));
        if (answers.length !== asked.length) throw new Error(`${name} did not answer everything`);
        return questions.map((question) => (suits(question) ? (answers.shift() ?? null) : null));
      },
    };
  });
}

/** A Python with both packages, in the cache of whoever runs this; `null` where they cannot be had. */
export function pythonWithReferees(): string | null {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? tmpdir(), '.cache');
  const folder = join(cache, 'wheelproof-opinions');
  const python = join(folder, 'bin', 'python');
  try {
    if (!existsSync(python)) execFileSync('python3', ['-m', 'venv', folder], { stdio: 'ignore' });
    const quiet = ['--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
    execFileSync(python, ['-m', 'pip', 'install', ...quiet, ...PACKAGES], { stdio: 'ignore' });
    return python;
  } catch {
    return null;
  }
}
