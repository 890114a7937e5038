// SPDX-License-Identifier: Apache-2.0
import { BlockList, isIP } from 'node:net';

/**
 * Whether NO_PROXY lists this target, read as curl and requests read it: `*`, a name (with everything
 * below it, a leading dot or `*.` changes nothing), an address, a CIDR block, each with an optional
 * port. What cannot be read matches nothing.
 */
export function isExempt(noProxy: string, url: URL): boolean {
  const target = {
    host: url.hostname.replace(/^\[|\]$/gu, '').toLowerCase(),
    port: url.port === '' ? defaultPort(url.protocol) : url.port,
  };
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/u)
    .some((entry) => entry === '*' || covers(entry, target));
}

interface Target {
  readonly host: string;
  readonly port: string;
}

function covers(entry: string, target: Target): boolean {
  const { host, port } = split(entry);
  if (host === '' || (port !== null && port !== target.port)) return false;
  if (host.includes('/')) return holds(host, target.host);
  if (isIP(target.host) !== 0) return holds(`${host}/${isIP(host) === 6 ? 128 : 32}`, target.host);
  const name = host.replace(/^\*?\./u, '').replace(/\.$/u, '');
  return name !== '' && (target.host === name || target.host.endsWith(`.${name}`));
}

/** `host`, `host:port`, `[v6]`, `[v6]:port` or a bare IPv6 address. */
function split(entry: string): { readonly host: string; readonly port: string | null } {
  const bracketed = /^\[([^\]]*)\](\/\d+)?(?::(\d+))?$/u.exec(entry);
  if (bracketed) {
    return { host: `${bracketed[1] ?? ''}${bracketed[2] ?? ''}`, port: bracketed[3] ?? null };
  }
  const named = /^([^:]*):(\d+)$/u.exec(entry);
  return named ? { host: named[1] ?? '', port: named[2] ?? null } : { host: entry, port: null };
}

function holds(block: string, address: string): boolean {
  const [base = '', bits = ''] = block.split('/');
  const family = isIP(base);
  if (family === 0 || family !== isIP(address)) return false;
  const width = Number(bits);
  if (!/^\d{1,3}$/u.test(bits) || width > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(base, width, kind);
  return list.check(address, kind);
}

export function defaultPort(protocol: string): string {
  return protocol === 'https:' ? '443' : '80';
}
