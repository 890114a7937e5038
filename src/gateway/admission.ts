// SPDX-License-Identifier: Apache-2.0
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';

const USER = 'wp';
const TOKEN_BYTES = 32;

interface Ownership {
  /** The user who owns the client's end of a connection: our port, then the client's. */
  peerOwner(localPort: number, remotePort: number): Promise<number | null>;
  readonly ownUid: number | null;
}

/** Keeps other users of this machine out: the per-run secret, or a socket of our own user. */
export class Admission {
  readonly token = randomBytes(TOKEN_BYTES).toString('base64url');
  readonly #expected = digest(`${USER}:${this.token}`);
  readonly #owned = new WeakMap<Socket, Promise<boolean>>();
  readonly #ownership: Ownership;

  constructor(ownership: Ownership) {
    this.#ownership = ownership;
  }

  /** `user:secret@`, for the proxy address in the environment. */
  get userInfo(): string {
    return `${USER}:${this.token}@`;
  }

  /** For a connection that came through a listener which only this run's processes can reach. */
  vouchFor(socket: Socket): void {
    this.#owned.set(socket, Promise.resolve(true));
  }

  /** A wrong secret is refused even from our own user: it belongs to another run. */
  async admits(proxyAuthorization: string | undefined, socket: Socket): Promise<boolean> {
    if (proxyAuthorization !== undefined) return this.#isSecret(proxyAuthorization);
    const known = this.#owned.get(socket);
    if (known !== undefined) return known;
    const owned = this.#belongsToUs(socket);
    this.#owned.set(socket, owned);
    return owned;
  }

  /** Digests are compared, so that neither content nor length shows in the time it takes. */
  #isSecret(header: string): boolean {
    const [, encoded] = /^basic +([a-z0-9+/=_-]+) *$/iu.exec(header) ?? [];
    if (encoded === undefined) return false;
    const given = Buffer.from(encoded, 'base64').toString('latin1');
    return timingSafeEqual(digest(given), this.#expected);
  }

  async #belongsToUs({ localPort, remotePort }: Socket): Promise<boolean> {
    const { ownUid } = this.#ownership;
    if (ownUid === null || localPort === undefined || remotePort === undefined) return false;
    try {
      return (await this.#ownership.peerOwner(localPort, remotePort)) === ownUid;
    } catch {
      return false; // an owner that cannot be told is not us
    }
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}
