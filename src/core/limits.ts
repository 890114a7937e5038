// SPDX-License-Identifier: Apache-2.0

/** Every bound in one place. Bytes, milliseconds and counts as the names say. */
export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

/** Files up to this size are held whole until their verdict; larger ones stream with their tail withheld. */
export const HOLD_LIMIT_BYTES = 32 * MIB;
/** What stays back of a streaming file until its verdict. */
export const WITHHELD_TAIL_BYTES = 64 * KIB;
/**
 * Files up to this size stay in memory while they are judged and handed out; of a larger one, this
 * much of what came last. All files together: AT_HAND_TOTAL_BYTES.
 */
export const AT_HAND_BYTES = 1 * MIB;
export const AT_HAND_TOTAL_BYTES = 32 * MIB;

/** Pieces of an answer are written together up to this size, unless the first has waited so long. */
export const GATHERED_BYTES = 256 * KIB;
export const GATHERED_MS = 100;
export const MAX_FILE_BYTES = 10 * GIB;
export const MAX_PAGE_BYTES = 64 * MIB;
export const MAX_SIDECAR_BYTES = 4 * MIB;
export const MAX_PAGE_ENTRIES = 200_000;
export const MAX_JSON_DEPTH = 32;
/** Brackets and commas in signed or attested JSON: each value costs dozens of bytes once read. */
export const MAX_JSON_VALUES = 65_536;
export const MAX_FILENAME_CHARACTERS = 255;
export const MAX_URL_CHARACTERS = 8 * KIB;

export const MAX_REDIRECTS = 10;
export const CONNECT_TIMEOUT_MS = 10_000;
/** From the request to the answer's headers. */
export const HEADERS_TIMEOUT_MS = 30_000;
/** No byte for this long ends a body. */
export const STALL_TIMEOUT_MS = 30_000;
export const MAX_TRIES = 3;
/** Waits before the second and the third try, give or take half: most failures are one connection's. */
export const RETRY_WAITS_MS: readonly number[] = [50, 250];
/** The same where the server says that it has too much to do, and not for how long. */
export const OVERLOAD_WAITS_MS: readonly number[] = [250, 1_000];
/**
 * An answer is late, and asked for a second time beside the first, after LATE_FACTOR times what all
 * but the slowest answers of its server took, within these bounds; the upper one where fewer than
 * LATE_SAMPLES of the last MAX_PACE_SAMPLES are known.
 */
export const LATE_MS = { least: 250, most: 2_500 } as const;
export const LATE_FACTOR = 3;
export const LATE_SAMPLES = 8;
export const MAX_PACE_SAMPLES = 32;
/** Second requests for late answers, to one server: so many at once, and a share of what it answers. */
export const LATE_REQUESTS = { atOnce: 8, share: 0.1 } as const;
/** A server that asks for a longer wait (Retry-After) is not asked again. */
export const MAX_RETRY_AFTER_MS = 10_000;
/** What a body must bring per second, over each STALL_TIMEOUT_MS of waiting, so that a drip ends too. */
export const MIN_BYTES_PER_SECOND = 1 * KIB;
/** For an index page or metadata, from the request to the last byte. */
export const PAGE_DEADLINE_MS = 120_000;
/** A page that some cache on the way has held for longer is not what its index says now. */
export const MAX_PAGE_AGE_SECONDS = 600;
/** A file that came too slowly is asked for so often in all: twice STALL_TIMEOUT_MS is a minute. */
export const MAX_SLOW_TRIES = 2;
/** Connections to one origin at a time. */
export const UPSTREAM_CONNECTIONS = 16;
/**
 * One connection that carries many answers (HTTP/2): how many at a time, what may be on its way for
 * one and for all of them (more than for each together), how many frames of one may wait to be read
 * (a full window holds 64 of the usual size), the size of a header list (that of HTTP/1.1), how long
 * it stays without work, and how soon somebody has to be there at its other end. A longer body gets
 * a connection of its own.
 */
