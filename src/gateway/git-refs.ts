// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { AdvertisedRef } from '../core/repository.ts';

const OBJECT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/iu;
const PEELED = '^{}';

/**
 * What a repository says that its references name, whichever way it was asked: the advertisement of
 * `info/refs` (gitprotocol-http(5), gitprotocol-pack(5)), the answer to `ls-refs`
 * (gitprotocol-v2(5)), or the plain list of a host without a program. Which of them a client takes
 * the bytes for hangs on headers: both readings count.
 *
 * @throws Refusal `WP-BYPASS-TRAFFIC` for packets that cannot be read without guessing.
 */
export function readRefs(bytes: Uint8Array, what: string): readonly AdvertisedRef[] {
  const text = Buffer.from(bytes).toString('latin1');
  const told = new Map<string, Set<string>>();
  const add = (name: string, id: string): void => {
    const ids = told.get(name) ?? new Set<string>();
    told.set(name, ids.add(id.toLowerCase()));
  };
  for (const line of isPacketed(text) ? packetsOf(text, what) : []) readLine(line, add);
  for (const line of text.split('\n')) readPlainLine(line, add);
  return [...told].flatMap(([name, ids]) => {
    if (name.endsWith(PEELED)) return [];
    const commits = told.get(`${name}${PEELED}`) ?? ids;
    return [...commits].map((commit) => ({ name: utf8(name), commit }));
  });
}

/** Whether an answer to a POST begins as one to `ls-refs` does. */
export function beginsLikeRefs(head: Uint8Array): boolean {
  const text = Buffer.from(head.subarray(0, 96)).toString('latin1');
  return /^[0-9a-f]{4}(?:[0-9a-f]{40}(?:[0-9a-f]{24})? |unborn )/iu.test(text);
}

function isPacketed(text: string): boolean {
  return /^[0-9a-f]{4}/iu.test(text) && !/^(?:[0-9a-f]{40}|[0-9a-f]{64})\t/iu.test(text);
}

/** gitprotocol-common(5): four hexadecimal digits of length, themselves included; below four, marks. */
function packetsOf(text: string, what: string): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length;) {
    const digits = text.slice(at, at + 4);
    const length = /^[0-9a-f]{4}$/iu.test(digits) ? Number.parseInt(digits, 16) : -1;
    const end = at + Math.max(length, 4);
    if (length < 0 || length === 3 || end > text.length) throw unreadable(what);
    if (length > 4) lines.push(text.slice(at + 4, end).replace(/\n$/u, ''));
    at = end;
  }
  return lines;
}

/** `ID NAME`, then capabilities behind a NUL, or attributes of `ls-refs` behind spaces. */
function readLine(line: string, add: (name: string, id: string) => void): void {
  const [said = ''] = line.split('\0', 1);
  const [id = '', name = '', ...attributes] = said.split(' ');
  if (name === '' || !OBJECT.test(id) || name === `capabilities${PEELED}`) return;
  add(name, id);
  for (const attribute of attributes) {
    const peeled = /^peeled:(.*)$/u.exec(attribute)?.[1] ?? '';
    if (OBJECT.test(peeled)) add(`${name}${PEELED}`, peeled);
  }
}

/** gitrepository-layout(5): `ID`, a tab, `NAME`. */
function readPlainLine(line: string, add: (name: string, id: string) => void): void {
  const [, id = '', name = ''] = /^([0-9a-f]{40}(?:[0-9a-f]{24})?)\t(\S+)$/iu.exec(line) ?? [];
  if (name !== '') add(name, id);
}

function utf8(latin: string): string {
  return Buffer.from(latin, 'latin1').toString('utf8');
}

function unreadable(what: string): Refusal {
  return new Refusal('WP-BYPASS-TRAFFIC', {
    message: `${what}: the references that it lists cannot be read`,
  });
}
