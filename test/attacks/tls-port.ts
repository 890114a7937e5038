// SPDX-License-Identifier: Apache-2.0
import type { TlsOptions } from 'node:tls';
import type { LeafOptions } from '../world/certificates.ts';
import { FILES, INDEX, type TlsPort } from '../world/world.ts';
import { GOOD, GOOD_PATH, type Stage } from './stage.ts';

/** Only the port is another, not the host. */
export const SAME_HOST = `allow-hosts = ["${FILES}"]\n`;

/** The index lists the file at a port of its host that speaks TLS in this way. */
export function mountFileAt(tls: TlsOptions, leaf: LeafOptions = {}) {
  return async (stage: Stage): Promise<void> => {
    const { certPem, keyPem } = stage.world.authority.leaf({ names: [FILES], ...leaf });
    const { port } = await stage.world.openTls({ cert: certPem, key: keyPem, ...tls });
    stage.listOnly(GOOD, { href: `https://${FILES}:${port}${GOOD_PATH}`, sidecar: false });
  };
}

const indexes = new WeakMap<Stage, TlsPort>();

/** The index itself speaks TLS in this way, at {@link indexAtPort}. */
export function mountIndex(tls: TlsOptions, leaf: LeafOptions = {}) {
  return async (stage: Stage): Promise<void> => {
    const { certPem, keyPem } = stage.world.authority.leaf({ names: [INDEX], ...leaf });
    indexes.set(stage, await stage.world.openTls({ cert: certPem, key: keyPem, ...tls }));
  };
}

export function indexAtPort(stage: Stage): string {
  return `https://${INDEX}:${indexes.get(stage)?.port ?? 0}/simple/`;
}
