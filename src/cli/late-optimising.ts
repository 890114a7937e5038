// SPDX-License-Identifier: Apache-2.0
import { setFlagsFromString } from 'node:v8';

/** The lines of Node whose V8 these were tried with; another may not know them, and would say so. */
const KNOWN = /^(?:22|24|26)\./u;
/**
 * Ten times as often as V8 would have it (fifteen for WebAssembly) a function runs before it is
 * compiled anew: most runs are over before that pays, and the threads that compile take processor time
 * from the installer. What computes for long gets there all the same.
 */
const FLAGS = [
  '--invocation-count-for-maglev=4000',
  '--invocation-count-for-maglev-osr=1000',
  '--invocation-count-for-turbofan=30000',
  '--invocation-count-for-osr=5000',
  '--wasm-tiering-budget=200000000',
];
/** Has V8 optimise later. Before the program is loaded: what is kept of it holds for these flags alone. */
export function optimiseLate(version: string = process.versions.node): void {
  if (!KNOWN.test(version)) return;
  loadModules();
  setFlagsFromString(FLAGS.join(' '));
}

/**
 * The modules of Node's that a run behind the gate loads. Node brings its own compiled, for the flags
 * that it was started with; once these are others, each one would be parsed instead, and each of its
 * functions again when it is called.
 */
function loadModules(): void {
  process.getBuiltinModule('node:cluster'); // for whoever listens
  process.getBuiltinModule('node:crypto');
  process.getBuiltinModule('node:fs/promises');
  process.getBuiltinModule('node:http');
  process.getBuiltinModule('node:http2');
  process.getBuiltinModule('node:readline/promises');
  process.getBuiltinModule('node:timers/promises');
  process.getBuiltinModule('node:tls');
  process.getBuiltinModule('node:vm');
  process.getBuiltinModule('node:worker_threads');
  process.getBuiltinModule('node:zlib');
}
