// SPDX-License-Identifier: Apache-2.0
import type { Fault } from './fault.ts';
import { R04 } from './R04-io-errors.ts';
import { R05 } from './R05-full-disk.ts';
import { R12 } from './R12-crossed-answers.ts';
import { R15 } from './R15-killed-mid-download.ts';

/** Every fault, by its number. */
export const FAULTS: readonly Fault[] = [R04, R05, R12, R15];
