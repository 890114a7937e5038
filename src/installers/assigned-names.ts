// SPDX-License-Identifier: Apache-2.0
import { leadsPast } from './past-the-gate.ts';

/** `NAME = value` as it stands in a list of variables, behind a condition (`py: NAME=`), or in a command. */
const ASSIGNED = /(?<![\w.-])([A-Za-z_]\w*)\s*=/gu;

/** Variables that texts of a project's settings set, and that would undo how its children are steered. */
export function steeringNamesIn(texts: readonly string[]): readonly string[] {
  const named = texts.flatMap((text) => [...text.matchAll(ASSIGNED)].map(([, name]) => name ?? ''));
  return [...new Set(named.filter(leadsPast))];
}