export const SHARED_CONNECTION = {
  streams: 48,
  streamWindow: 1 * MIB,
  window: 64 * MIB,
  heldFrames: 8_192,
  headerBytes: 16 * KIB,
  headerPairs: 128,
  idleMs: 10_000,
  probeMs: 1_000,
  mostBytes: 32 * MIB,
} as const;
/** What an installer says of one request, and how long its connection may lie idle. */
export const MAX_REQUEST_HEADER_BYTES = 32 * KIB;
export const IDLE_CONNECTION_MS = 60_000;
/** Requests that an installer has open on one HTTP/2 connection to us; uv has 50 at most. */
export const MAX_HTTP2_STREAMS = 128;
/** What is fetched ahead of pip at a time, so that what it asks for always finds a free connection. */
export const AHEAD_LANES = { pages: 8, files: 4 } as const;
/** Pages and metadata for who asks for many at a time himself: nearly as many as one connection carries. */
export const AHEAD_PAGES_AT_ONCE = 40;
/** Files fetched ahead for who asks for all of them at once: as long as that takes, and held whole. */
export const AHEAD_LARGE_FILES = { least: 4 * MIB, most: HOLD_LIMIT_BYTES } as const;
/** Pages and metadata read ahead: at most so many more than this factor times those asked for. */
export const AHEAD_PAGES_MORE = 100;
export const AHEAD_PAGES_PER_ASKED = 2;
/** Pages of one run that the next of the same request begins to read before they are asked for. */
export const MAX_REPEATED_PAGES = 256;
/** Pages of which it is kept what they were judged by. */
export const MAX_KNOWN_PAGES = 4096;
/** Requests of which it is kept what they asked for. */
export const FORMER_ASKS_LIMIT = 256;
/** Files fetched ahead of one project, however many releases its metadata was asked of. */
export const AHEAD_FILES_PER_PROJECT = 2;
/** The rest of an unwanted answer up to which reading it is cheaper than a new connection. */
export const MAX_DISCARDED_BYTES = 16 * KIB;

export const MAX_REQUIREMENT_FILE_BYTES = 16 * MIB;
export const MAX_REQUIREMENT_FILE_DEPTH = 16;
/** Requirement files that one file may draw in, itself included. */
export const MAX_REQUIREMENT_FILES = 1_000;
/** Lock files of one folder that count for a run. */
export const MAX_PROJECT_LOCKS = 32;
/** What is read of one installed distribution's metadata. */
export const MAX_METADATA_BYTES = 1 * MIB;
export const MAX_RECORD_BYTES = 64 * MIB;
/** A wheel's member is expanded for a comparison up to this size. */
export const MAX_COMPARED_MEMBER_BYTES = 256 * MIB;
/** Remembered files of one release that an installed distribution is held against. */
export const MAX_CANDIDATE_FILES = 32;
export const MAX_INSTALLED_DISTRIBUTIONS = 100_000;
/** Leftovers of runs whose end cannot be seen from here (another boot, container or host) go after this time. */
export const FOREIGN_RUN_AGE_MS = 7 * 24 * 3_600_000;
/** A program that is asked a harmless question must answer within this time. */
export const ASK_TIMEOUT_MS = 20_000;
export const MAX_POLICY_BYTES = 1 * MIB;
/** What stays free on the disk of verified bytes, where a twentieth of it is more. */
export const LEAST_FREE_BYTES = 1 * GIB;
/** After so many bytes of a file, the disk is looked at again. */
export const SPACE_CHECK_BYTES = 16 * MIB;
export const QUARANTINE_LIMIT_BYTES = 256 * MIB;
/** What is kept for speed alone: verified bytes and the installers' private caches. */
export const CACHE_LIMIT_BYTES = 10 * GIB;
/** A run may be at work with what was used so lately: it is not removed. */
export const CACHE_IN_USE_MS = 3_600_000;
/** How often the bound is looked after, at the end of a run. */
export const CACHE_LOOK_MS = 24 * 3_600_000;
/** What `trust export` writes and `trust import` reads. */
export const MAX_TRUST_DOCUMENT_BYTES = 64 * MIB;
/** Files of one index page that are remembered; a page of more is remembered in part. */
export const MAX_REMEMBERED_LISTINGS = 50_000;
/** Pages kept for the time when their index is down. */
export const PAGE_COPIES_LIMIT_BYTES = 256 * MIB;
/** Before they are written, they are held for so long and up to so many bytes. */
export const HELD_PAGE_COPIES_MS = 2_000;
export const HELD_PAGE_COPIES_BYTES = 16 * MIB;
/** An index that gave no answer is not asked for so long, where a page of it is kept. */
export const OUTAGE_MEMORY_MS = 60_000;
/** A file that joins a release after this time is told of. */
export const LATE_FILE_MS = 14 * 24 * 3_600_000;
/** How long a writer waits for the others on one trust store. */
export const STORE_WAIT_MS = 60_000;

