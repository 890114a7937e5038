// SPDX-License-Identifier: Apache-2.0
import { Agent } from 'undici';
import { asRefusal } from '../core/errors.ts';
import type { Line, LineRequest } from './line.ts';
import type { Receiving } from './receiving.ts';

/** undici's agent, made for the first request that needs one: where all speak HTTP/2, none does. */
export class LateAgent implements Line {
  readonly #options: Agent.Options;
  #agent: Agent | null = null;
  #ended: Error | null = null;

  constructor(options: Agent.Options) {
    this.#options = options;
  }

  dispatch(request: LineRequest, receiving: Receiving): unknown {
    let agent: Agent;
    try {
      agent = this.#made();
    } catch (thrown) {
      // Its script is gone, for one (an update of this very program): nobody waits for an answer
      // that cannot come, nor is the server taken for one that is down.
      receiving.onResponseError(null, asRefusal(thrown, 'connecting'));
      return false;
    }
    return agent.dispatch(request, receiving);
  }

  /** Ends every connection; requests that come later fail, as they do with undici's. */
  async destroy(why: Error): Promise<void> {
    this.#ended = why;
    await this.#agent?.destroy(why);
  }

  #made(): Agent {
    if (this.#agent !== null) return this.#agent;
    this.#agent = new Agent(this.#options);
    if (this.#ended !== null) void this.#agent.destroy(this.#ended);
    return this.#agent;
  }
}
