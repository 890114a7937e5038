// SPDX-License-Identifier: Apache-2.0
import { addressKey } from './url.ts';

/** A requirement or lock entry that takes a project from a repository instead of an index. */
export interface StatedSource {
  /** Normalised; `null` where the requirement does not name it. */
  readonly project: string | null;
  /** As {@link repositoryKey} spells it. */
  readonly repository: string;
  /** A branch, tag or commit as stated; `null`: whatever the repository's HEAD names. */
  readonly revision: string | null;
  /** `requirements.txt:12` */
  readonly where: string;
  /** It stands in a lock file of the project, which the installer may write anew. */
  readonly locked?: true;
}

/** What a repository says that a reference names, tags peeled down to their commit. */
export interface AdvertisedRef {
  /** `refs/tags/v1.0`, `refs/heads/main`, `HEAD`. */
  readonly name: string;
  readonly commit: string;
}

/** One `url.BASE.insteadOf` of git's configuration (git-config(1)). */
export interface AddressRewrite {
  readonly base: string;
  readonly insteadOf: string;
}

/** Is told what git is told at the gate, before git is. */
export interface RepositoryWatch {
  /** @throws Refusal where a reference may not name what it names; then git is told nothing. */
  advertised(address: string, refs: readonly AdvertisedRef[]): void;
  /** One repository's references are asked for at another address from here on. */
  redirected(from: string, to: string): void;
}

/** What a reference of a repository was accepted to name; keyed by all three. */
export interface RememberedCommit {
  /** As {@link repositoryKey} spells it. */
  readonly repository: string;
  /** In full where the repository told it (`refs/tags/v1.0`), otherwise as stated. */
  readonly ref: string;
  readonly commit: string;
  /** Milliseconds since 1970. */
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** The rows behind what is remembered of repositories. */
export interface CommitRows {
  /** Ordered by reference, then by commit, by UTF-16 code units. */
  recallCommits(repository: string): readonly RememberedCommit[];
  /** The first time of the same commit stays, the later last one holds. */
  rememberCommit(row: RememberedCommit): void;
  /** @returns how many went. */
  forgetCommits(repository: string, ref: string): number;
  listCommits(): readonly RememberedCommit[];
}

/** Whether a text is a whole commit id: SHA-1, or SHA-256 where the repository uses it. */
export function isCommit(text: string | null): text is string {
  return text !== null && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u.test(text);
}

/**
 * One spelling for the address of a repository: no credentials, query or fragment, no slash and no
 * `.git` at its end, which every host takes for the same. `null`: no address that git could be given.
 */
export function repositoryKey(address: string): string | null {
  const url = URL.parse(address);
  if (url === null || !/^(?:https?|file):$/u.test(url.protocol)) return null;
  const path = url.pathname.replace(/\/+$/u, '').replace(/\.git$/u, '');
  return addressKey(`${url.protocol}//${url.host}${path}`);
}

/**
 * The repository and the revision of `git+https://host/path@revision#…`, as pip takes it apart: what
 * stands behind the path's last `@` is the revision. `null` for another version control, or none.
 */
export function readGitAddress(
  address: string,
): Pick<StatedSource, 'repository' | 'revision'> | null {
  const [, inner = ''] = /^git\+(.*)$/isu.exec(address) ?? [];
  const url = URL.parse(inner);
  if (url === null) return null;
  const at = url.pathname.lastIndexOf('@');
  const revision = at < 0 ? '' : url.pathname.slice(at + 1);
  if (at >= 0) url.pathname = url.pathname.slice(0, at);
  const repository = repositoryKey(url.href);
  return repository === null ? null : { repository, revision: revision === '' ? null : revision };
}

/** Where git asks in place of an address: of several rules, the longest that fits (git-config(1)). */
export function rewritten(address: string, rewrites: readonly AddressRewrite[]): string {
  let longest: AddressRewrite | null = null;
  for (const rewrite of rewrites) {
    if (!address.startsWith(rewrite.insteadOf)) continue;
    if (longest === null || rewrite.insteadOf.length > longest.insteadOf.length) longest = rewrite;
  }
  return longest === null ? address : longest.base + address.slice(longest.insteadOf.length);
}
