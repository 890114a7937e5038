// SPDX-License-Identifier: Apache-2.0
import { onTestFinished } from 'vitest';
import type { UpstreamSettings } from '../../src/upstream/index.ts';
import { makeAuthority } from './certificates.ts';
import { serveFrames, type FrameAnswer, type FrameOptions } from './frame-server.ts';
import { get, openTrial, textOf } from './upstream-trial.ts';

/** Whom trial upstreams trust, and what it says of `index.example`. */
export const trusted = makeAuthority({ name: 'Trusted Test CA' });
export const { certPem: cert, keyPem: key } = trusted.leaf({ names: ['index.example'] });

/** A server that speaks HTTP/2 frame by frame and an upstream that trusts it, closed with the test. */
export async function openFrameTrial(
  answer: FrameAnswer,
  settings: Partial<UpstreamSettings> = {},
  options: FrameOptions = {},
) {
  const server = await serveFrames(answer, { cert, key, ...options });
  onTestFinished(() => server.close());
  const upstream = openTrial({ caFiles: [trusted.caFile], ...settings });
  const url = `https://index.example:${server.port}/`;
  const ask = async (more: Parameters<typeof get>[1] = {}) =>
    textOf(await upstream.request(get(url, more)));
  return { server, upstream, url, ask };
}
