// SPDX-License-Identifier: Apache-2.0
import { isCode, type Code } from '../core/codes.ts';
import { Refusal } from '../core/errors.ts';
import type { SignerRule } from '../core/signer-rule.ts';
import { isSpecifier } from '../core/version.ts';
import {
  LIFTABLE_RULES,
  type IndexRule,
  type PinRule,
  type PolicyContent,
  type PolicyException,
  type ProjectRule,
  type RootRule,
} from '../policy/index.ts';
import type { ReadDocument } from './document.ts';
import type { KeyPath } from './location.ts';
import { readPinTables, sourceOf } from './pin-tables.ts';
import { readPublisherTables } from './publisher-tables.ts';
import { readRootTables } from './root-tables.ts';
import { readSignerTables } from './signer-tables.ts';
import { readTufPin } from './tuf-pins.ts';
import { ValueReader } from './values.ts';

type Setting =
  | 'firstUse'
  | 'require'
  | 'dryRun'
  | 'publisherTrust'
  | 'allowHosts'
  | 'allowPlainHttp'
  | 'cooldownMs'
  | 'minimumTls'
  | 'weakTls'
  | 'gitBranches'
  | 'allowInside'
  | 'maxFileBytes'
  | 'staleIfErrorMs';

/** One file's rules: what it leaves out is absent. */
export interface Layer {
  readonly path: string;
  readonly settings: Partial<Pick<PolicyContent, Setting>>;
  readonly projects: readonly ProjectRule[];
  readonly indexes: readonly IndexRule[];
  readonly pins: readonly PinRule[];
  readonly exceptions: readonly PolicyException[];
  readonly sigstore: readonly RootRule[];
  readonly signers: readonly SignerRule[];
}

/** @throws Refusal `WP-POLICY-INVALID` where a value has the right form and no sense. */
export function compileRules(
  document: ReadDocument,
  evidenceKinds: readonly string[] | null,
): Layer {
  return new Compiler(document, evidenceKinds).compile();
}

class Compiler {
  readonly #document: ReadDocument;
  readonly #read: ValueReader;

  constructor(document: ReadDocument, evidenceKinds: readonly string[] | null) {
    this.#document = document;
    this.#read = new ValueReader(document, evidenceKinds);
  }

