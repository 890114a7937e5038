// SPDX-License-Identifier: Apache-2.0

/** What reading of the machine an installer's file may do: it looks, and changes nothing. */
export interface Machine {
  /**
   * A text file, UTF-8 with or without a byte-order mark; `null` where there is no such file.
   * @throws Refusal `WP-LOCKFILE-INVALID` where it is no readable text, or larger than
   *   MAX_REQUIREMENT_FILE_BYTES.
   */
  readText(path: string): Promise<string | null>;
  kindOf(path: string): Promise<'file' | 'directory' | null>;
  /** Names in a folder; empty where it cannot be listed. */
  list(path: string): Promise<readonly string[]>;
  /** A program as the shell would find it, absolute; `null` where there is none. */
  findProgram(word: string, environment: Environment, directory: string): Promise<string | null>;
  /** What a program prints on standard output when asked something harmless (`--version`); `null` when it fails. */
  ask(
    program: string,
    argv: readonly string[],
    environment: Environment,
    directory: string,
  ): Promise<string | null>;
}

export type Environment = Readonly<Record<string, string | undefined>>;
