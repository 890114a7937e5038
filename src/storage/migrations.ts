// SPDX-License-Identifier: Apache-2.0

/** `WHPR` in ASCII: tells our file from any other SQLite database (PRAGMA application_id). */
export const APPLICATION_ID = 0x57_48_50_52;

/**
 * The schema's history. A step is never changed once released: later ones follow it, and a store of
 * any earlier version goes through those it lacks, each in one transaction. `PRAGMA user_version`
 * counts the steps done.
 *
 * `seal` is a sha256 over the row's other columns: a row that the disk changed is found on reading.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE schema_history (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;

  CREATE TABLE files (
    index_url TEXT NOT NULL,
    project TEXT NOT NULL,
    version TEXT NOT NULL,
    filename TEXT NOT NULL,
    url TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    policy TEXT NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (index_url, project, filename)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX files_by_url ON files (url);
  CREATE INDEX files_by_sha256 ON files (sha256);
  CREATE INDEX files_by_release ON files (project, version);

  CREATE TABLE sightings (
    index_url TEXT NOT NULL,
    project TEXT NOT NULL,
    filename TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    at INTEGER NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (index_url, project, filename, sha256)
  ) STRICT, WITHOUT ROWID;

  -- project '' stands for every project.
  CREATE TABLE approvals (
    sha256 TEXT NOT NULL,
    project TEXT NOT NULL,
    owner TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    seal TEXT NOT NULL,
    PRIMARY KEY (sha256, project, owner)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE hosts (
    index_url TEXT NOT NULL,
    host TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (index_url, host)
  ) STRICT, WITHOUT ROWID;

  -- hash: sha256 over the hash of the row before and this row's columns.
  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    run TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_by_run ON audit (run);
  CREATE INDEX audit_by_subject ON audit (subject);
  CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is never changed'); END;
  CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is never cut'); END;
  `,
  `
  CREATE TABLE pages (
    index_url TEXT NOT NULL,
    project TEXT NOT NULL,
    form TEXT NOT NULL,
    status TEXT NOT NULL,
    newest TEXT,
    listed INTEGER NOT NULL CHECK (listed >= 0),
    client TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (index_url, project)
  ) STRICT, WITHOUT ROWID;

  -- files: one line for each, so that a page of thousands is one row that is rarely written.
  CREATE TABLE listings (
    index_url TEXT NOT NULL,
    project TEXT NOT NULL,
    files TEXT NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (index_url, project)
  ) STRICT;
  `,
  `
  -- publishers: who was proved to have published the file, as a JSON list.
  CREATE TABLE publishers (
    index_url TEXT NOT NULL,
    project TEXT NOT NULL,
    version TEXT NOT NULL,
    filename TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    publishers TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (index_url, project, filename)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX publishers_by_project ON publishers (project);

  -- publisher '' stands for nobody.
  CREATE TABLE accepted_changes (
    project TEXT NOT NULL,
    version TEXT NOT NULL,
    publisher TEXT NOT NULL,
    reason TEXT NOT NULL,
    owner TEXT NOT NULL,
    at INTEGER NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (project, version, publisher)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- ref: in full where the repository told it (refs/tags/v1.0), otherwise as a requirement states it.
  CREATE TABLE commits (
    repository TEXT NOT NULL,
    ref TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (repository, ref, commit_id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- From here on listings.files holds hashes in hex, not in base64; both are read.
  UPDATE listings SET files = files WHERE FALSE;
  `,
  `
  -- From here on listings.seal is over the hash of files, not over files; both are read.
  UPDATE listings SET seal = seal WHERE FALSE;
  `,
];
