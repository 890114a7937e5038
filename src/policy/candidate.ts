// SPDX-License-Identifier: Apache-2.0
import type { Code } from '../core/codes.ts';
import { reason, type Reason } from '../core/errors.ts';
import { isLoopbackHost } from '../core/url.ts';
import { exceptionNote, findException, type ExceptionSubject } from './exceptions.ts';
import { matchesHost } from './glob.ts';
import { indexKey, type Policy } from './policy.ts';

/** An entry of an index page that was refused on reading. */
export interface EntrySubject extends ExceptionSubject {
  readonly code: Code;
}

export interface Admission {
  readonly admitted: boolean;
  /** Which exception admits it, for the report. */
  readonly note: string | null;
}

/** Whether an exception of the policy admits an entry that was refused on reading its page. */
export function judgeEntry(policy: Policy, entry: EntrySubject, now: number): Admission {
  const exception = findException(policy, entry.code, { subject: entry, now });
  if (exception === null) return { admitted: false, note: null };
  return { admitted: true, note: exceptionNote(exception, entry) };
}

/**
 * What the trust store knows of a host: seen with this index before; nothing at all of this index
 * yet; or other hosts only.
 */
export type HostMemory = 'known' | 'first' | 'foreign';

/**
 * Whether files of this index may lie on `host` (with its port where it has one); `null`: yes.
 * The index's own `allow-hosts` decide, then the policy's; without either, memory does. An index's
 * own host is always one of its file hosts. An exception may still admit a single file: {@link judgeEntry}.
 *
 * @param known the hosts that memory knows, for the line that would admit this one beside them.
 */
export function judgeHost(
  policy: Policy,
  index: string,
  host: string,
  memory: HostMemory,
  known: readonly string[] = [],
): Reason | null {
  if (URL.parse(index)?.host === host.toLowerCase()) return null;
  const allowed = allowedHosts(policy, index);
  if (allowed !== null) {
    if (allowed.hosts.some((glob) => matchesHost(glob, host))) return null;
    const list = allowed.hosts.join(', ') || 'no other host';
    const message = `files of ${index}: expected on ${list} (${allowed.from}), found on ${host}`;
    const hint = `If ${host} belongs to this index, add "${host}" to allow-hosts of ${allowed.from}.`;
    return reason('WP-HOST-NOT-ALLOWED', message, hint);
  }
  if (memory !== 'foreign') return null;
  const list = known.join(', ') || 'its own host';
  return reason(
    'WP-HOST-NOT-ALLOWED',
    `files of ${index}: expected on ${list} as in earlier runs, found on ${host}`,
    `If ${host} belongs to this index, write to wheelproof.toml: ${hostLine(index, [...known, host])}`,
  );
}

/** The table as it stands in a sentence. */
function hostLine(index: string, hosts: readonly string[]): string {
  const list = [...new Set(hosts)].map((one) => JSON.stringify(one)).join(', ');
  return `a table [[index]] with url = ${JSON.stringify(indexKey(index))} and allow-hosts = [${list}]`;
}

interface AllowedHosts {
  readonly hosts: readonly string[];
  readonly from: string;
}

export function allowedHosts(policy: Policy, index: string): AllowedHosts | null {
  const key = indexKey(index);
  const own = policy.indexes.filter((rule) => rule.url === key && rule.allowHosts !== null);
  const last = own.at(-1);
  if (last !== undefined) {
    return { hosts: own.flatMap((rule) => rule.allowHosts ?? []), from: last.source };
  }
  if (policy.allowHosts === null) return null;
  return { hosts: policy.allowHosts, from: policy.origins['allow-hosts'] ?? 'allow-hosts' };
}

/** Whether plain http may be spoken with this host (without port, or with it). */
export function allowsPlainHttp(policy: Policy, host: string): boolean {
  if (isLoopbackHost(host.replace(/:\d+$/u, ''))) return true;
  return policy.allowPlainHttp.some((glob) => matchesHost(glob, host));
}
