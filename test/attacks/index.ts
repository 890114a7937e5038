// SPDX-License-Identifier: Apache-2.0
import type { Attack } from './attack.ts';
import { A01 } from './A01-tampered-file.ts';
import { A02 } from './A02-swapped-file-and-hash.ts';
import { A03 } from './A03-name-reused.ts';
import { A05 } from './A05-split-view.ts';
import { A06 } from './A06-md5-only.ts';
import { A07 } from './A07-no-hash.ts';
import { A08 } from './A08-weak-or-unknown-hash.ts';
import { A11 } from './A11-lock-with-two-hashes.ts';
import { A14 } from './A14-listed-twice.ts';
import { A15 } from './A15-forms-disagree.ts';
import { A16 } from './A16-size-lies.ts';
import { A18 } from './A18-other-bytes-on-second-fetch.ts';
import { A19 } from './A19-resume-splice.ts';
import { A20 } from './A20-truncated-body.ts';
import { A21 } from './A21-hash-text-forms.ts';
import { A22 } from './A22-other-name-served.ts';
import { B01 } from './B01-sidecar-adds.ts';
import { B02 } from './B02-sidecar-hides.ts';
import { B03 } from './B03-sidecar-of-another.ts';
import { B04 } from './B04-metadata-names-another.ts';
import { B05 } from './B05-two-dist-infos.ts';
import { B07 } from './B07-name-spellings.ts';
import { B08 } from './B08-lookalike-letters.ts';
import { B09 } from './B09-lookalike-host.ts';
import { B11 } from './B11-build-tag-sibling.ts';
import { B13 } from './B13-odd-url-endings.ts';
import { B14 } from './B14-encoded-traversal.ts';
import { B15 } from './B15-page-of-another.ts';
import { B16 } from './B16-page-redirect.ts';
import { B18 } from './B18-yank-mark-moved.ts';
import { B20 } from './B20-quarantined-or-archived.ts';
import { B22 } from './B22-wheel-hidden.ts';
import { B24 } from './B24-sdist-of-another.ts';
import { B17 } from './B17-direct-dependency.ts';
import { C12 } from './C12-path-escape.ts';
import { D01 } from './D01-rogue-authority.ts';
import { D02 } from './D02-bad-certificates.ts';
import { D03 } from './D03-old-tls.ts';
import { D04 } from './D04-weak-tls.ts';
import { D05 } from './D05-pin-rotation.ts';
import { D06 } from './D06-trusted-host-variable.ts';
import { D07 } from './D07-trusted-host-in-requirements.ts';
import { D08 } from './D08-moved-ca-bundle.ts';
import { D09 } from './D09-plain-http-index.ts';
import { D10 } from './D10-downgrade-to-http.ts';
import { D11 } from './D11-foreign-schemes.ts';
import { D13 } from './D13-links-into-the-inside.ts';
import { D15 } from './D15-credentials.ts';
import { D16 } from './D16-endless-redirects.ts';
import { D18 } from './D18-slow-drip.ts';
import { D19 } from './D19-endless-answers.ts';
import { E01 } from './E01-public-beats-private.ts';
import { E02 } from './E02-private-index-fails.ts';
import { E03 } from './E03-private-project-deleted.ts';
import { E04 } from './E04-find-links.ts';
import { E05 } from './E05-twin-by-spelling.ts';
import { E06 } from './E06-releases-merged.ts';
import { E07 } from './E07-private-name-leaks.ts';
import { E08 } from './E08-external-link.ts';
import { H02 } from './H02-provenance-stripped.ts';
import { H04 } from './H04-identity-changed.ts';
import { H06 } from './H06-other-workflow.ts';
import { H10 } from './H10-environment-missing.ts';
import { H11 } from './H11-publisher-lies.ts';
import { I01 } from './I01-any-key-in-the-ring.ts';
import { I02 } from './I02-ended-keys.ts';
import { I03 } from './I03-weak-signatures.ts';
import { I04 } from './I04-whole-message.ts';
import { I05 } from './I05-text-around-checksums.ts';
import { I06 } from './I06-good-and-bad-together.ts';
import { I09 } from './I09-replayed-document.ts';
import { I10 } from './I10-weak-checksums.ts';
import { I11 } from './I11-short-ids.ts';
import { I12 } from './I12-wrong-keys.ts';
import { I13 } from './I13-other-packets.ts';
import { I14 } from './I14-false-gpg.ts';
import { I15 } from './I15-huge-armour.ts';
import { H03 } from './H03-provenance-unreachable.ts';
import { H07 } from './H07-identity-spellings.ts';
import { H08 } from './H08-issuer-lookalike.ts';
import { H12 } from './H12-other-subject.ts';
import { H14 } from './H14-subject-digests.ts';
import { H16 } from './H16-predicate.ts';
import { H17 } from './H17-signed-garbage.ts';
import { H18 } from './H18-several-signatures.ts';
import { H20 } from './H20-entry-of-another.ts';
import { H21 } from './H21-unproved-times.ts';
import { H22 } from './H22-expired-authorities.ts';
import { H24 } from './H24-evidence-flood.ts';
import { B25 } from './B25-tag-order.ts';
import { H01 } from './H01-conformance-cases.ts';
import { H15 } from './H15-replayed-elsewhere.ts';
import { H25 } from './H25-taken-over-pipeline.ts';
import { H23 } from './H23-trusted-root-edited.ts';
import { K01 } from './K01-configured-elsewhere.ts';
import { K02 } from './K02-requirement-files.ts';
import { K03 } from './K03-project-files.ts';
import { K04 } from './K04-direct-addresses.ts';
import { K05 } from './K05-no-proxy.ts';
import { K06 } from './K06-hash-switches.ts';
import { K07 } from './K07-unpinned-dependency.ts';
import { K08 } from './K08-build-requirements.ts';
import { F01 } from './F01-newest-release-hidden.ts';
import { F02 } from './F02-frozen-by-cache-header.ts';
import { F03 } from './F03-stale-while-down.ts';
import { K10 } from './K10-repositories.ts';
import { K11 } from './K11-injected-arguments.ts';
import { K13 } from './K13-poisoned-cache.ts';
import { K14 } from './K14-edited-environment.ts';
import { K15 } from './K15-swapped-in-store.ts';
import { K16 } from './K16-lock-without-hashes.ts';
import { K17 } from './K17-weak-permissions.ts';
import { F04 } from './F04-old-page-replayed.ts';
import { F05 } from './F05-mix-and-match.ts';
import { F08 } from './F08-odd-expiries.ts';
import { G02 } from './G02-below-threshold.ts';
import { G04 } from './G04-odd-thresholds.ts';
import { G05 } from './G05-broken-root-chains.ts';
import { G07 } from './G07-names-as-paths.ts';
import { G09 } from './G09-who-may-speak.ts';
import { G10 } from './G10-endless-delegations.ts';
import { G11 } from './G11-monstrous-metadata.ts';
import { G12 } from './G12-canonical-form.ts';
import { G13 } from './G13-key-types.ts';
import { G14 } from './G14-fast-forward.ts';
import { G15 } from './G15-taken-over.ts';
import { G17 } from './G17-long-away.ts';
import { F06 } from './F06-clock-moved.ts';
import { K20 } from './K20-gate-killed.ts';
import { K21 } from './K21-leftovers.ts';
import { K22 } from './K22-interpreter-hooks.ts';
import { K23 } from './K23-not-the-real-one.ts';
import { K24 } from './K24-other-downloads.ts';
import { K25 } from './K25-many-at-once.ts';
import { K26 } from './K26-conda-pip-part.ts';
import { K27 } from './K27-offline.ts';
import { M04 } from './M04-prototype-pollution.ts';
import { M05 } from './M05-policy-typos.ts';
import { M06 } from './M06-evidence-throws.ts';

