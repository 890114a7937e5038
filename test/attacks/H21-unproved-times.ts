// SPDX-License-Identifier: Apache-2.0
import { refused, type Attack } from './attack.ts';
import { bent, honestly, lyingly } from './attested.ts';
import { EVIL } from './stage.ts';

const MINUTE = 60_000;
const fromNow = (minutes: number): Date => new Date(Date.now() + minutes * MINUTE);
const TIME = refused('E-BYTES', 'WP-ATTESTATION-TIME', { says: () => [EVIL.filename] });
const LOG = refused('E-BYTES', 'WP-ATTESTATION-LOG', { says: () => [EVIL.filename] });

export const H21: Attack = {
  id: 'H21',
  title: 'a time that nobody promises, or outside the certificate',
  forms: [
    lyingly('a time without a promise', { logLies: { promises: false } }, TIME),
    lyingly('logged an hour after', { logLies: { at: fromNow(60) } }, TIME),
    lyingly('logged an hour before', { logLies: { at: fromNow(-60) } }, TIME),
    bent(
      'another time beside the promise',
      ({ verification_material: { transparency_entries: entries } }) => {
        for (const entry of entries)
          entry['integratedTime'] = String(Number(entry['integratedTime']) - 30);
      },
      LOG,
    ),
    bent(
      'a promise without its time',
      ({ verification_material: { transparency_entries: entries } }) => {
        for (const entry of entries) delete entry['integratedTime'];
      },
      LOG,
    ),
    lyingly('in the second Rekor, and nobody says when', { rekor: 2, stamps: [] }, TIME),
  ],
  twins: [
    honestly('at the first moment of the certificate', {
      certifiedFrom: new Date(Math.floor(Date.now() / 1000) * 1000),
      at: new Date(Math.floor(Date.now() / 1000) * 1000),
    }),
    honestly('years ago', { at: new Date('2022-02-03T04:05:06Z') }),
  ],
};
