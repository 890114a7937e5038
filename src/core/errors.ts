// SPDX-License-Identifier: Apache-2.0
import { CODES, classOf, type Code } from './codes.ts';
import type { RefusalClass } from './refusal-class.ts';

export interface RefusalDetail {
  /** What happened, to which file or address, with what was expected and found. Plain text, unescaped. */
  readonly message: string;
  /** The next thing to do; the code's own where absent. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * The one error that wheelproof throws on purpose: a coded refusal. Whatever else is thrown
 * is a fault of ours and becomes `WP-INTERNAL` at the boundary ({@link asRefusal}).
 */
export class Refusal extends Error {
  readonly code: Code;
  readonly hint: string;

  constructor(code: Code, detail: RefusalDetail) {
    super(detail.message, { cause: detail.cause });
    this.name = 'Refusal';
    this.code = code;
    this.hint = detail.hint ?? CODES[code].next;
  }

  get class(): RefusalClass {
    return classOf(this.code);
  }

  toReason(): Reason {
    return { code: this.code, message: this.message, hint: this.hint };
  }
}

/** Why a verdict is what it is: as the JSON report shows it. */
export interface Reason {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
}

/** A reason with the code's own hint. */
export function reason(code: Code, message: string, hint: string = CODES[code].next): Reason {
  return { code, message, hint };
}

/** Any thrown thing as a refusal; what is not one of ours becomes `WP-INTERNAL`, and so blocks. */
export function asRefusal(thrown: unknown, during: string): Refusal {
  if (thrown instanceof Refusal) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new Refusal('WP-INTERNAL', { message: `${during}: ${text}`, cause: thrown });
}
