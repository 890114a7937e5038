// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import * as v from 'valibot';
import {
  ACTING,
  anyCode,
  anyParts,
  COLOURED,
  MISMATCH,
  parts,
  PLAIN,
  receipt,
  show,
} from '../../test/world/reports.ts';
import { MOST_REFUSAL_LINES } from './attention.ts';
import { buildReport } from './build.ts';
import { FORMATS, formatNamed } from './index.ts';
import { reportSchema } from './schema.ts';

describe.each(FORMATS.map((format) => ({ format, name: format.format })))(
  'format $name keeps its contract',
  ({ format }) => {
    test('hostile text never reaches the output raw (fuzz target Z19)', () => {
      fc.assert(
        fc.property(anyParts, fc.constantFrom(PLAIN, COLOURED), (given, surface) => {
          const text = format.render(buildReport(given), surface);
          // oxlint-disable-next-line no-control-regex -- our own paint, which is no hostile text
          const withoutPaint = surface.colour ? text.replace(/\u{1b}\[\d+m/gu, '') : text;
          expect(withoutPaint.replaceAll('\n', '')).not.toMatch(ACTING);
          expect(text.endsWith('\n')).toBe(true);
        }),
        { numRuns: 150 },
      );
    });

    test('nothing is a command for a service that reads the log, but our own annotations', () => {
      fc.assert(
        fc.property(anyParts, fc.constantFrom(PLAIN, COLOURED), (given, surface) => {
          const lines = format.render(buildReport(given), surface).split('\n');
          const others = lines.filter((line) => !/^::error [^:]*::/u.test(line));
          expect(others.filter((line) => /^\s*::/u.test(line))).toEqual([]);
          expect(lines.filter((line) => /##\w*\[/u.test(line))).toEqual([]);
          if (format.format !== 'github') expect(others).toEqual(lines);
        }),
        { numRuns: 150 },
      );
    });

    test('no line of hostile text looks like one of ours', () => {
      const message = 'x\nwheelproof: 1 file: 1 vouched';
      const given = parts([
        receipt({ verdict: 'failed', code: 'WP-TLS', message, project: message }),
      ]);
      const lines = format.render(buildReport(given), PLAIN).split('\n');
      expect(lines.filter((line) => line.startsWith('wheelproof: 1 file: 1 vouched'))).toEqual([]);
    });
  },
);

describe('properties of a report', () => {
  test('P13: each file is counted once, the sum is right, and text and JSON agree', () => {
    fc.assert(
      fc.property(anyParts, (given) => {
        const report = buildReport(given);
        const { files, ...counts } = report.summary;
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(files);
        expect(report.files).toHaveLength(files);
        expect(JSON.parse(formatNamed('json').render(report, PLAIN))).toEqual(report);
        const last = show(report).trimEnd().split('\n').at(-1) ?? '';
        const told = [
          ...last.matchAll(/(\d+) (?:vouched|remembered|first|undecided|refused|failed)/gu),
        ];
        expect(told.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(files);
      }),
      { numRuns: 150 },
    );
  });

  test('it is what the published schema says', () => {
    fc.assert(
      fc.property(anyParts, (given) => {
        v.parse(reportSchema, JSON.parse(formatNamed('json').render(buildReport(given), PLAIN)));
      }),
      { numRuns: 100 },
    );
    const report = buildReport(parts([receipt({})]));
    expect(v.safeParse(reportSchema, { ...report, more: 1 }).success).toBe(false);
  });

  test('the published schema names every member of a report', async () => {
    const published: unknown = JSON.parse(
      await readFile(new URL('../../docs/report.schema.json', import.meta.url), 'utf8'),
    );
    expect(published).toMatchObject({
      required: Object.keys(buildReport(parts([]))),
      additionalProperties: false,
    });
  });

  test(`a refusal takes at most ${MOST_REFUSAL_LINES} lines`, () => {
    fc.assert(
      fc.property(fc.array(anyCode, { minLength: 1, maxLength: 9 }), (codes) => {
        const one = receipt({ verdict: 'failed', code: 'WP-TLS', findings: [MISMATCH] });
        const reasons = codes.map((code) => ({ code, message: 'm', hint: 'h' }));
        const report = buildReport(parts([{ ...one, decision: { ...one.decision, reasons } }]));
        const block = show(report).split('\n\n')[1] ?? '';
        expect(block.split('\n').length).toBeLessThanOrEqual(MOST_REFUSAL_LINES);
        expect(block).toContain('next');
      }),
    );
  });
});
