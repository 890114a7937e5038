// SPDX-License-Identifier: Apache-2.0
import type { FormName } from './page-form.ts';

export interface NegotiatedForm {
  readonly form: FormName;
  readonly contentType: string;
}

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const HTML_TYPE = 'application/vnd.pypi.simple.v1+html';
const PLAIN_HTML: NegotiatedForm = { form: 'html', contentType: 'text/html' };

/** What is offered, the fullest first, with the names that ask for it (PEP 691, with its `latest` alias). */
const OFFERS: readonly { readonly asked: readonly string[]; readonly answer: NegotiatedForm }[] = [
  {
    asked: [JSON_TYPE, 'application/vnd.pypi.simple.latest+json'],
    answer: { form: 'json', contentType: JSON_TYPE },
  },
  {
    asked: [HTML_TYPE, 'application/vnd.pypi.simple.latest+html'],
    answer: { form: 'html', contentType: HTML_TYPE },
  },
  { asked: ['text/html'], answer: PLAIN_HTML },
];

const MAX_ACCEPT_CHARACTERS = 4096;

/** Server-driven negotiation (RFC 9110, 12.5.1). Whoever asks for nothing, or for nothing we have, gets HTML. */
export function negotiateForm(accept: string | null | undefined): NegotiatedForm {
  const ranges = readRanges(accept ?? '');
  let best: NegotiatedForm = PLAIN_HTML;
  let bestQuality = 0;
  for (const { asked, answer } of OFFERS) {
    const quality = Math.max(...asked.map((type) => ranges.get(type) ?? 0));
    if (quality > bestQuality) [best, bestQuality] = [answer, quality];
  }
  if (bestQuality > 0) return best;
  const json = OFFERS[0]?.answer ?? PLAIN_HTML;
  return (ranges.get('application/*') ?? 0) >
    Math.max(ranges.get('*/*') ?? 0, ranges.get('text/*') ?? 0)
    ? json
    : PLAIN_HTML;
}

function readRanges(accept: string): ReadonlyMap<string, number> {
  const ranges = new Map<string, number>();
  for (const part of accept.slice(0, MAX_ACCEPT_CHARACTERS).split(',')) {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const quality = parameters
      .find((parameter) => /^q\s*=/u.test(parameter))
      ?.replace(/^q\s*=\s*/u, '');
    const isWeight = quality === undefined || /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/u.test(quality);
    if (type !== '' && isWeight) ranges.set(type, quality === undefined ? 1 : Number(quality));
  }
  return ranges;
}
