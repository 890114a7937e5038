// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { Refusal } from '../core/errors.ts';
import type { KeyPins } from '../core/key-pins.ts';
import { rootsWith } from './ca-bundle.ts';
import { vouchersOf } from './certificate-chain.ts';
import { placeOf, type Peer } from './failure.ts';
import { requirePinnedKey } from './pinned-keys.ts';
import { weaknessesOf } from './weak-tls.ts';

export interface ServerProofSettings {
  readonly ownRoots: readonly string[];
  readonly refuseWeakTls: boolean;
  /** The tables of the policy that name this server; it must meet each. */
  readonly pinsOf: (hostname: string, port: number) => readonly KeyPins[];
  readonly note: (sentence: string) => void;
}

/** What a server must show beside a certificate that TLS accepts; asked before anything is sent. */
export class ServerProof {
  readonly #settings: ServerProofSettings;
  #anchors: readonly X509Certificate[] | null = null;

  constructor(settings: ServerProofSettings) {
    this.#settings = settings;
  }

  /**
   * @param sent what the server sent over this very connection.
   * @throws Refusal `WP-SPKI-MISMATCH`, `WP-TLS-WEAK`
   */
  require(socket: TLSSocket, sent: readonly X509Certificate[], peer: Peer): void {
    this.#requirePin(sent, peer);
    this.#requireStrength(socket, sent, peer);
  }

  #requirePin(sent: readonly X509Certificate[], peer: Peer): void {
    const tables = this.#settings.pinsOf(peer.hostname, peer.port);
    if (tables.length === 0) return;
    const chain = vouchersOf(sent, this.#roots(), Date.now());
    for (const note of requirePinnedKey(placeOf(peer), chain, tables)) this.#settings.note(note);
  }

  #requireStrength(socket: TLSSocket, sent: readonly X509Certificate[], peer: Peer): void {
    const group = socket.getEphemeralKeyInfo();
    const weaknesses = weaknessesOf({
      suite: socket.getCipher().standardName,
      groupBits: group !== null && 'type' in group && group.type === 'DH' ? group.size : null,
      chain: vouchersOf(sent, [], Date.now()),
    });
    if (weaknesses.length === 0) return;
    const message = `${placeOf(peer)}: ${weaknesses.join('; ')}`;
    if (this.#settings.refuseWeakTls) throw new Refusal('WP-TLS-WEAK', { message });
    this.#settings.note(`${message}; weak-tls = "refuse" would refuse it`);
  }

  /** Read once, and only where a pin asks for them. */
  #roots(): readonly X509Certificate[] {
    this.#anchors ??= rootsWith(this.#settings.ownRoots).map((pem) => new X509Certificate(pem));
    return this.#anchors;
  }
}
