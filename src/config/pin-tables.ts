// SPDX-License-Identifier: Apache-2.0
import type { PinRule } from '../policy/index.ts';
import type { ReadDocument } from './document.ts';
import type { KeyPath } from './location.ts';
import type { PolicyDocument } from './schema.ts';
import type { ValueReader } from './values.ts';

type HostTable = NonNullable<PolicyDocument['host']>[number];
type IndexTable = NonNullable<PolicyDocument['index']>[number];
type Pinning = Pick<HostTable, 'pins' | 'backup-pins' | 'pins-expire'>;

/** The keys that `[[index]]` and `[[host]]` tables pin. @throws Refusal `WP-POLICY-INVALID` */
export function readPinTables(document: ReadDocument, read: ValueReader): readonly PinRule[] {
  const { index = [], host = [] } = document.values;
  const rule = (named: string, pinning: Pinning, at: readonly [string, number]): PinRule => {
    const { pins, 'backup-pins': backup = [], 'pins-expire': expires } = pinning;
    return {
      host: named,
      primary: pins,
      backup,
      expires: expires === undefined ? null : read.moment(expires, [...at, 'pins-expire']),
      source: sourceOf(document, ...at),
    };
  };
  return [
    ...index.flatMap((table, place): readonly PinRule[] => {
      const { pins } = table;
      if (pins === undefined) return noneWithout(document, table, place);
      const named = hostOfIndex(document, read, { url: table.url, place });
      return [rule(named, { ...table, pins }, ['index', place])];
    }),
    ...host.map((table, place) => {
      const [named = ''] = read.hosts([table.name], ['host', place, 'name']);
      return rule(named, table, ['host', place]);
    }),
  ];
}

/** `wheelproof.toml [[index]] 1` */
export function sourceOf(document: ReadDocument, table: string, place: number): string {
  return `${document.path} [[${table}]] ${place + 1}`;
}

function noneWithout(document: ReadDocument, table: IndexTable, place: number): readonly PinRule[] {
  const orphan = (['backup-pins', 'pins-expire'] as const).find((key) => key in table);
  if (orphan !== undefined) document.fail(['index', place, orphan], 'pins beside it', 'none');
  return [];
}

/** Pins of an index are for exactly its host and port. */
function hostOfIndex(
  document: ReadDocument,
  read: ValueReader,
  { url, place }: { readonly url: string; readonly place: number },
): string {
  const at: KeyPath = ['index', place, 'url'];
  const { protocol, host, port } = new URL(read.indexUrl(url, at));
  if (protocol !== 'https:') document.fail(at, 'https, since it has pins', `"${url}"`);
  return port === '' ? `${host}:443` : host;
}
