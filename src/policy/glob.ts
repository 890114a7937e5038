// SPDX-License-Identifier: Apache-2.0

/** `*` stands for any run of characters, also none. Runs in linear space and without backtracking bombs. */
export function matchesGlob(glob: string, text: string): boolean {
  const [head = '', ...rest] = glob.split('*');
  const tail = rest.pop();
  if (tail === undefined) return glob === text;
  if (text.length < head.length + tail.length) return false;
  if (!text.startsWith(head) || !text.endsWith(tail)) return false;
  let from = head.length;
  const end = text.length - tail.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return from <= end;
}

/** A project glob in the spelling that normalised names have (PEP 503), or `null` when it is none. */
export function normaliseProjectGlob(glob: string): string | null {
  if (!/^[a-z0-9*](?:[a-z0-9._*-]*[a-z0-9*])?$/iu.test(glob) || glob.includes('**')) return null;
  return glob.toLowerCase().replace(/[-_.]+/gu, '-');
}

/** A host glob in lower case (`*.example`, `host:8443`, `[::1]`), or `null` when it is none. */
export function normaliseHostGlob(glob: string): string | null {
  const host = glob.toLowerCase();
  const named = /^[a-z0-9*](?:[a-z0-9.*-]*[a-z0-9*])?(?::\d{1,5})?$/u;
  const numbered = /^\[[0-9a-f:.]+\](?::\d{1,5})?$/u;
  if (host.includes('**') || host.includes('..')) return null;
  return named.test(host) || numbered.test(host) ? host : null;
}

/** Whether `host` (as in a URL, with its port where it has one) is named; a glob without port allows any. */
export function matchesHost(glob: string, host: string): boolean {
  const lower = host.toLowerCase();
  const hasPort = /:\d+$/u.test(glob) && !glob.endsWith(']');
  return matchesGlob(glob, hasPort ? lower : lower.replace(/:\d+$/u, ''));
}
