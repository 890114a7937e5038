// SPDX-License-Identifier: Apache-2.0
import { parse, TomlDate, TomlError } from 'smol-toml';
import * as v from 'valibot';
import { Refusal } from '../core/errors.ts';
import type { PolicySource } from './discovery.ts';
import { formatKeyPath, lineOf, type KeyPath } from './location.ts';
import { nearestWord } from './nearest.ts';
import { publisherTable } from './publisher-schema.ts';
import { policyDocument, type PolicyDocument } from './schema.ts';

const MAX_DEPTH = 64;

/** A policy as written, its form checked, with what is needed to name a place in it. */
export interface ReadDocument {
  readonly path: string;
  readonly values: PolicyDocument;
  /** File, line and key, as messages name them. */
  where(keyPath: KeyPath): string;
  /** @throws Refusal `WP-POLICY-INVALID`, always. */
  fail(keyPath: KeyPath, expected: string, found: string): never;
}

/** Whether a `pyproject.toml` holds `[tool.wheelproof]`. @throws Refusal `WP-POLICY-INVALID` */
export function hasOwnTable(path: string, bytes: Uint8Array): boolean {
  return ownTable(readToml(path, bytes).tree) !== undefined;
}

/** @throws Refusal `WP-POLICY-INVALID` for whatever is not exactly a policy. */
export function readDocument({ path, file, table }: PolicySource): ReadDocument {
  const { text, tree } = readToml(path, file.bytes);
  const isWhole = table === 'whole';
  const policy = isWhole ? tree : ownTable(tree);
  const where = (keyPath: KeyPath): string => {
    const line = lineOf(text, isWhole ? keyPath : ['tool', 'wheelproof', ...keyPath]);
    return whereIs(path, line, formatKeyPath(keyPath));
  };
  const fail = (keyPath: KeyPath, expected: string, found: string): never => {
    throw invalid(where(keyPath), expected, found);
  };
  if (isEmpty(policy)) fail([], 'at least one rule', 'an empty policy');
  const checked = v.safeParse(policyDocument, policy);
  if (!checked.success) return failWith(checked.issues[0], fail);
  return { path, values: checked.output, where, fail };
}

function readToml(
  path: string,
  bytes: Uint8Array,
): { readonly text: string; readonly tree: object } {
  const text = decodeStrictly(path, bytes);
  try {
    const options = { unsafeKeyBehaviour: 'throw', maxDepth: MAX_DEPTH } as const;
    const tree = withoutDates(parse(text, options));
    refuseFalseDates(path, text);
    return { text, tree: isTable(tree) ? tree : {} };
  } catch (thrown) {
    if (thrown instanceof RangeError) {
      throw invalid(path, `TOML of at most ${MAX_DEPTH} levels`, 'more');
    }
    if (!(thrown instanceof TomlError)) throw thrown;
    const [what = ''] = thrown.message.replace(/^Invalid TOML document: /u, '').split('\n');
    throw invalid(whereIs(path, thrown.line, ''), 'valid TOML', what);
  }
}

function decodeStrictly(path: string, bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.startsWith('\u{feff}')) return text;
  } catch {
    throw invalid(path, 'UTF-8', 'other bytes');
  }
  throw invalid(whereIs(path, 1, ''), 'UTF-8 without a byte-order mark', 'one');
}

/** The TOML reader turns 30 February into 2 March; an exception must not last longer than written. */
function refuseFalseDates(path: string, text: string): void {
  for (const [index, line] of text.split('\n').entries()) {
    const [, date] = /=\s*(\d{4}-\d{2}-\d{2})/u.exec(line) ?? [];
    if (date === undefined || isDate(date)) continue;
    throw invalid(whereIs(path, index + 1, ''), 'a date of the calendar', date);
  }
}

export function isDate(date: string): boolean {
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date);
}

/** TOML dates as the text that stands for them. */
function withoutDates(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new RangeError(`at most ${MAX_DEPTH} levels`);
  if (value instanceof TomlDate) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => withoutDates(item, depth + 1));
  if (!isTable(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutDates(item, depth + 1)]));
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  return isTable(value) && Object.keys(value).length === 0;
}

function ownTable(tree: object): unknown {
  if (!('tool' in tree) || !isTable(tree.tool)) return undefined;
  return tree.tool['wheelproof'];
}

type Fail = ReadDocument['fail'];

function failWith(issue: v.InferIssue<typeof policyDocument>, fail: Fail): never {
  const keyPath = (issue.path ?? []).map((item) =>
    typeof item.key === 'number' ? item.key : String(item.key),
  );
  const key = String(keyPath.at(-1) ?? '');
  if (issue.expected === 'never') {
    const known = knownKeys(keyPath);
    const meant = nearestWord(key, known);
    const help = meant === null ? `one of ${known.join(', ')}` : `"${meant}"`;
    return fail(keyPath, help, `the unknown key "${key}"`);
  }
  if (issue.received === 'undefined') return fail(keyPath, `the key "${key}"`, 'none');
  const isOwnCheck = issue.kind === 'validation' && !issue.message.startsWith('Invalid');
  const expected = isOwnCheck ? issue.message : (issue.expected ?? 'something else');
  return fail(keyPath, readable(expected), shown(issue.input));
}

/** `("a" | "b")` as `"a", "b"`. */
function readable(expected: string): string {
  return expected.replace(/^\((.*)\)$/u, '$1').replaceAll(' | ', ', ');
}

function shown(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (isTable(input)) return 'a table';
  return typeof input === 'string' ? JSON.stringify(input) : `${typeof input} ${String(input)}`;
}

function knownKeys(keyPath: KeyPath): readonly string[] {
  const [table, , inner] = keyPath;
  if (keyPath.length === 1) return Object.keys(policyDocument.entries);
  const { project, index, host, exception, sigstore, signer } = policyDocument.entries;
  const tables = { project, index, host, exception, sigstore, signer };
  if (table === 'project' && inner === 'publisher' && keyPath.length > 4) {
    return Object.keys(publisherTable.entries);
  }
  const found = Object.entries(tables).find(([name]) => name === table)?.[1];
  return Object.keys(found?.wrapped.pipe[0].item.entries ?? {});
}

function whereIs(path: string, line: number | null, key: string): string {
  return [line === null ? path : `${path}:${line}`, key].filter((part) => part !== '').join(': ');
}

function invalid(where: string, expected: string, found: string): Refusal {
  return new Refusal('WP-POLICY-INVALID', {
    message: `${where}: expected ${expected}, found ${found}`,
  });
}
