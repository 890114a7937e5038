// SPDX-License-Identifier: Apache-2.0
export { loadPolicy, type PolicyChoice } from './load-policy.ts';
export { parseIdentityWord } from './identity-word.ts';
