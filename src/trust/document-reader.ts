// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { MAX_FILENAME_CHARACTERS, MAX_URL_CHARACTERS } from '../core/limits.ts';
import { safeText } from '../core/safe-text.ts';
import type { Approval, RememberedFile, RememberedHost } from '../core/trust-rows.ts';
import { publicUrl } from '../core/url.ts';
import { isVerdict, RELEASING_VERDICTS, type Verdict } from '../core/verdict.ts';

/** An object of a document, with where it stands for messages. Only its own members are looked at. */
export class DocumentObject {
  readonly #where: string;
  readonly #members: ReadonlyMap<string, unknown>;

  /** @throws Refusal `WP-TRUST-DOCUMENT` where it is no object with exactly these members. */
  constructor(value: unknown, where: string, names: readonly string[]) {
    this.#where = where;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.refuse('expected an object', value);
    }
    this.#members = new Map(Object.entries(value));
    for (const name of this.#members.keys()) {
      if (!names.includes(name)) throw this.refuse('expected no member', name);
    }
    for (const name of names) {
      if (!this.#members.has(name)) throw this.refuse(`expected a member "${name}"`, 'none');
    }
  }

  refuse(expected: string, found: unknown): Refusal {
    const text = typeof found === 'string' ? found : (JSON.stringify(found) ?? typeof found);
    return new Refusal('WP-TRUST-DOCUMENT', {
      message: `${this.#where}: ${expected}, found ${safeText(text, 120)}`,
    });
  }

  member(name: string): unknown {
    return this.#members.get(name);
  }

  list(name: string): readonly unknown[] {
    const value = this.member(name);
    if (Array.isArray(value)) return value;
    throw this.refuse(`${name}: expected a list`, value);
  }

  /** Text that a row can hold (no NUL, no half surrogate pair). */
  text(name: string, most: number, least = 1): string {
    const value = this.member(name);
    if (
      typeof value === 'string' &&
      value.length >= least &&
      value.length <= most &&
      value.isWellFormed() &&
      !value.includes('\0')
    ) {
      return value;
    }
    throw this.refuse(`${name}: expected ${least} to ${most} characters of text`, value);
  }

  sha256(): string {
    const value = this.text('sha256', 64);
    if (/^[0-9a-f]{64}$/u.test(value)) return value;
    throw this.refuse('sha256: expected 64 lower-case hex digits', value);
  }

  count(name: string): number {
    const value = this.member(name);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.refuse(`${name}: expected a whole number`, value);
  }

  /** ISO 8601 in exactly one spelling, so that one time is one text. */
  time(name: string): number {
    const value = this.text(name, 24);
    const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u.test(value) ? Date.parse(value) : -1;
    if (at >= 0 && new Date(at).toISOString() === value) return at;
    throw this.refuse(`${name}: expected a time like 2026-01-31T12:00:00.000Z`, value);
  }

  /** An address without credentials or fragment. */
  address(name: string): string {
    const value = this.text(name, MAX_URL_CHARACTERS);
    const bare = value.replace(/^direct:/u, '');
    const url = URL.parse(bare);
    if (url !== null && url.username === '' && url.password === '' && url.hash === '') return value;
    const shown = url === null ? value : publicUrl(url);
    throw this.refuse(
      `${name}: expected an address without user name, password and fragment`,
      shown,
    );
  }

  verdict(): Verdict {
    const value = this.text('verdict', 20);
    if (isVerdict(value) && RELEASING_VERDICTS.has(value)) return value;
    throw this.refuse('verdict: expected one that releases a file', value);
  }
}

export function readFileRow(value: unknown, where: string): RememberedFile {
  const row = new DocumentObject(value, where, [
    'index',
    'project',
    'version',
    'filename',
    'url',
    'sha256',
    'size',
    'first_seen',
    'last_seen',
    'verdict',
    'policy',
  ]);
  return {
    index: row.address('index'),
    project: row.text('project', MAX_FILENAME_CHARACTERS),
    version: row.text('version', MAX_FILENAME_CHARACTERS, 0),
    filename: row.text('filename', MAX_FILENAME_CHARACTERS),
    url: row.address('url'),
    sha256: row.sha256(),
    size: row.count('size'),
    firstSeen: row.time('first_seen'),
    lastSeen: row.time('last_seen'),
    verdict: row.verdict(),
    policy: row.text('policy', 200, 0),
  };
}

export function readApprovalRow(value: unknown, where: string): Approval {
  const names = ['sha256', 'project', 'reason', 'owner', 'created_at', 'expires_at'];
  const row = new DocumentObject(value, where, names);
  return {
    sha256: row.sha256(),
    project: row.member('project') === null ? null : row.text('project', MAX_FILENAME_CHARACTERS),
    reason: row.text('reason', 1000),
    owner: row.text('owner', 200),
    createdAt: row.time('created_at'),
    expiresAt: row.member('expires_at') === null ? null : row.time('expires_at'),
  };
}

export function readHostRow(value: unknown, where: string): RememberedHost {
  const row = new DocumentObject(value, where, ['index', 'host', 'first_seen']);
  return {
    index: row.address('index'),
    host: row.text('host', MAX_FILENAME_CHARACTERS),
    firstSeen: row.time('first_seen'),
  };
}
