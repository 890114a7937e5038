// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeTarget, templateOf, uvFolder } from '../test/world/installer-templates.ts';
import { newest } from '../test/world/installer-versions.ts';

/** What every lane works with: one pip, one uv, one folder that goes away. */
export interface Stage extends Disposable {
  readonly root: string;
  /** An environment that holds nothing but pip; downloads run from it. */
  readonly pipEnvironment: string;
  readonly uv: string;
  /** A new environment to install into: empty for uv, with pip for pip. */
  newTarget(installer: 'pip' | 'uv'): Promise<string>;
  /** A folder that is not there yet. */
  newPath(word: string): string;
  /** A home that is not there yet, on the disk: what wheelproof keeps is waited for as it is elsewhere. */
  newHome(): string;
}

/** Where what installers write lies in memory (tmpfs): a busy disk would be most of their time. */
const MEMORY = '/dev/shm';

export async function openStage(): Promise<Stage> {
  const [bare, pip, uv] = await Promise.all([
    templateOf(null),
    templateOf(newest('pip')),
    uvFolder(newest('uv')),
  ]);
  const root = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'wheelproof-bench-'));
  const homes = mkdtempSync(join(tmpdir(), 'wheelproof-bench-'));
  const pipEnvironment = join(root, 'pip');
  await makeTarget(pipEnvironment, bare, pip);
  let made = 0;
  const newPath = (word: string): string => join(root, `${word}-${(made += 1)}`);
  return {
    root,
    pipEnvironment,
    uv: join(uv, 'uv'),
    newPath,
    newHome: () => join(homes, `home-${(made += 1)}`),
    async newTarget(installer) {
      const target = newPath('target');
      await makeTarget(target, bare, installer === 'pip' ? pip : null);
      return target;
    },
    [Symbol.dispose]() {
      for (const folder of [root, homes])
        rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The variables of a person without settings; nothing of the developer's own. */
export function cleanVariables(
  stage: Pick<Stage, 'newPath'>,
  home: string,
  caFile: string,
): Record<string, string> {
  const temporary = stage.newPath('tmp');
  for (const folder of [home, temporary]) mkdirSync(folder, { recursive: true });
  return {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: home,
    LANG: 'C.UTF-8',
    TMPDIR: temporary,
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    UV_PYTHON_DOWNLOADS: 'never',
    PIP_CERT: caFile,
    SSL_CERT_FILE: caFile,
  };
}
