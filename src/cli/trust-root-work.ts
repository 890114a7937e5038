// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { PUBLIC_GOOD, type HeldRoot } from '../core/trusted-roots.ts';
import { readTrustedRoot } from '../crypto/index.ts';
import { requireText } from '../trust/index.ts';
import { occasionOf, printJson, type Json, type TrustIo } from './trust-context.ts';
import type {
  ImportOptions,
  PinOptions,
  RemoveOptions,
  RootContext,
  UpdateOptions,
} from './trust-root-context.ts';
import { differences, rootShape, rootText } from './trust-root-text.ts';
import { fetchTrustedRoot, openMemoryStore } from './trust-root-update.ts';
import { readGiven } from './tuf-work.ts';

type Io = Pick<TrustIo, 'out'>;

/** `wheelproof trust root show` */
export async function showRoots(
  { roots, clock }: RootContext,
  io: Io,
  name: string | undefined,
  options: Json,
): Promise<void> {
  const found: HeldRoot[] = [];
  for (const one of name === undefined ? await roots.names() : [name]) {
    found.push(await requireHeld(roots, one));
  }
  const now = clock.now();
  if (options.json === true) printJson(io, { roots: found.map((one) => rootShape(one, now)) });
  else io.out(found.map((one) => rootText(one, now)).join('\n'));
}

/** `wheelproof trust root import`: a private deployment's root, under a name for policies. */
export async function importRoot(
  context: RootContext,
  io: Io,
  words: { readonly name: string; readonly file: string | undefined },
  options: ImportOptions,
): Promise<void> {
  const { name, file } = words;
  const { roots } = context;
  const reason = requireText('the reason', options.reason, 1000);
  if (name === PUBLIC_GOOD) {
    throw new Refusal('WP-USAGE', {
      message: `"${PUBLIC_GOOD}" is Sigstore's own root, which only its signed repository replaces`,
      hint: '`wheelproof trust root update --from FOLDER` takes it from a copy; another deployment gets another name.',
    });
  }
  const before = await roots.find(name);
  const { fresh: brought, metadata } = await rootFrom(context, words, options);
  const fresh = { ...brought, pin: before?.pin ?? null };
  if (before !== null && options.replace !== true) {
    if (before.id === fresh.id) {
      const lines = [`"${name}" holds it already.`];
      return await tellOf(context, io, before, { options, lines });
    }
    throw new Refusal('WP-TRUSTED-ROOT-PIN', {
      message: `"${name}" holds ${before.id} already, found ${fresh.id}`,
      hint: `Look at both (\`wheelproof trust root show ${name}\`); --replace puts this one in its place.`,
    });
  }
  requirePinned(before, fresh, 'import');
  await roots.remove(name);
  await roots.save(fresh);
  for (const [role, bytes] of metadata) await roots.metadataOf(name).save(role, bytes);
  record(context, 'root-import', fresh, { reason, from: file ?? options.from, before: before?.id });
  const changed = before === null ? [] : differences(before.bytes, fresh.bytes);
  const lines = [
    ...changed,
    `It counts for the files that a [[sigstore]] table of the policy names, with roots = ["${name}"].`,
  ];
  await tellOf(context, io, fresh, { options, lines });
}

interface Brought {
  readonly fresh: HeldRoot;
  readonly metadata: ReadonlyMap<string, Uint8Array>;
}

async function rootFrom(
  context: RootContext,
  { name, file }: { readonly name: string; readonly file: string | undefined },
  { from, tufRoot }: ImportOptions,
): Promise<Brought> {
  const now = context.clock.now();
  const times = { since: now, checkedAt: now, pin: null };
  if (file !== undefined && from === undefined && tufRoot === undefined) {
    const bytes = await readGiven(file);
    const { id } = readTrustedRoot(bytes);
    const origin = { kind: 'file', from: file, version: null } as const;
    return { fresh: { name, bytes, id, origin, ...times }, metadata: new Map() };
  }
  if (file === undefined && from !== undefined && tufRoot !== undefined) {
    const first = await readGiven(tufRoot);
    const store = openMemoryStore();
    const fetched = await fetchTrustedRoot(context, { source: from, store, first });
    const origin = { kind: 'tuf', from, version: fetched.version } as const;
    const { bytes, id } = fetched;
    return { fresh: { name, bytes, id, origin, ...times }, metadata: store.kept };
  }
  throw new Refusal('WP-USAGE', {
    message:
      'expected a trusted_root.json, or --from REPOSITORY together with --tuf-root FILE, its first root',
  });
}