  compile(): Layer {
    return {
      path: this.#document.path,
      settings: this.#settings(),
      projects: this.#projects(),
      indexes: this.#indexes(),
      pins: readPinTables(this.#document, this.#read),
      exceptions: this.#exceptions(),
      sigstore: readRootTables(this.#document, this.#read),
      signers: readSignerTables(this.#document, this.#read),
    };
  }

  #settings(): Layer['settings'] {
    const { values } = this.#document;
    const { 'first-use': firstUse, require, 'dry-run': dryRun, cooldown } = values;
    const { 'allow-hosts': allowHosts, 'allow-plain-http': plainHttp } = values;
    const { 'minimum-tls': minimumTls, 'max-file-size': maxFileSize } = values;
    const { 'stale-if-error': staleIfError } = values;
    const { 'publisher-trust': publisherTrust } = values;
    const { 'weak-tls': weakTls, 'allow-inside': inside } = values;
    const { 'git-branches': gitBranches } = values;
    return {
      ...(firstUse !== undefined && { firstUse }),
      ...(require !== undefined && { require: this.#read.requirement(require, ['require']) }),
      ...(dryRun !== undefined && { dryRun }),
      ...(publisherTrust !== undefined && { publisherTrust }),
      ...(allowHosts !== undefined && {
        allowHosts: this.#read.hosts(allowHosts, ['allow-hosts']),
      }),
      ...(plainHttp !== undefined && {
        allowPlainHttp: this.#read.hosts(plainHttp, ['allow-plain-http']),
      }),
      ...(cooldown !== undefined && { cooldownMs: this.#read.duration(cooldown, ['cooldown']) }),
      ...(minimumTls !== undefined && { minimumTls }),
      ...(weakTls !== undefined && { weakTls }),
      ...(gitBranches !== undefined && { gitBranches }),
      ...(inside !== undefined && { allowInside: this.#read.hosts(inside, ['allow-inside']) }),
      ...(staleIfError !== undefined && {
        staleIfErrorMs: this.#read.duration(staleIfError, ['stale-if-error']),
      }),
      ...(maxFileSize !== undefined && { maxFileBytes: this.#read.size(maxFileSize) }),
    };
  }

  #projects(): readonly ProjectRule[] {
    return (this.#document.values.project ?? []).flatMap((rule, place) => {
      const at = (key: string): KeyPath => ['project', place, key];
      const { 'first-use': firstUse = null, require, cooldown, index = null } = rule;
      const { publisher, 'publisher-trust': publisherTrust } = rule;
      const names = this.#names(rule, place);
      if (Object.keys(rule).length === 1) {
        this.#document.fail(['project', place], 'a rule beside the name', 'none');
      }
      const table: Omit<ProjectRule, 'name'> = {
        firstUse,
        require: require === undefined ? null : this.#read.requirement(require, at('require')),
        ...(rule['dry-run'] !== undefined && { dryRun: rule['dry-run'] }),
        cooldownMs: cooldown === undefined ? null : this.#read.duration(cooldown, at('cooldown')),
        index: index === null ? null : this.#read.indexReference(index, at('index')),
        ...(publisher !== undefined && {
          publishers: readPublisherTables(this.#document, publisher, at('publisher')),
        }),
        ...(publisherTrust !== undefined && { publisherTrust }),
        source: this.#source('project', place),
      };
      return names.map((name) => ({ name, ...table }));
    });
  }

  /** A namespace is the project of its name, and all below it (PEP 752). */
  #names(
    {
      name,
      namespace,
    }: { readonly name?: string | undefined; readonly namespace?: string | undefined },
    place: number,
  ): readonly string[] {
    const at: KeyPath = ['project', place];
    if (name !== undefined && namespace !== undefined) {
      this.#document.fail([...at, 'namespace'], 'either "name" or "namespace"', 'both');
    }
    if (name !== undefined) return [this.#read.projectGlob(name, [...at, 'name'])];
    if (namespace === undefined)
      return this.#document.fail(at, 'the key "name" or "namespace"', 'none');
    const root = this.#read.projectGlob(namespace, [...at, 'namespace']);
    return [root, `${root}-*`];
  }

  #indexes(): readonly IndexRule[] {
    const indexes = (this.#document.values.index ?? []).map((rule, place) => ({
      name: rule.name ?? null,
      url: this.#read.indexUrl(rule.url, ['index', place, 'url']),
      allowHosts:
        rule['allow-hosts'] === undefined
          ? null
          : this.#read.hosts(rule['allow-hosts'], ['index', place, 'allow-hosts']),
      ...(rule['absent-status'] !== undefined && { absentStatus: rule['absent-status'] }),
      ...readTufPin(this.#document, this.#read, place),
      source: this.#source('index', place),
    }));
    for (const [place, { url, name }] of indexes.entries()) {
      const earlier = indexes.slice(0, place);
      if (earlier.some((one) => one.url === url)) {
        this.#document.fail(['index', place, 'url'], 'each index once', `${url} twice`);
      }
      if (name !== null && earlier.some((one) => one.name === name)) {
        this.#document.fail(['index', place, 'name'], 'each name once', `"${name}" twice`);
      }
    }
    return indexes;
  }

  #exceptions(): readonly PolicyException[] {
    return (this.#document.values.exception ?? []).map((rule, place) => {
      const at = (key: string): KeyPath => ['exception', place, key];
      const { version = null } = rule;
      if (version !== null && !(isSpecifier(version) && version.trim() !== '')) {
        this.#document.fail(at('version'), 'version specifiers such as ">=1,<2"', `"${version}"`);
      }
      return {
        project: this.#read.projectGlob(rule.project, at('project')),
        version,
        rule: codeOfRule(rule.rule),
        reason: rule.reason,
        owner: rule.owner,
        expires: this.#read.moment(rule.expires, at('expires')),
        source: this.#source('exception', place),
      };
    });
  }

  #source(table: string, place: number): string {
    return sourceOf(this.#document, table, place);
  }
}

function codeOfRule(rule: string): Code {
  const named = Object.entries(LIFTABLE_RULES).find(([name]) => name === rule)?.[1];
  if (named !== undefined) return named;
  if (isCode(rule)) return rule;
  throw new Refusal('WP-INTERNAL', { message: `the rule ${rule} has no code` });
}
