// SPDX-License-Identifier: Apache-2.0
import { printableUrl } from '../core/url.ts';

/** Options whose value nobody may read, as installers spell them. */
const SECRET_OPTION = /^--?[\w-]*(?:password|token|secret)$/iu;

/** Text without the user names and passwords of the addresses in it. */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]{0,30}:\/\/)[^/?#\s"'<>]*@/giu, '$1');
}

/** Text without what stands in the queries of its addresses: it may be a signature. */
function withoutQueries(text: string): string {
  return text.replace(/(https?:\/\/[^?#\s"'<>]*\?)[^#\s"'<>]+/giu, '$1…');
}

/** An installer's arguments as they may be kept and shown. */
export function withoutSecrets(argv: readonly string[]): readonly string[] {
  return argv.map((argument, place) => {
    if (SECRET_OPTION.test(argv[place - 1] ?? '')) return '…';
    const [option = '', ...value] = argument.split('=');
    if (value.length > 0 && SECRET_OPTION.test(option)) return `${option}=…`;
    return withoutQueries(withoutCredentials(argument));
  });
}

/** An address without credentials and without the values of its query; other text without credentials. */
export function shownAddress(address: string): string {
  return /^https?:\/\//iu.test(address) && URL.canParse(address)
    ? printableUrl(address)
    : withoutCredentials(address);
}
