// SPDX-License-Identifier: Apache-2.0
import type { LockedPackage } from '../core/lockfile.ts';
import { Markers } from './markers.ts';
import { isTable, own, textsOf, within, type PlacedTable, type Table } from './tables.ts';

type Reach = Pick<LockedPackage, 'marker' | 'groups'>;

/** What is asked for without naming a group or an extra. */
const MAIN = 'main';
/** Steps along dependencies; real locks of a thousand packages need some ten thousand. */
const MAX_STEPS = 200_000;

/**
 * uv writes conditions beside dependencies, not beside packages: under which each package is
 * needed, and for which groups and extras, follows from the ways that lead to it.
 */
export function uvReach(
  lock: Table,
  entries: readonly PlacedTable[],
): (entry: PlacedTable) => Reach {
  const graph = new Graph(entries);
  const ways = new Map<string, ReadonlyMap<PlacedTable, Markers>>();
  for (const [group, dependencies] of starts(lock, entries)) {
    ways.set(group, graph.walk(dependencies));
  }
  return (entry) => {
    const groups = [...ways].filter(([, reached]) => reached.has(entry)).map(([group]) => group);
    const [first] = groups;
    const marker = first === undefined ? null : (ways.get(first)?.get(entry)?.text() ?? null);
    return { marker, groups };
  };
}

/** Each group with what the project's own members, or a script, ask for in it; the main one first. */
function starts(lock: Table, entries: readonly PlacedTable[]): Map<string, readonly Table[]> {
  const found = new Map<string, Table[]>();
  const add = (group: string, value: unknown): void => {
    const before = found.get(group) ?? [];
    found.set(group, [...before, ...tablesIn(value)]);
  };
  add(MAIN, own(within(lock, 'manifest'), 'requirements'));
  for (const { table } of entries.filter(isMember)) {
    add(MAIN, own(table, 'dependencies'));
    for (const key of ['optional-dependencies', 'dev-dependencies']) {
      for (const [group, value] of Object.entries(within(table, key))) add(group, value);
    }
  }
  return found;
}

function isMember({ table }: PlacedTable): boolean {
  const source = within(table, 'source');
  return own(source, 'editable') !== undefined || own(source, 'virtual') !== undefined;
}

function tablesIn(value: unknown): readonly Table[] {
  return Array.isArray(value) ? value.filter(isTable) : [];
}

class Graph {
  readonly #all: readonly PlacedTable[];
  readonly #named: ReadonlyMap<unknown, readonly PlacedTable[]>;
  #steps = 0;

  constructor(entries: readonly PlacedTable[]) {
    this.#all = entries;
    this.#named = Map.groupBy(entries, ({ table }) => own(table, 'name'));
  }

  /** Every package that these lead to, with the conditions of all ways there; short ways first. */
  walk(dependencies: readonly Table[]): ReadonlyMap<PlacedTable, Markers> {
    const reached = new Map<PlacedTable, Markers>();
    const extras = new Map<string, Markers>();
    const queue = dependencies.map((wanted) => ({ wanted, under: Markers.ALWAYS }));
    for (const { wanted, under: before } of queue) {
      const marker = own(wanted, 'marker');
      const under = before.and(typeof marker === 'string' ? marker : null);
      for (const entry of this.#meant(wanted)) {
        const asks = widened(reached, entry, under) ? [own(entry.table, 'dependencies')] : [];
        for (const extra of textsOf(own(wanted, 'extra'))) {
          if (!widened(extras, `${entry.where} ${extra}`, under)) continue;
          asks.push(own(within(entry.table, 'optional-dependencies'), extra));
        }
        const next = asks.flatMap(tablesIn);
        this.#steps += next.length;
        // Too tangled to tell: needed, as far as anybody knows.
        if (this.#steps > MAX_STEPS) return new Map(this.#all.map((one) => [one, Markers.ALWAYS]));
        for (const one of next) queue.push({ wanted: one, under });
      }
    }
    return reached;
  }

  /** Of a name that is locked more than once, uv states the version or the source that is meant. */
  #meant(wanted: Table): readonly PlacedTable[] {
    const version = own(wanted, 'version');
    const named = this.#named.get(own(wanted, 'name')) ?? [];
    return version === undefined || named.length < 2
      ? named
      : named.filter(({ table }) => own(table, 'version') === version);
  }
}

/** Whether this way adds anything to those that are known. */
function widened<Key>(known: Map<Key, Markers>, key: Key, under: Markers): boolean {
  const before = known.get(key);
  const all = before === undefined ? under : before.or(under);
  known.set(key, all);
  return all !== before;
}
