// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';

/*
 * A statement by which the holder of a key hands over to another: signed with the old key, so that
 * whoever believed that one may believe the new one. Three lines, and nothing else.
 */

const TITLE = 'wheelproof key rotation 1';

export interface Rotation {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** What has to be signed with the old key. */
export function rotationText({ from, to }: Rotation): string {
  const lines = [TITLE, ...lineOf('from', from), ...lineOf('to', to)];
  return `${lines.join('\n')}\n`;
}

const lineOf = (word: string, keys: readonly string[]): readonly string[] =>
  [...keys].sort().map((key) => `${word}: ${key}`);

/**
 * Whether a signed text says exactly this.
 * @throws Refusal `WP-SIGNER-UNKNOWN`
 */
export function requireRotation(text: string, rotation: Rotation): void {
  const said = text.replaceAll('\r\n', '\n').trim();
  if (said === rotationText(rotation).trim()) return;
  throw new Refusal('WP-SIGNER-UNKNOWN', {
    message: `the statement was signed with the old key, and hands over to another key: expected ${rotation.to.join(', ')}`,
    hint: 'What must be signed is printed by `wheelproof trust key rotate NAME --to FILE` without a statement.',
  });
}
