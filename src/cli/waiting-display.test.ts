// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { FileOutcome, PageOutcome, Transfer, Verification } from '../core/verification.ts';
import { WaitingDisplay } from './waiting-display.ts';

const URL_OF_FILE = 'https://files.test/demo-1.0-py3-none-any.whl';
const ASK = { url: URL_OF_FILE, credentials: {} };
const PAGE = { url: 'https://index.test/simple/demo/', credentials: {} };
const LINE = 'wheelproof: demo-1.0-py3-none-any.whl';
const ERASED = '\u{1b}7\u{1b}D\r\u{1b}[2K\u{1b}8';

/** A terminal, a clock and a verification, all moved by hand. */
function scene() {
  const written: string[] = [];
  let now = 0;
  let tick: (() => void) | null = null;
  let transfer: Transfer | null = null;
  const file = Promise.withResolvers<FileOutcome>();
  const page = Promise.withResolvers<PageOutcome>();
  const verification: Verification = {
    page: () => page.promise,
    file: () => file.promise,
    sidecar: () => file.promise.then(() => ({ outcome: 'not-found' as const, status: 404 })),
  };
  const display = new WaitingDisplay({
    write: (text) => void written.push(text),
    width: () => 100,
    now: () => now,
    repeat: (_milliseconds, call) => {
      tick = call;
      return () => (tick = null);
    },
  });
  return {
    written,
    display,
    file,
    page,
    shown: display.over(verification, (url) => (url === URL_OF_FILE ? transfer : null)),
    runs: () => tick !== null,
    at: (milliseconds: number, received?: number): void => {
      now = milliseconds;
      if (received !== undefined) transfer = { received, size: 30e6 };
      tick?.();
    },
  };
}

const GONE: FileOutcome = { outcome: 'not-served', status: 404, challenge: null };

describe('what the installer waits for', () => {
  test('is shown after two seconds and gone before the answer', async () => {
    const { shown, at, written, file, runs } = scene();
    let atAnswer = '';
    const answered = shown.file(ASK).then(() => (atAnswer = written.join('')));
    at(0, 0);
    at(1_999, 4e6);
    expect(written).toEqual([]);
    at(2_000, 4e6);
    expect(written.join('')).toContain(`${LINE}  4.0/30.0 MB  2.0 MB/s  0:13 left`);
    file.resolve(GONE);
    await answered;
    expect(atAnswer.endsWith(ERASED)).toBe(true);
    expect(runs()).toBe(false);
  });

  test('is not shown where it comes soon', async () => {
    const { shown, at, written, file } = scene();
    const answered = shown.file(ASK);
    at(1_500, 4e6);
    file.resolve(GONE);
    await answered;
    expect(written).toEqual([]);
  });

  test('is shown for metadata that is made from the wheel', () => {
    const { shown, at, written } = scene();
    void shown.sidecar({ url: `${URL_OF_FILE}.metadata`, credentials: {} });
    at(2_000, 4e6);
    expect(written.join('')).toContain(LINE);
  });

  test('is not shown for a page', () => {
    const { shown, at, written } = scene();
    void shown.page(PAGE);
    at(9_000);
    expect(written).toEqual([]);
  });

  test('is not shown while the installer waits for something else too', () => {
    const { shown, at, written } = scene();
    void shown.file(ASK);
    at(2_000, 4e6);
    void shown.page(PAGE);
    expect(written.at(-1)).toBe(ERASED);
    const { length } = written;
    at(4_000, 6e6);
    expect(written).toHaveLength(length);
  });

  test('leaves the terminal to a question', async () => {
    const { shown, display, at, written } = scene();
    void shown.file(ASK);
    at(2_000, 30e6);
    const answer = Promise.withResolvers<boolean>();
    const artifact = {
      url: URL_OF_FILE,
      index: '',
      filename: 'demo-1.0-py3-none-any.whl',
      project: 'demo',
      version: '1.0',
      kind: 'wheel',
      listed: null,
    } as const;
    const asked = display.silentDuring(() => answer.promise)(artifact, '');
    expect(written.at(-1)).toBe(ERASED);
    const { length } = written;
    at(3_000, 30e6);
    expect(written).toHaveLength(length);
    answer.resolve(true);
    await asked;
    at(4_000, 30e6);
    expect(written.length).toBeGreaterThan(length);
  });

  test('is gone when the run ends', () => {
    const { shown, display, at, written, runs } = scene();
    void shown.file(ASK);
    at(2_000, 4e6);
    display.close();
    expect(written.at(-1)).toBe(ERASED);
    expect(runs()).toBe(false);
  });
});
