// SPDX-License-Identifier: Apache-2.0
import {
  closeSync,
  constants,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { diskRefusal } from './disk-refusal.ts';
import { newDraftName } from './draft-name.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { markOf } from './sqlite-file.ts';
import { damaged } from './sqlite-refusal.ts';
import { Refusal } from '../core/errors.ts';

/** How far the audit trail has got: its last row's number, and the hash that chains all before it. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

const MOST_BYTES = 1024;
const SEQ_DIGITS = 16;
/** Once it was written it is not written again for so long. */
const PAUSE_MS = 50;

/**
 * The second line of the store's mark: how far its audit trail had got. It is written after the
 * commit, so it never tells more than the store holds; where it does, the store is an older copy, or
 * the newest commits were lost from its write-ahead log (which SQLite passes over in silence).
 *
 * Of commits that follow one another closely it is written for the first, then once for all of a
 * pause: a run that is killed may leave a mark that is behind by that, which counts as no damage.
 */
export class TrailHead {
  readonly #file: string;
  readonly #mark: string;
  readonly #first: string;
  #known: Head | null;
  #pause: NodeJS.Timeout | null = null;
  /** Of the newest commit that it does not tell of yet. */
  #owed: (() => Head) | null = null;

  /** @param file the store's. @throws Refusal `WP-STATE-DISK`, `WP-STATE-DAMAGED` */
  constructor(file: string) {
    this.#file = file;
    this.#mark = markOf(file);
    try {
      const [first = '', ...rest] = this.#text().split('\n');
      this.#first = first;
      this.#known = this.#parse(rest.join('\n'));
    } catch (thrown) {
      throw diskRefusal(thrown, `reading ${this.#mark}`);
    }
  }

  /** @throws Refusal `WP-STATE-DAMAGED` where the store does not hold what was written of it. */
  requireIn(connection: SqliteConnection): void {
    if (this.#known === null) return;
    const { seq, hash } = this.#known;
    const row = connection.get('SELECT hash FROM audit WHERE seq = ?', seq);
    if (row?.['hash'] === hash) return;
    const last = Number(connection.get('SELECT max(seq) AS seq FROM audit')?.['seq'] ?? 0);
    const found = row === null ? `one of ${last}` : 'another one';
    throw new Refusal('WP-STATE-DAMAGED', {
      message:
        `${connection.file}: expected the audit trail of ${seq} entries that was written here, ` +
        `found ${found}: an older copy, or its newest entries were lost`,
      hint: `Put the newest copy back. If this is it, remove ${this.#mark}: what it does not hold counts as never seen.`,
    });
  }

  /** @param head of what is committed, to be read once it is written. @throws Refusal `WP-STATE-DISK` */
  advance(head: () => Head): void {
    this.#owed = head;
    if (this.#pause === null) this.#write();
  }

  /** Writes what is owed. @throws Refusal `WP-STATE-DISK` */
  close(): void {
    this.#write();
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#pause = null;
  }

  #write(): void {
    if (this.#owed === null) return;
    this.#raise(this.#owed());
    this.#owed = null;
    if (this.#pause !== null) return;
    this.#pause = setTimeout(() => this.#pauseEnds(), PAUSE_MS).unref();
  }

  #pauseEnds(): void {
    this.#pause = null;
    try {
      this.#write();
    } catch {
      // It is still owed: the next commit tries again, or closing does, and tells.
    }
  }

  /** Other processes write here too: where two meet, the lower number may stay until the next. */
  #raise(head: Head): void {
    if (head.seq <= (this.#known?.seq ?? 0)) return;
    try {
      const there = this.#parse(this.#text().split('\n').slice(1).join('\n'));
      if (there === null || there.seq < head.seq) {
        const line = `audit ${String(head.seq).padStart(SEQ_DIGITS, '0')} ${head.hash}\n`;
        // Renamed into place: others read while this writes, and must never see half of it.
        this.#replace(`${this.#first}\n${line}`);
      }
      this.#known = head;
    } catch (thrown) {
      throw diskRefusal(thrown, `writing ${this.#mark}`);
    }
  }

  #replace(text: string): void {
    const draft = `${this.#file}.${newDraftName()}`;
    try {
      writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
      renameSync(draft, this.#mark);
    } catch (thrown) {
      rmSync(draft, { force: true });
      throw thrown;
    }
  }

  #text(): string {
    const file = openSync(this.#mark, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const bytes = Buffer.alloc(MOST_BYTES);
      return bytes.toString('latin1', 0, readSync(file, bytes, 0, MOST_BYTES, 0));
    } finally {
      closeSync(file);
    }
  }

  #parse(text: string): Head | null {
    if (text === '') return null; // none has been written yet
    const [, seq, hash] = /^audit (\d{16}) ([0-9a-f]{64})\n$/u.exec(text) ?? [];
    if (seq === undefined || hash === undefined) {
      throw damaged(this.#mark, 'a mark that cannot be read');
    }
    return { seq: Number(seq), hash };
  }
}
