// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import {
  DEFAULT_POLICY,
  formatRequirement,
  pinNotes,
  sealPolicy,
  shadowedOwners,
  type Policy,
  type PolicyContent,
  type PolicyException,
} from '../policy/index.ts';
import type { Layer } from './compile.ts';

/** Each setting's name in the file. Lists grow from layer to layer; of the others the last one wins. */
const KEYS = {
  firstUse: 'first-use',
  require: 'require',
  dryRun: 'dry-run',
  publisherTrust: 'publisher-trust',
  allowHosts: 'allow-hosts',
  allowPlainHttp: 'allow-plain-http',
  cooldownMs: 'cooldown',
  minimumTls: 'minimum-tls',
  weakTls: 'weak-tls',
  gitBranches: 'git-branches',
  allowInside: 'allow-inside',
  maxFileBytes: 'max-file-size',
  staleIfErrorMs: 'stale-if-error',
} as const satisfies Record<keyof Layer['settings'], string>;

/**
 * Lays the files' rules over the default policy, the first file lowest. Exceptions that have ended
 * are left out, so that the policy's digest changes with what it lets through.
 *
 * @throws Refusal `WP-POLICY-INVALID` for a rule that names an index nobody describes.
 */
export function overlay(
  layers: readonly Layer[],
  { strict, now }: { readonly strict: boolean; readonly now: number },
): Policy {
  const exceptions = layers.flatMap((layer) => layer.exceptions);
  const pins = layers.flatMap((layer) => layer.pins);
  const content: PolicyContent = {
    ...DEFAULT_POLICY,
    ...Object.assign({}, ...layers.map((layer) => layer.settings)),
    ...appended(layers),
    projects: layers.flatMap((layer) => layer.projects),
    indexes: layers.flatMap((layer) => layer.indexes),
    pins,
    sigstore: layers.flatMap((layer) => layer.sigstore),
    signers: layers.flatMap((layer) => layer.signers),
    exceptions: exceptions.filter((one) => one.expires > now),
    strict,
    sources: layers.map((layer) => layer.path),
    origins: originsOf(layers),
    notes: [
      ...overrides(layers),
      ...exceptions.filter((one) => one.expires <= now).map(ended),
      ...pinNotes({ pins, strict }, now),
      ...shadowedOwners({ projects: layers.flatMap((layer) => layer.projects) }),
    ],
  };
  refuseUnknownIndexes(content);
  return sealPolicy(content);
}

function appended(layers: readonly Layer[]): Partial<PolicyContent> {
  const hosts = layers.flatMap(({ settings }) => settings.allowHosts ?? []);
  const isSet = layers.some(({ settings }) => settings.allowHosts !== undefined);
  return {
    allowHosts: isSet ? [...new Set(hosts)] : null,
    allowPlainHttp: [...new Set(layers.flatMap(({ settings }) => settings.allowPlainHttp ?? []))],
    allowInside: [...new Set(layers.flatMap(({ settings }) => settings.allowInside ?? []))],
  };
}

function originsOf(layers: readonly Layer[]): Readonly<Record<string, string>> {
  const origins: Record<string, string> = {};
  for (const { path, settings } of layers) {
    for (const [setting, key] of Object.entries(KEYS)) {
      if (!(setting in settings)) continue;
      const earlier = origins[key];
      const isList = key.startsWith('allow-');
      origins[key] = isList && earlier !== undefined ? `${earlier}, ${path}` : path;
    }
  }
  return origins;
}

/** A project's file that says otherwise than the user's own should not go unseen. */
function overrides([user, project]: readonly Layer[]): readonly string[] {
  if (user === undefined || project === undefined) return [];
  const notes: string[] = [];
  for (const setting of [
    'firstUse',
    'require',
    'dryRun',
    'publisherTrust',
    'cooldownMs',
    'minimumTls',
    'weakTls',
    'maxFileBytes',
    'staleIfErrorMs',
  ] as const) {
    const [before, after] = [user.settings[setting], project.settings[setting]];
    if (before === undefined || after === undefined || shown(before) === shown(after)) continue;
    notes.push(`${KEYS[setting]} of ${user.path} is overridden by ${project.path}`);
  }
  return notes;
}

function shown(value: PolicyContent[keyof Layer['settings']]): string {
  if (value === null || typeof value !== 'object') return String(value);
  return 'op' in value ? formatRequirement(value) : value.join(' ');
}

function ended(exception: PolicyException): string {
  const date = new Date(exception.expires).toISOString();
  const { source, rule, project, owner } = exception;
  return `${source} lifts nothing any more: ${rule} for ${project} ended ${date} (owner ${owner})`;
}

function refuseUnknownIndexes({ projects, indexes }: PolicyContent): void {
  const known = new Set(indexes.flatMap(({ name }) => name ?? []));
  for (const { index, source } of projects) {
    if (index === null || index.includes('://') || known.has(index)) continue;
    const names = [...known].join(', ') || 'no [[index]] has a name';
    throw new Refusal('WP-POLICY-INVALID', {
      message: `${source}, index: expected an address or the name of an [[index]] (${names}), found "${index}"`,
    });
  }
}
