// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { Json } from '../core/strict-json.ts';
import { checkName, hexOf, readForm, timeOf, writeForm } from './ceremony-form.ts';
import { timeText } from './documents.ts';
import { Fields } from './fields.ts';

/** `ceremony.json`: what the conductor wishes. Everything else follows from it and the keys. */
export interface CeremonyPlan {
  /** 32 random bytes: no signature fits another ceremony. */
  readonly nonce: string;
  /** Milliseconds since 1970, whole seconds; as the conductor says. */
  readonly created: number;
  readonly tool: { readonly version: string; readonly sha256: string };
  /** Who signs from now on; `key` as the root before has it, `null` where it is yet to be brought. */
  readonly holders: readonly PlannedHolder[];
  readonly threshold: number;
  /** Public key of the server. */
  readonly online: string;
  readonly bits: number;
  readonly prefix: string;
  /** Of root, targets and bins. */
  readonly expires: number;
  readonly versions: OfflineVersions;
  /** SHA-256 of the files of what is published now; `null` for a new repository. */
  readonly previous: PreviousHashes | null;
}

export interface PlannedHolder {
  readonly name: string;
  readonly key: string | null;
}

export interface OfflineVersions {
  readonly root: number;
  readonly targets: number;
  readonly bins: number;
}

export interface PreviousHashes {
  readonly root: string;
  readonly targets: string;
  readonly bins: string;
}

const FORMAT = 'wheelproof-ceremony/1';
const MAX_HOLDERS = 50;
/** TAP 15 allows more; a snapshot that names more is too large for clients. */
const MAX_BITS = 16;

/** @throws Refusal `WP-CEREMONY-NAME`, `WP-CEREMONY-SAME-KEY`, `WP-CEREMONY-MALFORMED` */
export function writePlan(plan: CeremonyPlan): Uint8Array {
  const bytes = writeForm({
    format: FORMAT,
    nonce: plan.nonce,
    created: timeText(plan.created),
    tool: { ...plan.tool },
    holders: plan.holders.map(({ name, key }) => ({ name, key })),
    threshold: plan.threshold,
    online: plan.online,
    bits: plan.bits,
    prefix: plan.prefix,
    expires: timeText(plan.expires),
    versions: { ...plan.versions },
    previous: plan.previous === null ? null : { ...plan.previous },
  });
  readPlan(bytes);
  return bytes;
}

/** @throws Refusal as {@link writePlan} */
export function readPlan(bytes: Uint8Array): CeremonyPlan {
  return readForm(bytes, 'ceremony.json', (fields) => {
    if (fields.text('format') !== FORMAT) throw fields.wrong('format', FORMAT);
    const holders = fields.list('holders').map((item, place) => readHolder(item, place));
    if (holders.length === 0 || holders.length > MAX_HOLDERS)
      throw fields.wrong('holders', `a list of 1 to ${MAX_HOLDERS}`);
    const twice = holders.find(({ name }, at) => holders.findIndex((h) => h.name === name) !== at);
    if (twice !== undefined)
      throw new Refusal('WP-CEREMONY-NAME', {
        message: `ceremony.json: two holders are called ${twice.name}`,
      });
    const tool = fields.object('tool');
    const version = tool.text('version');
    if (!/^[0-9A-Za-z.+-]{1,40}$/u.test(version)) throw tool.wrong('version', 'a version');
    const prefix = fields.text('prefix');
    if (!/^bin\d{0,6}$/u.test(prefix)) throw fields.wrong('prefix', '"bin" and a number');
    return {
      nonce: hexOf(fields, 'nonce', 32),
      created: timeOf(fields, 'created'),
      tool: { version, sha256: hexOf(tool, 'sha256', 32) },
      holders,
      threshold: fields.integer('threshold', 1, holders.length),
      online: hexOf(fields, 'online', 32),
      bits: fields.integer('bits', 1, MAX_BITS),
      prefix,
      expires: timeOf(fields, 'expires'),
      versions: readVersions(fields.object('versions')),
      previous: fields.raw('previous') === null ? null : readPrevious(fields.object('previous')),
    };
  });
}

function readHolder(item: Json, place: number): PlannedHolder {
  const fields = new Fields(item, `ceremony.json: holder ${place + 1}`);
  const name = checkName(fields.text('name'), 'ceremony.json');
  return { name, key: fields.raw('key') === null ? null : hexOf(fields, 'key', 32) };
}

function readVersions(fields: Fields): OfflineVersions {
  return {
    root: fields.integer('root', 1),
    targets: fields.integer('targets', 1),
    bins: fields.integer('bins', 1),
  };
}

function readPrevious(fields: Fields): PreviousHashes {
  return {
    root: hexOf(fields, 'root', 32),
    targets: hexOf(fields, 'targets', 32),
    bins: hexOf(fields, 'bins', 32),
  };
}
