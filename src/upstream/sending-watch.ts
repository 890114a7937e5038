// SPDX-License-Identifier: Apache-2.0
import type { Dispatcher } from 'undici';

type Handler = Dispatcher.DispatchHandler;

export interface SendingEvents {
  readonly onStart: () => void;
  readonly onLate: () => void;
}

/** A timer that begins when a request goes out and begins anew while its body does. */
export class SendingWatch {
  readonly #milliseconds: number;
  readonly #events: SendingEvents;
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(milliseconds: number, events: SendingEvents) {
    this.#milliseconds = milliseconds;
    this.#events = events;
  }

  readonly interceptor: Dispatcher.DispatcherComposeInterceptor =
    (dispatch) => (options, handler) =>
      dispatch(options, this.#watched(handler));

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #begin(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (!this.#isStopped) this.#timer = setTimeout(this.#events.onLate, this.#milliseconds);
  }

  #watched(handler: Handler): Handler {
    return {
      onRequestStart: (controller, context) => {
        this.#begin();
        this.#events.onStart();
        handler.onRequestStart?.(controller, context);
      },
      onBodySent: (chunk) => {
        this.#begin();
        handler.onBodySent?.(chunk);
      },
      onRequestSent: () => {
        handler.onRequestSent?.();
      },
      onRequestUpgrade: (controller, status, headers, socket) => {
        handler.onRequestUpgrade?.(controller, status, headers, socket);
      },
      onResponseStarted: () => handler.onResponseStarted?.(),
      onResponseStart: (controller, status, headers, message) => {
        handler.onResponseStart?.(controller, status, headers, message);
      },
      onResponseData: (controller, chunk) => {
        handler.onResponseData?.(controller, chunk);
      },
      onResponseEnd: (controller, trailers) => {
        handler.onResponseEnd?.(controller, trailers);
      },
      onResponseError: (controller, error) => {
        handler.onResponseError?.(controller, error);
      },
    };
  }
}
