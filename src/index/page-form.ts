// SPDX-License-Identifier: Apache-2.0
import type { ListedFile, ProjectStatus } from '../core/artifact.ts';
import type { PageBytes, PageListener, RawHead } from './raw-page.ts';

export type FormName = 'json' | 'html';

/** What is said again of a page. */
export interface WritablePage {
  /** Normalised, or `null` for a flat page. */
  readonly project: string | null;
  readonly status: ProjectStatus;
  readonly statusReason: string | null;
  readonly lastSerial: number | null;
  readonly files: readonly ListedFile[];
  /** Listed without any hash at `url`, which answers why the file is refused. */
  readonly shown: readonly { readonly file: ListedFile; readonly url: string }[];
}

/** One way to write an index page: one file, and one line in index.ts. */
export interface PageForm {
  readonly form: FormName;
  /** Media types that are this form; the first is what it is sent as. */
  readonly mediaTypes: readonly string[];
  /** Whether a body without a known media type starts like this form. */
  startsLike(text: string): boolean;
  /** Whether a body (as far as it has come) is an index page and not any other document of this form. */
  isIndexPage(text: string): boolean;
  /** @throws Refusal `WP-PAGE-MALFORMED`, `WP-LIMIT-SIZE` */
  read(page: PageBytes, listener: PageListener): RawHead;
  /**
   * The same, in less time; `null`: only `read` can tell. What was told to the listener by then
   * counts for nothing.
   */
  readUsual?(page: PageBytes, listener: PageListener): RawHead | null;
  write(page: WritablePage): string;
}
