// SPDX-License-Identifier: Apache-2.0
import { isIP } from 'node:net';

/*
 * Addresses that lead into this machine or its own network, where no page of the outside has
 * anything to ask for (attack D13): the IANA registries of special-purpose addresses, without those
 * set aside for documentation. What embeds an IPv4 address is judged by that one.
 */

const INSIDE_IPV4: readonly string[] = [
  '0.0.0.0/8', // this network (RFC 791): 0.0.0.0 reaches loopback
  '10.0.0.0/8', // private (RFC 1918)
  '100.64.0.0/10', // shared by a carrier's customers (RFC 6598)
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, and the metadata services of clouds (RFC 3927)
  '172.16.0.0/12', // private (RFC 1918)
  '192.0.0.0/24', // protocol assignments (RFC 6890)
  '192.168.0.0/16', // private (RFC 1918)
  '198.18.0.0/15', // benchmarks (RFC 2544)
  '224.0.0.0/3', // multicast, reserved and broadcast
];

/** Prefixes of the 32 hexadecimal digits. */
const INSIDE_IPV6 = new RegExp(
  [
    '^0{31}[01]$', // unspecified and loopback
    '^0064ff9b0001', // translation within one's own network (RFC 8215)
    '^0100000000000000', // discarded (RFC 6666)
    '^f[cd]', // private (RFC 4193)
    '^fe[89a-f]', // link-local, and the site-local of old
    '^ff', // multicast
  ].join('|'),
  'u',
);

/** An IPv4 address at the end of an IPv6 one (mapped, compatible, NAT64), or behind 2002: (6to4). */
const EMBEDDED_IPV4 = /^(?:0{20}(?:ffff|0000)|0064ff9b0{16})([0-9a-f]{8})$|^2002([0-9a-f]{8})/u;

/** Whether an IP address, as text, leads inside. What is none counts as inside: nobody can tell. */
export function isInsideAddress(address: string): boolean {
  const plain = address.replace(/%.*$/u, '');
  const family = isIP(plain);
  if (family === 4) return isInsideIpv4(numberOf(plain));
  return family !== 6 || isInsideIpv6(digitsOf(plain));
}

/**
 * Whether a host of an address (as `URL.hostname` spells it) is an IP address that leads inside, or
 * the name that always does. Of every other name only a look-up can tell.
 */
export function isInsideHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/gu, '').toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return isIP(host) !== 0 && isInsideAddress(host);
}

function isInsideIpv4(address: number): boolean {
  return INSIDE_IPV4.some((block) => {
    const [base = '', bits = ''] = block.split('/');
    const size = 2 ** (32 - Number(bits));
    return Math.floor(address / size) === Math.floor(numberOf(base) / size);
  });
}

function isInsideIpv6(digits: string): boolean {
  if (INSIDE_IPV6.test(digits)) return true;
  const found = EMBEDDED_IPV4.exec(digits);
  const embedded = found?.[1] ?? found?.[2];
  return embedded !== undefined && isInsideIpv4(Number.parseInt(embedded, 16));
}

function numberOf(ipv4: string): number {
  return ipv4.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** All 32 digits, however the address is abbreviated. */
function digitsOf(ipv6: string): string {
  const [head = '', tail] = new URL(`http://[${ipv6}]/`).hostname.slice(1, -1).split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0000');
  return [...before, ...(tail === undefined ? [] : zeros), ...after].join('');
}

function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':').map((group) => group.padStart(4, '0'));
}
