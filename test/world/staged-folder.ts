// SPDX-License-Identifier: Apache-2.0
import { STAGED, type NamedBytes, type StagedFolder } from '../../src/core/tuf-repository.ts';

/** One step that the disk sees. */
export type Step =
  | { readonly kind: 'stage'; readonly file: NamedBytes }
  | { readonly kind: 'commit'; readonly name: string }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'sync' };

/** A folder in memory that writes down each step: any prefix of them is what a crash leaves. */
export class MemoryFolder implements StagedFolder {
  readonly files: Map<string, Uint8Array>;
  readonly steps: Step[] = [];

  constructor(files: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.files = new Map(files);
  }

  list(): Promise<readonly string[]> {
    return Promise.resolve([...this.files.keys()]);
  }

  read(name: string): Promise<Uint8Array | null> {
    return Promise.resolve(this.files.get(name) ?? null);
  }

  stage(files: readonly NamedBytes[]): Promise<void> {
    for (const file of files) this.take({ kind: 'stage', file });
    return Promise.resolve();
  }

  commit(names: readonly string[]): Promise<void> {
    for (const name of names) this.take({ kind: 'commit', name });
    return Promise.resolve();
  }

  sync(): Promise<void> {
    this.take({ kind: 'sync' });
    return Promise.resolve();
  }

  remove(name: string): Promise<void> {
    this.take({ kind: 'remove', name });
    return Promise.resolve();
  }

  changedAt(name: string): Promise<number | null> {
    return Promise.resolve(this.files.has(name) ? 0 : null);
  }

  take(step: Step): void {
    this.steps.push(step);
    if (step.kind === 'stage') this.files.set(`${step.file.name}${STAGED}`, step.file.bytes);
    else if (step.kind === 'remove') this.files.delete(step.name);
    else if (step.kind === 'commit') {
      const bytes = this.files.get(`${step.name}${STAGED}`);
      if (bytes === undefined) throw new Error(`${step.name} was not staged`);
      this.files.delete(`${step.name}${STAGED}`);
      this.files.set(step.name, bytes);
    }
  }
}