/** Every attack that is mounted: one file each, one line here. */
export const ATTACKS: readonly Attack[] = [
  A01,
  A02,
  A03,
  A05,
  A06,
  A07,
  A08,
  A11,
  A14,
  A15,
  A16,
  A18,
  A19,
  A20,
  A21,
  A22,
  B01,
  B02,
  B03,
  B04,
  B05,
  B07,
  B08,
  B09,
  B11,
  B13,
  B14,
  B15,
  B16,
  B18,
  B20,
  B22,
  B24,
  B17,
  C12,
  D01,
  D02,
  D03,
  D04,
  D05,
  D06,
  D07,
  D08,
  D09,
  D10,
  D11,
  D13,
  D15,
  D16,
  D18,
  D19,
  E01,
  E02,
  E03,
  E04,
  E05,
  E06,
  E07,
  E08,
  H02,
  H04,
  H06,
  H10,
  H11,
  I01,
  I02,
  I03,
  I04,
  I05,
  I06,
  I09,
  I10,
  I11,
  I12,
  I13,
  I14,
  I15,
  H03,
  H07,
  H08,
  H12,
  H14,
  H16,
  H17,
  H18,
  H20,
  H21,
  H22,
  H24,
  B25,
  H01,
  H15,
  H25,
  H23,
  K01,
  K02,
  K03,
  K04,
  K05,
  K06,
  K07,
  K08,
  F01,
  F02,
  F03,
  F04,
  F05,
  F08,
  G02,
  G04,
  G05,
  G07,
  G09,
  G10,
  G11,
  G12,
  G13,
  G14,
  G15,
  G17,
  K10,
  K11,
  K13,
  K14,
  K15,
  K16,
  K17,
  F06,
  K20,
  K21,
  K22,
  K23,
  K24,
  K25,
  K26,
  K27,
  M04,
  M05,
  M06,
];
