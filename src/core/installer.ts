// SPDX-License-Identifier: Apache-2.0
import type { Reason } from './errors.ts';
import type { AddressRewrite, StatedSource } from './repository.ts';

/** The way through the gate that an installer is steered onto. Holds the per-run secret: environment only, never arguments. */
export interface Route {
  /** `http://127.0.0.1:PORT`: for arguments, which other users can read. */
  readonly proxy: string;
  /** The same with the per-run secret: for the environment. */
  readonly proxyWithSecret: string;
  /** PEM file holding this run's CA certificate alone. */
  readonly caFile: string;
  readonly emptyDirectory: string;
  /** This run's own, removed at its end. */
  readonly passingDirectory: string;
  /** This installer's private cache under this policy. */
  readonly cacheDirectory: string;
}

/** What the user typed after our own options. */
export interface Call {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
}

/** An installer's words taken apart: the program and what it is told. */
export interface Recognised {
  /** How the program is started, before the arguments: `['pip']`, `['python3', '-m', 'pip']`. */
  readonly starter: readonly string[];
  readonly argv: readonly string[];
}

export interface Pin {
  /** Normalised. */
  readonly project: string;
  /** Normalised; `null`: whatever version. */
  readonly version: string | null;
  /** The file's name where the format states it, otherwise `null`. */
  readonly filename: string | null;
  /** The file's address where the format states it. */
  readonly url: string | null;
  /** The hashes stated together for one file: every one of them must match. */
  readonly hashes: Readonly<Record<string, string>>;
  /** `requirements.txt:12` */
  readonly where: string;
  /**
   * Of pins that name a release alone: those with the same words here were stated together, and one
   * of them must match; each statement must hold. `where` takes its place where absent.
   */
  readonly statement?: string;
}

/** A wish as far as it can be read beforehand. */
export interface Wish {
  /** Normalised. */
  readonly project: string;
  /** PEP 440, may be empty: any. */
  readonly specifier: string;
  /** It has a marker (PEP 508), so it need not hold here: of several such, one may be meant. */
  readonly conditional?: true;
  /**
   * For it alone no index is asked: it bounds what something else wishes for, or its files lie at
   * addresses that are stated.
   */
  readonly unasked?: 'bound' | 'stated';
  /** Extras asked for, normalised; none where absent. */
  readonly extras?: readonly string[];
  readonly where: string;
}

/** What an installer asks for, one thing because of the other. */
export interface Sequence {
  /** The files themselves, not their metadata alone. */
  readonly files: boolean;
  /** What the metadata names in turn. */
  readonly dependencies: boolean;
  /** That Python's version, `3.12`, where it is known before it tells. */
  readonly python?: string;
}

/** Whether what is compiled tells, as is usual, which source it was made from (PEP 552). */
export type Compiles = 'with sources' | 'without sources';

/** What can be known of a run before it starts. */
export interface Intent {
  /** False for verbs that fetch nothing (`pip list`). */
  readonly fetches: boolean;
  /** The verb is there to run the user's own program (`uv run`), which may want its network. */
  readonly runsProgram?: boolean;
  /** It compiles modules that it lists nowhere (`uv --compile-bytecode`); absent where it does not. */
  readonly compiles?: Compiles;
  /** It asks for one thing after the other, so that more can be had ahead; absent where it does not. */
  readonly sequential?: Sequence;
  /**
   * It asks for many things at a time, of one index, and takes the newest of each project; absent
   * where that cannot be told.
   */
  readonly resolution?: Sequence;
  /** It was told to ask no index (`--offline`, `--no-index`): neither are we to ask one for it. */
  readonly asksNoIndex?: true;
  /** What it takes is for the Python that it tells in `User-Agent`, and for no other. */
  readonly ownPlatform?: true;
  /** Its configuration says how long answers hold: what it keeps must not reach a later run. */
  readonly keepsApart?: true;
  /** It keeps pages in its private cache, and asks again whether they still stand. */
  readonly keepsPages?: true;
  /** It installs each file as it comes: where one is refused, others lie there already. */
  readonly oneByOne?: true;
  /** It asks for a project's page before it uses a wheel that its cache holds, and copies from there. */
  readonly keepsWheels?: true;
  readonly wishes: readonly Wish[];
  readonly pins: readonly Pin[];
  /** Index base addresses in the installer's own configuration, credentials removed. */
  readonly indexes: readonly string[];
  /** Addresses beside them that the user names: of requirements, links, mirrors; without credentials. */
  readonly named?: readonly string[];
  /** What the user's requirement and lock files take from repositories. */
  readonly sources?: readonly StatedSource[];
  /** The same as those files state it by then. */
  readonly restated?: () => Promise<readonly StatedSource[]>;
  /** Where git's configuration leads. */
  readonly rewrites?: readonly AddressRewrite[];
  /** Folders that stand in for every index, absolute: only what is judged of them is handed over. */
  readonly wheelhouses?: readonly string[];
  /** CA bundles that the user gave the installer: files that are added to our own roots upstream. */
  readonly caFiles: readonly string[];
  /** The proxy the installer would have used: ours upstream. */
  readonly proxy: string | null;
  /** Where it will install, as far as known: paths of environments or of interpreters. */
  readonly targets: readonly InstallTarget[];
  /** The folder of its private cache in which it makes environments for one run (`uvx`). */
  readonly passingEnvironments?: string;
  /** Folders of wheels that are part of the installer: new environments get their pip from there. */
  readonly seeds?: readonly string[];
  /** Settings taken out of the way, a line each. */
  readonly notes: readonly string[];
  /** Settings that would lead round the gate: the run does not start. */
  readonly refusals: readonly Reason[];
}

export type InstallTarget =
  | { readonly kind: 'interpreter'; readonly path: string }
  /** A virtual environment's root. */
  | { readonly kind: 'environment'; readonly path: string }
  /** A plain folder of distributions (`--target`). */
  | { readonly kind: 'directory'; readonly path: string }
  /** A folder of virtual environments, one or two levels below, that come and go. */
  | { readonly kind: 'environments'; readonly path: string };

export interface Steered {
  readonly program: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** One installer: how it is recognised, what it intends, how it is steered. Knows no gateway. */
export interface Installer {
  readonly name: string;
  /** One line for `--help`. */
  readonly synopsis: string;
  recognise(words: readonly string[]): Recognised | null;
  /**
   * The real program and its version.
   * @throws Refusal `WP-INSTALLER-NOT-FOUND`
   */
  locate(recognised: Recognised, call: Call): Promise<Located>;
  /** @throws Refusal `WP-LOCKFILE-INVALID`, `WP-NAME-LOOKALIKE`, `WP-USAGE` */
  intend(recognised: Recognised, located: Located, call: Call): Promise<Intent>;
  steer(recognised: Recognised, located: Located, call: Call, route: Route): Steered;
}

export interface Located {
  /** Absolute path of what is executed. */
  readonly program: string;
  /** Arguments that come before the user's own (`-m pip`). */
  readonly prefix: readonly string[];
  readonly version: string;
}
