// SPDX-License-Identifier: Apache-2.0
import type { Reason } from './errors.ts';
import type { Finding } from './finding.ts';
import type { ProvenanceWord } from './provenance-word.ts';
import type { PublisherShape } from './publisher-text.ts';
import type { RootAge } from './trusted-roots.ts';
import type { Verdict } from './verdict.ts';

/** The JSON report, version 1: a contract other programs rely on; its schema is in `docs/report.schema.json`. */
export interface Report {
  readonly version: 1;
  readonly tool: { readonly name: 'wheelproof'; readonly version: string };
  readonly policy: { readonly digest: string };
  readonly installer: {
    readonly name: string;
    readonly version: string;
    readonly argv: readonly string[];
    /** Its own exit code; `null` when it was ended by a signal or never started. */
    readonly exit: number | null;
  };
  /** What kept the installer and its children to the gate beyond its settings; `none`: its settings alone. */
  readonly jail: JailLevel;
  readonly summary: {
    readonly files: number;
    readonly vouched: number;
    readonly remembered: number;
    readonly first_seen: number;
    readonly refused: number;
    readonly failed: number;
    readonly undecided: number;
  };
  /** How many of the files that may be used their publisher vouches for. */
  readonly coverage: {
    readonly released: number;
    /** Attested by somebody. */
    readonly attested: number;
    /** Of these, by whom the policy names or this machine remembers. */
    readonly confirmed: number;
  };
  readonly files: readonly ReportedFile[];
  readonly installed: readonly InstalledDistribution[];
  /** What was taken from repositories: the receipts of what no file covers. */
  readonly commits: readonly CommitReceipt[];
  /** What an installer that was ended half-way has left, one for each folder. */
  readonly half_installed: readonly HalfInstalled[];
  /** The user's own files that the run was about, and then those that bound it, as the user names them. */
  readonly sources: readonly string[];
  /** Refusals that concern no single file: configuration, pages, bypasses. */
  readonly refusals: readonly ReportedRefusal[];
  readonly notes: readonly string[];
  /** Whom publishers' signatures were verified against: the roots that the policy names. */
  readonly trusted_roots: readonly RootAge[];
  /** Traffic that carried no distribution: `host` and how many requests. */
  readonly other_traffic: readonly { readonly host: string; readonly requests: number }[];
  readonly exit: number;
}

/** `namespace`: it had no network but the gate. `landlock`: TCP reached the gate's port alone. */
export type JailLevel = 'namespace' | 'landlock' | 'none';

/** A line of one of the user's own files, named as the user named it. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export interface ReportedRefusal extends Reason {
  readonly subject: string;
  /** Where the user's files ask for what was refused; none where they do not name it. */
  readonly places: readonly Place[];
}

export interface ReportedFile {
  readonly project: string;
  readonly version: string;
  readonly filename: string;
  readonly url: string;
  readonly sha256: string | null;
  readonly size: number | null;
  readonly verdict: Verdict;
  readonly findings: readonly ReportedFinding[];
  /** `null`: no index page led to it, or nothing of its project was ever attested. */
  readonly provenance: {
    readonly word: ProvenanceWord;
    readonly publishers: readonly PublisherShape[];
    /** The earlier release that it was held against. */
    readonly before: {
      readonly version: string;
      readonly publishers: readonly PublisherShape[];
    } | null;
  } | null;
  readonly reasons: readonly Reason[];
  /** Where the user's requirement and lock files ask for it or pin it; none for what others need. */
  readonly places: readonly Place[];
}

/** A finding with its publishers in one place alone: the file's `provenance`. */
export type ReportedFinding = Omit<Finding, 'attested'>;

export type InstalledSource = 'index' | 'url' | 'built' | 'local' | 'vcs' | 'preexisting';

export interface InstalledDistribution {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  readonly source: InstalledSource;
  /** sha256 of the file whose receipt covers it. */
  readonly receipt: string | null;
}

/** What a requirement on a repository came to. */
export interface CommitReceipt {
  /** Normalised; `null` where nothing tells it: the requirement does not, and nothing was installed. */
  readonly project: string | null;
  /** `null`: nothing was installed of it in this run. */
  readonly version: string | null;
  /** Without credentials, and without `.git` at its end. */
  readonly repository: string;
  /** As it was asked for; `null`: nothing in particular. */
  readonly revision: string | null;
  /** What that was: `refs/tags/v1.0`, `refs/heads/main`, `HEAD`, a commit. */
  readonly ref: string;
  readonly commit: string;
  readonly verdict: Verdict;
  /** It is a branch, and no file of the user's pins the commit: the next run may get another one. */
  readonly moves: boolean;
  /** Where the user's files pin the commit. */
  readonly pinned: readonly string[];
  /** The repository itself named it so at the gate in this run; otherwise the installer alone says so. */
  readonly seen: boolean;
}

export interface HalfInstalled {
  /** The folder of distributions. */
  readonly site: string;
  /** `NAME VERSION`, as far as they can be told. */
  readonly distributions: readonly string[];
  /** What lies there and is not whole, or belongs to nothing. */
  readonly files: readonly string[];
  /** Files that should lie there and do not. */
  readonly missing: readonly string[];
  /** `NAME VERSION` of what was there before and is gone. */
  readonly gone: readonly string[];
  /** For a shell: clears it away and installs anew. */
  readonly repair: string;
}

/** Something that shows an outcome: one file per format in `report/`. */
export interface ReportFormat {
  readonly format: string;
  render(report: Report, surface: Surface): string;
}

export interface Surface {
  /** Columns; `null` when nobody looks at a terminal. */
  readonly width: number | null;
  readonly colour: boolean;
  /** Absolute paths: what {@link Place}s are relative to, and the folder that holds all sources. */
  readonly sources?: { readonly directory: string; readonly root: string };
}
