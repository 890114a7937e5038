// SPDX-License-Identifier: Apache-2.0
export { openUpstream } from './open-upstream.ts';
export type { UpstreamLimits, UpstreamSettings } from './settings.ts';
