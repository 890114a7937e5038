// SPDX-License-Identifier: Apache-2.0
import { globSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathsBelow } from '../world/tree-hash.ts';
import type { Environment } from '../world/environments.ts';
import { provenance, publishAttested, type ProvenanceJson } from '../world/integrity-api.ts';
import { openSigstore, type Sigstore } from '../world/sigstore/sigstore.ts';
import { FILES, type World } from '../world/world.ts';
import type { ListedModel } from '../world/index-model.ts';
import { makeWheel, type BuiltFile } from '../world/wheel.ts';
import { isProjectTool, projectWords } from './tool-projects.ts';

/** The file that everybody means, and the one that the attacker wants: one name, one length. */
export const GOOD = makeWheel({ name: 'good', version: '1.0' });
export const EVIL = makeWheel({ name: 'good', version: '1.0', word: 'EVIL' });
export const OLDER = makeWheel({ name: 'good', version: '0.9' });

/** In every index password: must never be shown, kept or sent to anybody else. */
export const SECRET = 'hunter2-canary-s3cret';

/** Where one case plays: a world, a machine, and shorthands for the usual moves. */
export interface Stage {
  readonly world: World;
  readonly environment: Environment;
  /** Everything as it should be: the index lists GOOD and serves it. */
  honest(): void;
  /** The page of `good` lists this file alone, with these lies. */
  listOnly(file: BuiltFile, over?: Partial<ListedModel>): ListedModel;
  /** The Sigstore that the good people use; nobody trusts it until told to. */
  readonly sigstore: Sigstore;
  /** As `listOnly`, and the index names attestations: honest ones of this file where absent. */
  listAttested(
    file: BuiltFile,
    said?: ProvenanceJson | Uint8Array,
    over?: Partial<ListedModel>,
  ): ListedModel;
  /** Writes a file into the working directory. */
  write(name: string, content: string | Uint8Array): Promise<string>;
  /** `https://files.test:PORT/packages/` */
  readonly packages: string;
  /** The words that install these things with the stage's installer. */
  install(asked: readonly string[], index?: string): readonly string[];
  readonly readCanary: () => Promise<string>;
  /** `NAME-VERSION` of what lies in the target. */
  readonly installedVersions: () => Promise<readonly string[]>;
  /** The word that the installed `good` holds, `null` where it is not installed. */
  readonly installedWord: () => string | null;
}

let sharedSigstore: Sigstore | null = null;

export function openStage(world: World, environment: Environment): Stage {
  const packages = `${world.origin(FILES)}/packages/`;
  sharedSigstore ??= openSigstore();
  const sigstore = sharedSigstore;
  return {
    world,
    environment,
    packages,
    sigstore,
    honest() {
      world.reset();
      world.publish(GOOD);
    },
    listOnly(file, over = {}) {
      world.project('good').files = [];
      return world.publish(file, over);
    },
    listAttested(file, said = provenance([sigstore.attest(file)]), over = {}) {
      world.project('good').files = [];
      return publishAttested(world, file, said, over);
    },
    async write(name, content) {
      const path = join(environment.directory, name);
      await writeFile(path, content);
      return path;
    },
    install(asked, index = world.index) {
      if (isProjectTool(environment.installer)) return projectWords(environment, asked, index);
      const starter = environment.installer === 'pip' ? ['pip'] : ['uv', 'pip'];
      return [...starter, 'install', '--index-url', index, ...asked];
    },
    async installedVersions() {
      const paths = await pathsBelow(environment.target);
      return paths.flatMap((path) => /([^/]+)\.dist-info$/u.exec(path)?.[1] ?? []);
    },
    installedWord() {
      const [module] = globSync('lib/python*/site-packages/good/__init__.py', {
        cwd: environment.target,
      });
      if (module === undefined) return null;
      return /"(\w+)"/u.exec(readFileSync(join(environment.target, module), 'utf8'))?.[1] ?? null;
    },
    readCanary: () => readFile(environment.canary, 'utf8').catch(() => ''),
  };
}

/** The path of `good`'s page on the index. */
export const GOOD_PAGE = '/simple/good/';
export const GOOD_PATH = `/packages/${GOOD.filename}`;
