// SPDX-License-Identifier: Apache-2.0
import type { Readable } from 'node:stream';
import type { Headers } from './header-rules.ts';
import type { Receiving } from './receiving.ts';

export interface LineRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Readable | null;
}

/** Connections of one kind. Takes a request, and tells `receiving` of all that becomes of it. */
export interface Line {
  dispatch(request: LineRequest, receiving: Receiving): unknown;
}
