// SPDX-License-Identifier: Apache-2.0

/**
 * Every file name that a `Content-Disposition` header gives (RFC 6266), without folders. Both of
 * its forms count, since programs differ in which they take.
 */
export function dispositionFilenames(header: string | undefined): readonly string[] {
  if (header === undefined) return [];
  const extended = /(?:^|;)\s*filename\*\s*=\s*"?[^'";]*'[^']*'([^";]*)/iu.exec(header)?.[1];
  const plain = /(?:^|;)\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))/iu.exec(header);
  const quoted = plain?.[1]?.replace(/\\(.)/gu, '$1');
  const names = [extended === undefined ? undefined : decode(extended), quoted ?? plain?.[2]];
  return names.filter((name) => name !== undefined).map((name) => lastName(name.trim()));
}

function lastName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/giu, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}
