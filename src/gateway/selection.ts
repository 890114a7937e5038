// SPDX-License-Identifier: Apache-2.0
import type { IncomingHttpHeaders } from 'node:http';
import { parseRange } from './byte-range.ts';

export interface Selection {
  readonly status: 200 | 206 | 304 | 412 | 416;
  /** The bytes `[start, end)` that the body holds; none with 304, 412 and 416. */
  readonly start: number;
  readonly end: number;
}

interface Asked {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * What of a file answers a request, by its conditions (RFC 9110 13.2.2). We send no `Last-Modified`,
 * so conditions on dates cannot hold and are ignored, or make `If-Range` answer the whole file.
 */
export function select(asked: Asked, size: number, etag: string | null): Selection {
  const { headers, method } = asked;
  const none = { start: 0, end: 0 };
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined && !matches(ifMatch, etag)) return { status: 412, ...none };
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, etag)) return { status: 304, ...none };
  const whole = { status: 200, start: 0, end: size } as const;
  if (method !== 'GET' || !rangeStands(headers, etag)) return whole;
  const part = parseRange(headers.range, size);
  if (part.part === 'unsatisfiable') return { status: 416, ...none };
  return part.part === 'whole' ? whole : { status: 206, start: part.start, end: part.end };
}

/** Whether the request can only be answered once the whole file is there. */
export function needsWholeFile({ method, headers }: Asked): boolean {
  const conditions = [headers.range, headers['if-match'], headers['if-none-match']];
  return method !== 'GET' || conditions.some((condition) => condition !== undefined);
}

function matches(condition: string, etag: string | null): boolean {
  if (condition.trim() === '*') return true;
  if (etag === null) return false;
  return condition.split(',').some((one) => one.trim().replace(/^W\//u, '') === etag);
}

/** `If-Range` compares strongly: a weak tag or a date never matches. */
function rangeStands(headers: IncomingHttpHeaders, etag: string | null): boolean {
  const ifRange = headers['if-range'];
  return typeof ifRange !== 'string' || (etag !== null && ifRange.trim() === etag);
}
