// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';

export interface IniEntry {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

interface OpenEntry {
  readonly section: string;
  readonly key: string;
  readonly lines: string[];
  readonly line: number;
}

const DEFAULTS = 'DEFAULT';
const MAX_ENTRIES = 2_000;

/**
 * Entries as Python's `configparser.RawConfigParser` reads them with its defaults: `=` or `:`
 * between key and value, comments on lines of their own, deeper indented lines go on with a value,
 * what `[DEFAULT]` says holds in every section.
 * @throws Refusal `WP-USAGE` for what Python refuses too
 */
export function parseIni(text: string, file: string): readonly IniEntry[] {
  const entries: OpenEntry[] = [];
  const sections = new Set<string>();
  const keys = new Set<string>();
  let section: string | null = null;
  let open: OpenEntry | null = null;
  let depth = 0;
  for (const [index, raw] of text
    .replace(/^\ufeff/u, '')
    .split(/\r\n|\n|\r/u)
    .entries()) {
    const value = raw.trim();
    if (value.startsWith('#') || value.startsWith(';')) continue;
    if (value === '') {
      open?.lines.push('');
      continue;
    }
    const indent = raw.length - raw.trimStart().length;
    if (open !== null && indent > depth) {
      open.lines.push(value);
      continue;
    }
    depth = indent;
    const where = `${file}:${index + 1}`;
    const header: string | undefined = /^\[(.+)\]/u.exec(value)?.[1];
    if (header !== undefined) {
      if (header !== DEFAULTS && sections.has(header))
        throw broken(where, `section ${header} twice`);
      sections.add(header);
      section = header;
      open = null;
      continue;
    }
    if (section === null) throw broken(where, 'an entry before any section');
    const [, key, content] = /^([^=:]+?)\s*[=:]\s*(.*)$/u.exec(value) ?? [];
    if (key === undefined || content === undefined) throw broken(where, 'a line without = or :');
    open = { section, key, lines: [content], line: index + 1 };
    if (keys.has(`${section}\0${key}`)) throw broken(where, `${key} twice in section ${section}`);
    keys.add(`${section}\0${key}`);
    entries.push(open);
    if (entries.length > MAX_ENTRIES) throw broken(where, `more than ${MAX_ENTRIES} entries`);
  }
  return withDefaults(entries.map(closed), sections);
}

function closed(entry: OpenEntry): IniEntry {
  const { section, key, line } = entry;
  return { section, key, line, value: entry.lines.join('\n').trimEnd() };
}

function withDefaults(
  entries: readonly IniEntry[],
  sections: ReadonlySet<string>,
): readonly IniEntry[] {
  const defaults = entries.filter(({ section }) => section === DEFAULTS);
  const rest = entries.filter(({ section }) => section !== DEFAULTS);
  const inherited = [...sections].flatMap((section) =>
    defaults
      .filter(({ key }) => !rest.some((own) => own.section === section && own.key === key))
      .map((entry) => ({ ...entry, section })),
  );
  return [...inherited.filter(({ section }) => section !== DEFAULTS), ...rest];
}

function broken(where: string, what: string): Refusal {
  return new Refusal('WP-USAGE', {
    message: `${where}: the configuration cannot be read, found ${safeText(what, 200)}`,
    hint: 'Mend the line; the installer cannot read it either.',
  });
}
