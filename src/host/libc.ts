// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';

export interface Libc {
  readonly name: 'glibc' | 'musl';
  /** `2.36` */
  readonly version: string;
}

const LDD = '/usr/bin/ldd';

/** This system's C library, as the script beside it says; `null` where it does not. */
export async function readLibc(ldd = LDD): Promise<Libc | null> {
  const text = await readFile(ldd, 'latin1').catch(() => '');
  const version = /^\s*echo 'ldd \(.*\) (\d+\.\d+)'$/mu.exec(text)?.[1];
  return version === undefined ? null : { name: 'glibc', version };
}
