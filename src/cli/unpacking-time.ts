// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from 'node:timers/promises';
import type { WheelFiles } from '../core/host.ts';
import { MAX_KEPT_WHEEL_MEMBERS } from '../core/limits.ts';
import { releases } from '../core/verdict.ts';
import type { Receipt } from '../core/verification.ts';
import type { GatewayEvent } from '../gateway/index.ts';
import type { Grounds } from '../verify/index.ts';

/** An installer that asks for no file for so long has begun to unpack, or waits for the network. */
const QUIET_MS = 60;

export interface UnpackingParts {
  /** What was handed on until now. */
  readonly receipts: () => readonly Receipt[];
  /** Wheels that may be used without being asked for. */
  readonly ready?: () => readonly { readonly sha256: string; readonly filename: string }[];
  readonly openWheel: Grounds['openWheel'];
  /** So much is going to be compared, as far as it is known: files, and bytes in them. */
  readonly expect: (files: number, bytes: number) => void;
}

/**
 * While an installer unpacks what it fetched, we have nothing to do; when it ends, it is waited for
 * until what it installed has been compared. So the wheels are opened before: of each is kept what
 * it holds, which its digest decides. Nothing that was installed is looked at before the end.
 */
export class UnpackingTime {
  readonly #parts: UnpackingParts;
  readonly #wheels = new Map<string, Promise<WheelFiles | null>>();
  #timer: NodeJS.Timeout | null = null;
  #isFetching = false;
  #isOpening = false;
  #isOver = false;
  #members = 0;
  #bytes = 0;

  constructor(parts: UnpackingParts) {
    this.#parts = parts;
  }

  /** Takes what the gate does. */
  readonly heard = (event: GatewayEvent): void => {
    if (event.event !== 'request' || this.#isOver) return;
    if (event.kind !== 'file' && (this.#parts.ready?.().length ?? 0) === 0) return;
    this.#isFetching = true;
    this.#timer ??= setTimeout(() => void this.#open(), QUIET_MS).unref();
    this.#timer.refresh();
  };

  /** As the opening that this was made with, and what was opened in time. */
  readonly openWheel: Grounds['openWheel'] = async (sha256, filename) =>
    await (this.#wheels.get(keyOf(sha256, filename)) ?? this.#parts.openWheel(sha256, filename));

  close(): void {
    this.#isOver = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #open(): Promise<void> {
    this.#isFetching = false;
    if (this.#isOpening) return;
    this.#isOpening = true;
    for (const { sha256, filename } of [
      ...handedOn(this.#parts.receipts()),
      ...(this.#parts.ready?.() ?? []),
    ]) {
      if (this.#isOver || this.#members >= MAX_KEPT_WHEEL_MEMBERS) break;
      // It fetches again: what it waits for goes first, and its next pause goes on from here.
      if (this.#isFetching) break;
      const key = keyOf(sha256, filename);
      if (this.#wheels.has(key)) continue;
      const opening = this.#parts.openWheel(sha256, filename);
      this.#wheels.set(key, opening);
      const isKept = await opening.then((wheel) => this.#keep(wheel)).catch(() => false);
      if (!isKept) this.#wheels.delete(key);
      await setImmediate();
    }
    this.#isOpening = false;
  }

  /** @returns whether it is. */
  #keep(wheel: WheelFiles | null): boolean {
    if (wheel === null) return false;
    const { members } = wheel;
    this.#members += members.length;
    this.#bytes += members.reduce((sum, { size }) => sum + size, 0);
    this.#parts.expect(this.#members, this.#bytes);
    return this.#members <= MAX_KEPT_WHEEL_MEMBERS;
  }
}

function handedOn(receipts: readonly Receipt[]) {
  return receipts.flatMap(({ asked, sha256, decision, artifact: { filename } }) =>
    asked && sha256 !== null && releases(decision) && filename.endsWith('.whl')
      ? [{ sha256, filename }]
      : [],
  );
}

function keyOf(sha256: string, filename: string): string {
  return `${sha256} ${filename}`;
}
