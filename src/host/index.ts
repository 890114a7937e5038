// SPDX-License-Identifier: Apache-2.0
export { systemClock } from './clock.ts';
export { witnessClock } from './witnessed-clock.ts';
export {
  compareEnvironments,
  inspectSites,
  inspectTarget,
  sitesOf,
  takeSnapshot,
  type EnvironmentChange,
  type Snapshot,
} from './environments.ts';
export type { EarlyLaunch } from './early-launch.ts';
export { openDigesting, type Digesting } from './digest-thread.ts';
export { contentsOf } from './tree-look.ts';
export { openTreeLooks } from './tree-thread.ts';
export { findProgram } from './find-program.ts';
export { installedFiles } from './installed-files.ts';
export { localFiles } from './local-files.ts';
export { jailInterpreters } from './jail-interpreters.ts';
export { runJailed, type Jail, type Jailed, type JailWish } from './jail.ts';
export { readLibc, type Libc } from './libc.ts';
export { thisMachine } from './machine.ts';
export { ownerOfConnection } from './peer-owner.ts';
export { placesOf, type Places } from './places.ts';
export {
  runChild,
  type Child,
  type ChildCall,
  type ChildEnd,
  type ChildStdio,
} from './processes.ts';
export { leftoversIn, openRunDirectory, type RunDirectory } from './run-directory.ts';
export { agentSigner } from './ssh-agent.ts';
export type { AskPin } from './pkcs11.ts';

/** Loaded when somebody names a token. */
export const openPkcs11 = () => import('./pkcs11.ts');
