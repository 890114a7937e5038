// SPDX-License-Identifier: Apache-2.0
import type { Fault } from './fault.ts';
import { R01 } from './R01-killed-publishing.ts';
import { R03 } from './R03-power-loss.ts';
import { R04 } from './R04-io-errors.ts';
import { R05 } from './R05-full-disk.ts';
import { R06 } from './R06-few-descriptors.ts';
import { R07 } from './R07-little-memory.ts';
import { R08 } from './R08-clock.ts';
import { R09 } from './R09-flapping.ts';
import { R10 } from './R10-upstream-down.ts';
import { R12 } from './R12-crossed-answers.ts';
import { R14 } from './R14-thundering-herd.ts';
import { R15 } from './R15-killed-mid-download.ts';
import { R18 } from './R18-bit-rot.ts';
import { R19 } from './R19-lost-database.ts';
import { R21 } from './R21-two-at-once.ts';
import { R28 } from './R28-wrapper-killed.ts';
import { R29 } from './R29-installer-killed.ts';
import { R30 } from './R30-bare-machine.ts';

/** Every fault, by its number. */
export const FAULTS: readonly Fault[] = [
  R01,
  R03,
  R04,
  R05,
  R06,
  R07,
  R08,
  R09,
  R10,
  R12,
  R14,
  R15,
  R18,
  R19,
  R21,
  R28,
  R29,
  R30,
];