/** Entries of one archive. */
export const MAX_ARCHIVE_ENTRIES = 200_000;
export const MAX_ARCHIVE_NAME_BYTES = 4 * KIB;
/** A ZIP's list of entries, and what a tar header may extend to. */
export const MAX_ARCHIVE_DIRECTORY_BYTES = 64 * MIB;
export const MAX_TAR_EXTENSION_BYTES = 1 * MIB;
/** What an archive may expand to in all. */
export const MAX_EXPANDED_BYTES = 64 * GIB;
/** Above this, an archive may expand to at most MAX_EXPANSION_RATIO times its own size. */
export const FREE_EXPANSION_BYTES = 64 * MIB;
export const MAX_EXPANSION_RATIO = 50;

/** One attestation or Sigstore bundle; real ones have about 10 KiB. */
export const MAX_ATTESTATION_BYTES = 1 * MIB;
/** A provenance object with all its attestations. */
export const MAX_PROVENANCE_BYTES = 2 * MIB;
export const MAX_ATTESTATIONS = 32;
/** Log entries, timestamps, certificates or signatures of one attestation. */
export const MAX_EVIDENCE_ENTRIES = 8;
/** Proofs that are kept, and what one of them may take. */
export const MAX_KEPT_VERDICTS = 20_000;
export const MAX_KEPT_VERDICT_BYTES = 64 * KIB;
/** One provenance object is proved within this time, or not at all; real ones take milliseconds. */
export const PROOF_DEADLINE_MS = 10_000;
/** What the thread that proves may take; what needs more is not proved. */
export const PROVING_MEMORY_MIB = 64;
/** The thread that digests installed files: how long it may say nothing beside what reading takes. */
export const DIGEST_DEADLINE_MS = 10_000;
export const DIGESTING_MEMORY_MIB = 32;
/** The thread that looks at kept trees: how long it may say nothing. */
export const TREE_LOOK_DEADLINE_MS = 10_000;
/** Unpacked wheels that are kept of one project, and of how many projects. */
export const MAX_KEPT_WHEELS = 4;
export const MAX_KEPT_WHEEL_PROJECTS = 5_000;
/** What an installer writes down of one wheel in its cache; real ones have less than 1 KiB. */
export const MAX_POINTER_BYTES = 64 * KIB;
/** Members of wheels that are kept in memory until what was installed is compared with them. */
export const MAX_KEPT_WHEEL_MEMBERS = 100_000;
export const MAX_TRUSTED_ROOT_BYTES = 1 * MIB;
/** Logs or authorities of one kind in a trusted root, and certificates of one authority. */
export const MAX_TRUSTED_ROOT_ENTRIES = 64;

/** A detached signature; real ones have less than 2 KiB for each signer. */
export const MAX_SIGNATURE_BYTES = 64 * KIB;
export const MAX_CHECKSUM_DOCUMENT_BYTES = 2 * MIB;
export const MAX_CHECKSUM_LINES = 50_000;
/** Documents and signatures that one run keeps for its other files. */
export const MAX_KEPT_DOCUMENTS = 64;

/** What a repository says of its references at once; the largest known ones take 20 MiB. */
export const MAX_REFS_BYTES = 64 * MIB;
/** References that one run keeps in mind, of all repositories. */
export const MAX_KEPT_REFS = 1_000_000;
/** Of a branch, tag or commit as somebody names it. */
export const MAX_REVISION_CHARACTERS = 1_024;
/** Distributions in one folder that stands in for an index. */
export const MAX_WHEELHOUSE_FILES = 10_000;
