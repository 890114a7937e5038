// SPDX-License-Identifier: Apache-2.0
import { ATTESTATION_CODES } from './attestation-codes.ts';
import { entry, type CodeEntry } from './code-entry.ts';
import { INDEX_MEMORY_CODES } from './index-memory-codes.ts';
import { LIMIT_CODES } from './limit-codes.ts';
import type { RefusalClass } from './refusal-class.ts';
import { REPOSITORY_CODES } from './repository-codes.ts';
import { SIGNATURE_CODES } from './signature-codes.ts';
import { TUF_CODES } from './tuf-codes.ts';

/**
 * Every refusal's code. Codes are API: never renamed, never reused. Each has a page in
 * `docs/errors/`, generated from this table (a test holds the two equal).
 */
export const CODES = {
  ...INDEX_MEMORY_CODES,
  ...TUF_CODES,
  'WP-HASH-MISMATCH': entry(
    'E-BYTES',
    'The bytes are not the ones that the index page promised.',
    'The file was changed after the page was written: in transit, in a cache, or on the file host.',
    'Try again from another network; if it stays, tell the index operator and do not install the file.',
  ),
  'WP-SIZE-MISMATCH': entry(
    'E-BYTES',
    'The file is longer or shorter than the index page says, or than the server first announced.',
    'Whoever lies about a size cannot be trusted about the file.',
    'Report the file to the index operator.',
  ),
  'WP-SIZE-MALFORMED': entry(
    'E-BYTES',
    'The index page states a size that no file can have.',
    'Where the size is no number, nothing bounds what the server sends.',
    'Report the page to the index operator.',
  ),
  'WP-NAME-REUSED': entry(
    'E-BYTES',
    'The same file name now carries other bytes than this machine recorded before.',
    'Released files never change; another file under a known name is what an attack on an index looks like.',
    "Ask the project whether it replaced the file. Only if it did: wheelproof trust forget FILENAME --reason 'why'.",
  ),
  'WP-INDEXES-DISAGREE': entry(
    'E-BYTES',
    'Another index has given this file name other bytes.',
    'One of the two indexes does not hold what the project released.',
    'Compare both files with the project’s own; say in the policy which index the project comes from.',
  ),
  'WP-PIN-MISMATCH': entry(
    'E-BYTES',
    'The file is none of those that the requirement or lock file pins by hash.',
    'The pins say which bytes you decided on; these are others.',
    'Check where the pin came from before you change it.',
  ),
  'WP-PINS-DISAGREE': entry(
    'E-BYTES',
    'Two pinned hashes of one file name different bytes.',
    'Matching only one of two pinned hashes is what a forged lock file looks like.',
    'Write the lock file anew from a source that you trust.',
  ),
  'WP-LISTING-CONFLICT': entry(
    'E-BYTES',
    'The index page lists one file name twice, with different hashes.',
    'Which of the two an installer takes is luck.',
    'Report the page to the index operator.',
  ),
  'WP-SIDECAR-HASH': entry(
    'E-BYTES',
    'The metadata file beside the wheel is not the one that the index page promised.',
    'Forged metadata makes a resolver choose packages that the project never asked for.',
    'Report the file to the index operator.',
  ),
  'WP-INSTALLED-BYTES': entry(
    'E-BYTES',
    'What was installed is not what passed the gate: files were changed on the way from there.',
    'Something between the gate and the environment changed them: a cache, a build script, another program.',
    "Remove the distribution and the installer's private cache (`wheelproof doctor` names it), then install it again.",
  ),
  'WP-NO-STRONG-HASH': entry(
    'E-MISSING',
    'The index page gives no collision-resistant hash for this file.',
    'With md5, sha1 or nothing at all, two different files can pass for one another.',
    'Ask the index to publish sha256, or allow the file by an exception in the policy.',
  ),
  'WP-HASH-MALFORMED': entry(
    'E-MISSING',
    'A hash on the index page has the wrong length or characters.',
    'A hash that cannot be compared proves nothing.',
    'Report the page to the index operator.',
  ),
  'WP-LOCK-NO-HASH': entry(
    'E-MISSING',
    'A lock file names a file without any hash.',
    'A lock that has lost its hashes takes whatever the server sends.',
    'Make the lock file anew with the tool that wrote it.',
  ),
  'WP-NO-VOUCHER': entry(
    'E-MISSING',
    'The policy requires a voucher that nobody gave for this file.',
    'No one whom your policy trusts has vouched for these bytes.',
    'Ask the project to publish the evidence that `require` names, or lift the rule for this release by an [[exception]] in the policy.',
  ),
  'WP-FIRST-USE': entry(
    'E-MISSING',
    'This file was never seen before, and the policy does not accept first use.',
    'Only the index itself vouches for these bytes.',
    'Look at the file, then `wheelproof trust approve` it.',
  ),
  'WP-COOLDOWN': entry(
    'E-MISSING',
    'This file is younger than the minimum age that the policy sets.',
    'Most malicious releases are found within days; waiting avoids them.',
    'Wait, choose an earlier version, or approve the file with `wheelproof trust approve`.',
  ),
  'WP-HOST-NOT-ALLOWED': entry(
    'E-SOURCE',
    'The file lies on a host that neither the policy nor this machine knows for this index.',
    'A page that points elsewhere can hand out files that the index never held.',
    'If the host is right, name it in `allow-hosts` of the policy.',
  ),
  'WP-INDEX-NOT-ALLOWED': entry(
    'E-SOURCE',
    'The policy says that this project comes from another index.',
    'A private name that is answered by a public index is how dependency confusion works.',
    'Install it from the index that the policy names, or mend the rule.',
  ),
  'WP-INDEX-CHANGED': entry(
    'E-SOURCE',
    'This project came from another index until now.',
    'A second index that suddenly offers a known name is how one project is put in place of another.',
    'Ask who runs the index; if the project moved, say so in the policy: [[project]] with its name and its index.',
  ),
  'WP-OWNED-NAME-EMPTY': entry(
    'E-SOURCE',
    'The index that owns this name has no files of it.',
    'The name is private: whatever another index has under it is somebody else’s, so no other index is asked.',
    'Ask whoever runs the index whether the project was removed; if the name is not its any more, mend the rule.',
  ),
  'WP-HOST-LOOKALIKE': entry(
    'E-SOURCE',
    'The host name is written so that it can be mistaken for another.',
    'Punycode, trailing dots and user names that look like hosts are how people are led astray.',
    'Compare the real host shown with the one you meant.',
  ),
  'WP-PLAIN-HTTP': entry(
    'E-SOURCE',
    'The address uses plain http.',
    'Anyone on the way can read and change what is sent.',
    'Use https, or name the host in the policy if it is your own.',
  ),
  'WP-SCHEME': entry(
    'E-SOURCE',
    'The address has a scheme that a remote page may not use.',
    'file:, data: and ftp: links make an installer take bytes that no one can check.',
    'Report the page to the index operator.',
  ),
  'WP-URL-NAME': entry(
    'E-SOURCE',
    'The address does not end in a clean file name.',
    'Installers read such addresses in different ways, so what is checked may not be what is installed.',
    'Report the page to the index operator.',
  ),
  'WP-FOREIGN-NAME': entry(
    'E-SOURCE',
    'The page lists a file of another project.',
    'A file under a foreign name would escape the rules of its own project.',
    'Report the page to the index operator.',
  ),
  'WP-PAGE-PROJECT': entry(
    'E-SOURCE',
    'The index answered with the page of another project.',
    'What was asked for is not what would be installed.',
    'Check the index address; report the page to the index operator.',
  ),
  'WP-PAGE-VERSION': entry(
    'E-SOURCE',
    'The index page declares an API version that is not understood.',
    'A page read by the wrong rules may mean something else.',
    'Upgrade wheelproof, or check the index address.',
  ),
  'WP-PAGE-MALFORMED': entry(
    'E-SOURCE',
    'The index page cannot be read without guessing.',
    'Two programs that guess differently see two different indexes.',
    'Check the index address; report the page to the index operator.',
  ),
  'WP-ENTRY-MALFORMED': entry(
    'E-SOURCE',
    'One entry of the index page cannot be read without guessing.',
    'The rest of the page stands; this file is left out.',
    'Report the page to the index operator.',
  ),
  'WP-REDIRECT-NAME': entry(
    'E-SOURCE',
    'The server answered with a file of another name.',
    'The name decides which project and version is meant; another name is another file.',
    'Check the index address; report the file to the index operator.',
  ),
  'WP-TLS': entry(
    'E-SOURCE',
    'The server could not prove who it is.',
    'Somebody may be answering in its place.',
    'Check the address, the clock and the CA bundle; do not switch the check off.',
  ),
  'WP-TLS-WEAK': entry(
    'E-SOURCE',
    'The server proves who it is by cryptography that is too weak.',
    'Short keys, SHA-1 and old cipher suites can be forged or read by somebody with enough means.',
    'Ask who runs the server to renew its certificate and settings; docs/guide/transport.md says what is refused.',
  ),
  'WP-SPKI-MISMATCH': entry(
    'E-SOURCE',
    'The server shows none of the keys that the policy pins for it.',
    'Somebody with a certificate of another authority may be answering in its place.',
    'Ask the index operator whether its keys changed, over another way; only then change the pins.',
  ),
  'WP-INSIDE-ADDRESS': entry(
    'E-SOURCE',
    'An address that comes from outside leads into this machine or its own network.',
    'A page could make the installer ask services that trust whoever is inside.',
    'Report the page to the index operator; if the host is your own, name it in `allow-inside` of the policy.',
  ),
  'WP-QUARANTINED': entry(
    'E-SOURCE',
    'The index has quarantined this project.',
    'Its operators believe that installing it is dangerous.',
    'Do not install it; read what the index says.',
  ),
  'WP-DIRECT-DEPENDENCY': entry(
    'E-SOURCE',
    'The metadata of a release from an index requires a file at an address of its own.',
    'An index vouches for its own files; such an address leads past it, to whatever lies there on the day.',
    'If you mean that file, name its address in your own requirements; otherwise ask the project to require a release.',
  ),
  'WP-SIDECAR-DIFFERS': entry(
    'E-SOURCE',
    "The metadata that the index served is not the wheel's own.",
    'Dependencies were chosen by metadata that the project never released.',
    'Do not install the file; report it to the index operator.',
  ),
  ...LIMIT_CODES,
  'WP-ARCHIVE-MALFORMED': entry(
    'E-ARCHIVE',
    'The archive can be read in more than one way, or not at all.',
    'What one program checks, another would not install.',
    'Ask the project to build the file anew with current tools.',
  ),
  'WP-ARCHIVE-IDENTITY': entry(
    'E-ARCHIVE',
    'The metadata inside the archive names another project or version than the file name.',
    'The name decides whose rules apply; the metadata decides what is installed.',
    'Report the file to the project and the index operator.',
  ),
  'WP-BYPASS-CONFIG': entry(
    'E-BYPASS',
    'A setting leads the installer round the gate.',
    'What does not pass the gate is not checked.',
    'Remove the setting named, or run the installer without wheelproof.',
  ),
  'WP-BYPASS-TRAFFIC': entry(
    'E-BYPASS',
    'A request or an answer has a form that cannot be judged.',
    'What cannot be looked into, or asked for a second time, could carry a distribution past the gate.',
    'Fetch the file by a plain https address, or run this program without wheelproof.',
  ),
  'WP-NO-RECEIPT': entry(
    'E-BYPASS',
    'Something was installed that did not pass the gate in this or an earlier run.',
    'Nobody has checked these bytes.',
    'Remove it, and install it again through wheelproof.',
  ),
  'WP-PROXY-AUTH': entry(
    'E-AUTH',
    'A program that does not belong to this run tried to use the gate.',
    'Other users of this machine may not fetch through your run.',
    'Nothing to do, unless the program is yours.',
  ),
  'WP-UPSTREAM-UNREACHABLE': entry(
    'E-UPSTREAM',
    'The server could not be reached.',
    'Nothing can be decided without an answer.',
    'Check the network and try again.',
  ),
  'WP-UPSTREAM-STATUS': entry(
    'E-UPSTREAM',
    'The server answered with an error.',
    'Nothing can be decided without the page or file.',
    'Try again later.',
  ),
  'WP-UPSTREAM-TRUNCATED': entry(
    'E-UPSTREAM',
    'The connection ended before the whole answer came.',
    'A part of a file is not the file.',
    'Try again.',
  ),
  'WP-STATE-DAMAGED': entry(
    'E-STATE',
    "wheelproof's own store cannot be read.",
    'Without memory, a changed file would look like a new one; so nothing is accepted.',
    'Restore the file from a backup; see docs/guide/state.md.',
  ),
  'WP-STATE-NEWER': entry(
    'E-STATE',
    "wheelproof's store was written by a newer version.",
    'An older version could misread what the newer one remembers.',
    'Use the newer wheelproof again.',
  ),
  'WP-STATE-PERMISSIONS': entry(
    'E-STATE',
    "Other users can write wheelproof's own files, or they belong to someone else.",
    'Whoever can write the store can decide what is trusted.',
    'Run the chmod or chown command that the message names.',
  ),
  'WP-STATE-DISK': entry(
    'E-STATE',
    "wheelproof's own files could not be written.",
    'What cannot be recorded is not accepted.',
    'Free space or mend the file system, then run the same command again.',
  ),
  'WP-USAGE': entry(
    'E-USAGE',
    'The command cannot be understood.',
    'Guessing what was meant could install the wrong thing.',
    'See `wheelproof --help`.',
  ),
  'WP-NAME-LOOKALIKE': entry(
    'E-USAGE',
    'A project name holds letters that can be mistaken for others.',
    'Look-alike names are how the wrong project gets installed.',
    'Type the name again.',
  ),
  'WP-TRUST-DOCUMENT': entry(
    'E-USAGE',
    'A trust document cannot be understood.',
    'A record that is misread would vouch for the wrong bytes; so nothing of it is taken over.',
    'Export it anew with `wheelproof trust export`.',
  ),
  'WP-INSTALLER-NOT-FOUND': entry(
    'E-USAGE',
    'The installer was not found.',
    'There is nothing to run.',
    'Install it, or activate the environment that holds it.',
  ),
  'WP-JAIL-UNAVAILABLE': entry(
    'E-USAGE',
    'The jail that was asked for is not to be had on this machine.',
    'Without it, a program that ignores the proxy settings could go round the gate.',
    'Leave --jail out to get the best that is to be had; docs/guide/jail.md says what each level needs.',
  ),
  'WP-POLICY-INVALID': entry(
    'E-USAGE',
    'The policy cannot be understood.',
    'A rule that is misread protects nobody; so nothing is installed.',
    'Mend the line named; `wheelproof policy check` tells when it is right.',
  ),
  'WP-LOCKFILE-INVALID': entry(
    'E-USAGE',
    'A requirement or lock file cannot be understood.',
    'Its pins could be overlooked; so nothing is installed.',
    'Mend the line named.',
  ),
  ...ATTESTATION_CODES,
  ...SIGNATURE_CODES,
  ...REPOSITORY_CODES,
  'WP-INTERNAL': entry(
    'E-INTERNAL',
    'wheelproof itself failed.',
    'A check that did not run is not a check; so the file is refused.',
    'Please report it, with the command and the message.',
  ),
} as const satisfies Record<`WP-${string}`, CodeEntry>;

export type Code = keyof typeof CODES;

export function classOf(code: Code): RefusalClass {
  return CODES[code].class;
}

export function isCode(text: string): text is Code {
  return Object.hasOwn(CODES, text);
}
