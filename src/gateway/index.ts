// SPDX-License-Identifier: Apache-2.0
export { openGateway, type Gateway } from './gateway.ts';
export type { GatewayEvent, GatewayParts } from './parts.ts';
