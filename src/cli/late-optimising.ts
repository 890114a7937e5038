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
  // Most of our expressions are used often, and would be compiled twice: the one for IPv6 in 3 ms, not 1.
  '--no-regexp-tier-up',
];
const HEAP_FLAG = '--initial-old-space-size';

/**
 * Node brings its own modules compiled for the flags that V8 had when Node was built. That the heap may
 * grow to 64 MiB before it is collected whole, the launchers say, and V8 has read it when it started:
 * as a flag it does nothing any more, but V8 would take none of the compiled modules because of it.
 */
export function forgetHeapFlags(given: readonly string[] = process.execArgv): void {
  if (given.some((word) => word.startsWith(HEAP_FLAG))) setFlagsFromString(`${HEAP_FLAG}=0`);
}

/** Has V8 optimise later. Before the program is loaded: what is kept of it holds for these flags alone. */
export function optimiseLate(version: string = process.versions.node): void {
  if (!KNOWN.test(version)) return;
  loadModules();
  setFlagsFromString(FLAGS.join(' '));
}

/**
 * The modules of Node's that a run behind the gate loads. Once V8's flags are others, each one would be
 * parsed instead of taken as Node brings it, and each of its functions again when it is called.
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
  // What some of them load when it is first asked for.
  Reflect.get(process.getBuiltinModule('node:fs'), 'ReadStream');
  Reflect.get(process.getBuiltinModule('node:net'), 'BlockList');
}
