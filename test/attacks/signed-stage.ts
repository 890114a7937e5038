// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Code } from '../../src/core/codes.ts';
import type { RefusalClass } from '../../src/core/refusal-class.ts';
import { SignedIndex, type SigningWish } from '../world/signed-index.ts';
import type { InstallerName } from '../world/installer-versions.ts';
import { BOTH_INSTALL, refused, type Form, type Twin } from './attack.ts';
import { EVIL, type Stage } from './stage.ts';

/* Attacks on an index whose TUF root the policy pins. */

const indexes = new WeakMap<Stage, SignedIndex>();

/** The signed index of this stage, with its keys. */
export function signedIndex(stage: Stage): SignedIndex {
  const known = indexes.get(stage) ?? new SignedIndex(stage.world);
  indexes.set(stage, known);
  return known;
}

/** Everything as it should be, and signed. */
export function signHonestly(stage: Stage, wish: SigningWish = {}): void {
  stage.honest();
  signedIndex(stage).sign(wish);
}

/** Lies in the working directory from now on: the policy pins the first root. */
export function pin(stage: Stage, root = signedIndex(stage).root): void {
  writeFileSync(join(stage.environment.directory, 'first-root.json'), root);
}

export function pinning(more = ''): (stage: Stage) => string {
  return ({ world }) => `${more}[[index]]\nurl = "${world.index}"\ntuf-root = "first-root.json"\n`;
}

/** From now on, before the scene's own policy is laid down. */
export function pinAtOnce(stage: Stage): void {
  pin(stage);
  writeFileSync(join(stage.environment.directory, 'wheelproof.toml'), pinning()(stage));
}

/** An honest install under the pinned root comes first: what it saw is remembered. */
export const AFTER_A_SIGNED_INSTALL = {
  ask: ['good'],
  set: (stage: Stage): void => {
    signHonestly(stage);
    pinAtOnce(stage);
  },
} as const;

let turn = 0;

/** Mostly the faster one: what the metadata is worth does not depend on who asks. */
function one(): readonly InstallerName[] {
  turn += 1;
  return [turn % 4 === 0 ? 'pip' : 'uv'];
}

export type Lie = (index: SignedIndex, stage: Stage) => void;

/** Whoever has the server or the network offers EVIL, and these lies with it. */
export function lying(
  name: string,
  lie: Lie,
  [refusalClass, code, ...says]: readonly [RefusalClass, Code | readonly Code[], ...string[]],
  { before, ...more }: Partial<Form> & { readonly before?: Lie } = {},
): Form {
  let honest: ReadonlyMap<string, Uint8Array> = new Map();
  return {
    name,
    installers: one(),
    mount: (stage) => {
      const index = signedIndex(stage);
      before?.(index, stage);
      signHonestly(stage);
      pin(stage);
      honest = index.photograph();
      stage.listOnly(EVIL);
      index.serve();
      lie(index, stage);
    },
    policy: pinning(),
    expect: refused(refusalClass, code, { says: ({ world }) => [world.index, ...says] }),
    plain: BOTH_INSTALL,
    defence: 'tuf',
    stop: (stage) => {
      signedIndex(stage).showAgain(honest);
      signHonestly(stage);
    },
    ...more,
  };
}

/** It only looks like an attack. */
export function lookingLike(name: string, set: Lie, more: Partial<Twin> = {}): Twin {
  return {
    name,
    installers: one(),
    mount: (stage) => {
      signHonestly(stage);
      pin(stage);
      set(signedIndex(stage), stage);
    },
    policy: pinning(),
    ...more,
  };
}