/** `wheelproof trust root update`: what the signed repository behind a root says now. */
export async function updateRoot(
  context: RootContext,
  io: Io,
  name: string,
  options: UpdateOptions,
): Promise<void> {
  const { roots, clock } = context;
  const held = await requireHeld(roots, name);
  const { source, first } = await repositoryOf(held, options);
  const store = roots.metadataOf(name);
  const { bytes, id, version } = await fetchTrustedRoot(context, { source, store, first });
  const now = clock.now();
  requirePinned(held, { id, origin: { from: source } }, 'update');
  const from = name === PUBLIC_GOOD ? source : held.origin.from;
  const since = held.id === id ? held.since : now;
  const origin = { kind: 'tuf', from, version } as const;
  const fresh: HeldRoot = { ...held, bytes, id, origin, since, checkedAt: now };
  await roots.save(fresh);
  record(context, 'root-update', fresh, { from: source, before: held.id });
  const lines =
    held.id === id ? ['Nothing changed.'] : ['What changed:', ...differences(held.bytes, bytes)];
  await tellOf(context, io, fresh, { options, lines });
}

/** Nothing but what was pinned, until the pin is taken off. */
function requirePinned(
  held: HeldRoot | null,
  fresh: { readonly id: string; readonly origin: { readonly from: string } },
  again: 'import' | 'update',
): void {
  if (held === null || held.pin === null || held.id === fresh.id) return;
  const { name, pin } = held;
  throw new Refusal('WP-TRUSTED-ROOT-PIN', {
    message: `${fresh.origin.from} says ${fresh.id}; "${name}" is pinned to ${held.id} by ${pin.owner} (${pin.reason})`,
    hint: `Look at what changed; \`wheelproof trust root pin ${name} --off --reason 'why'\` and ${again} again takes it.`,
  });
}

async function repositoryOf({ name, origin }: HeldRoot, { from }: UpdateOptions) {
  const { openPublicGoodTufRoot, PUBLIC_GOOD_REPOSITORY } =
    await import('../trust/public-good-root.ts');
  if (name === PUBLIC_GOOD) {
    return { source: from ?? PUBLIC_GOOD_REPOSITORY, first: await openPublicGoodTufRoot() };
  }
  if (origin.kind === 'tuf') return { source: from ?? origin.from, first: null };
  throw new Refusal('WP-USAGE', {
    message: `"${name}" came from a file: no repository is known that signs it`,
    hint: `\`wheelproof trust root import ${name} FILE --replace --reason 'why'\` takes a new one.`,
  });
}

/** `wheelproof trust root pin`: from now on, nothing but this. */
export async function pinRoot(
  context: RootContext,
  io: Io,
  words: { readonly name: string; readonly id: string | undefined },
  options: PinOptions,
): Promise<void> {
  const { roots, clock, owner } = context;
  const held = await requireHeld(roots, words.name);
  const reason = requireText('the reason', options.reason, 1000);
  const wanted = words.id?.replace(/^sha256:/u, '').toLowerCase();
  if (wanted !== undefined && wanted !== held.id) {
    throw new Refusal('WP-TRUSTED-ROOT-PIN', {
      message: `expected ${wanted}, and "${words.name}" holds ${held.id}`,
      hint: `\`wheelproof trust root show ${words.name}\` tells what it holds.`,
    });
  }
  const pin = options.off === true ? null : { id: held.id, reason, owner, at: clock.now() };
  const fresh = { ...held, pin };
  await roots.save(fresh);
  record(context, pin === null ? 'root-unpin' : 'root-pin', fresh, { reason });
  await tellOf(context, io, fresh, { options, lines: [] });
}

/** `wheelproof trust root remove`: of the public-good one, what was brought beside the package. */
export async function removeRoot(
  context: RootContext,
  io: Io,
  name: string,
  options: RemoveOptions,
): Promise<void> {
  const reason = requireText('the reason', options.reason, 1000);
  if (!(await context.roots.holds(name))) throw unknown(name);
  await context.roots.remove(name);
  record(context, 'root-remove', { name, id: null }, { reason });
  if (options.json === true) printJson(io, { removed: name });
  else io.out(`Removed: ${name}\n`);
}

async function requireHeld(roots: RootContext['roots'], name: string): Promise<HeldRoot> {
  const found = await roots.find(name);
  if (found === null) throw unknown(name);
  return found;
}

function unknown(name: string): Refusal {
  return new Refusal('WP-USAGE', {
    message: `no trusted root is held as "${name}"`,
    hint: '`wheelproof trust root show` lists them.',
  });
}

function record(
  context: RootContext,
  what: string,
  { name, id }: { readonly name: string; readonly id: string | null },
  more: Readonly<Record<string, string | undefined>>,
): void {
  const { now, run } = occasionOf(context);
  const told = Object.entries(more).filter(([, value]) => value !== undefined);
  const detail = { id, owner: context.owner, ...Object.fromEntries(told) };
  context.rows.audit({ at: now, run, what, subject: `root:${name}`, detail });
}

async function tellOf(
  { clock }: RootContext,
  io: Io,
  root: HeldRoot,
  { options, lines }: { readonly options: Json; readonly lines: readonly string[] },
): Promise<void> {
  const now = clock.now();
  if (options.json === true) printJson(io, { root: rootShape(root, now) });
  else io.out([rootText(root, now), ...lines.map((line) => `${line}\n`)].join(''));
}
