// SPDX-License-Identifier: Apache-2.0
import draft4 from 'ajv-draft-04';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { anyParts, hostile, parts, PLAIN, receipt } from '../../test/world/reports.ts';
import type { Surface } from '../core/report.ts';
import { buildReport, formatNamed, type ReportParts } from './index.ts';

const VECTORS = new URL('../../test/vectors/sarif/', import.meta.url);
const schema: object = JSON.parse(readFileSync(new URL('sarif-2.1.0-rtm.5.json', VECTORS), 'utf8'));
const isSarif = new draft4.default({
  strict: false,
  validateFormats: false,
  unicodeRegExp: false,
}).compile(schema);

const HERE: Surface = { ...PLAIN, sources: { directory: '/src/app', root: '/src' } };
const render = (format: string, given: ReportParts, surface = HERE): string =>
  formatNamed(format).render(buildReport(given), surface);

const REFUSED = receipt({ project: 'demo', verdict: 'failed', code: 'WP-PIN-MISMATCH' });
const pin = { project: 'demo', version: '1.0', filename: null, url: null, hashes: {} };
const wish = { project: 'demo', specifier: '==1.0' };

/** Reports whose files are asked for somewhere with a name of any kind. */
const anyPlaced = fc
  .record({ given: anyParts, file: hostile, project: hostile })
  .map(({ given, file, project }) => {
    const receipts = [...given.receipts, receipt({ project, verdict: 'refused', code: 'WP-TLS' })];
    return { ...given, receipts, wishes: [{ project, specifier: '', where: `${file}:7` }] };
  });

interface Sarif {
  readonly runs: readonly {
    readonly results: readonly {
      readonly ruleId: string;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation?: {
          readonly artifactLocation: { readonly uri: string };
          readonly region: { readonly startLine: number };
        };
      }[];
    }[];
  }[];
}

function sarifOf(given: ReportParts, surface = HERE) {
  const log: Sarif = JSON.parse(render('sarif', given, surface));
  return log.runs[0]?.results ?? [];
}

describe('SARIF', () => {
  test('is what the official schema says, whatever is told', () => {
    fc.assert(
      fc.property(anyPlaced, fc.constantFrom(HERE, PLAIN), (given, surface) => {
        const log: unknown = JSON.parse(render('sarif', given, surface));
        expect(isSarif(log), JSON.stringify(isSarif.errors)).toBe(true);
      }),
      { numRuns: 100 },
    );
    expect(isSarif({ version: '2.1.0', runs: [{ results: [] }] })).toBe(false);
  });

  test('a refusal stands at the lines that pin the file and ask for it', () => {
    const given = parts([REFUSED], {
      pins: [
        { ...pin, where: 'uv.lock:12' },
        { ...pin, version: '2.0', where: 'uv.lock:20' },
      ],
      wishes: [
        { ...wish, where: '../requirements.txt:3' },
        { ...wish, where: 'command line' },
      ],
    });
    expect(sarifOf(given)).toMatchObject([
      {
        ruleId: 'WP-PIN-MISMATCH',
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'app/uv.lock', uriBaseId: '%SRCROOT%' },
              region: { startLine: 12 },
            },
          },
        ],
        relatedLocations: [{ physicalLocation: { artifactLocation: { uri: 'requirements.txt' } } }],
      },
    ]);
  });

  test('what nobody names stands at the first line of what the run was about', () => {
    const wishes = [{ ...wish, project: 'good', where: 'requirements.txt:3' }];
    const [result] = sarifOf(parts([receipt({ verdict: 'first-seen' }), REFUSED], { wishes }));
    expect(result?.locations[0]?.physicalLocation).toMatchObject({
      artifactLocation: { uri: 'app/requirements.txt' },
      region: { startLine: 1 },
    });
    expect(result?.message.text).toContain('No file of yours names it');
    expect(sarifOf(parts([REFUSED]))[0]?.locations[0]).not.toHaveProperty('physicalLocation');
  });

  test('where nothing came at all, a refusal stands at the file that the run was about', () => {
    const subject = 'https://index.example/simple/other/';
    const refusal = { code: 'WP-PAGE-STALE', message: 'm', hint: 'h', subject } as const;
    const wishes = [
      { ...wish, where: 'command line' },
      { ...wish, where: 'requirements.txt:3' },
    ];
    const pins = [{ ...pin, where: 'uv.lock:12' }];
    const given = parts([], { refusals: [refusal], wishes, pins });
    expect(sarifOf(given)[0]?.locations[0]?.physicalLocation).toMatchObject({
      artifactLocation: { uri: 'app/requirements.txt' },
      region: { startLine: 1 },
    });
    expect(buildReport(given).sources).toEqual(['requirements.txt', 'uv.lock']);
  });

  test('a setting that was refused stands where it says', () => {
    const message = 'requirements.txt:4: --trusted-host leads round the gate';
    const refusal = {
      code: 'WP-BYPASS-CONFIG',
      message,
      hint: 'h',
      subject: 'configuration',
    } as const;
    const [result] = sarifOf(parts([], { refusals: [refusal] }));
    expect(result?.locations[0]?.physicalLocation?.region).toEqual({ startLine: 4 });
  });

  test('a page that was refused stands where its project is asked for', () => {
    const subject = 'https://index.example/simple/demo/';
    const refusal = { code: 'WP-PAGE-STALE', message: 'm', hint: 'h', subject } as const;
    const wishes = [{ ...wish, where: 'requirements.txt:3' }];
    const [result] = sarifOf(parts([], { refusals: [refusal], wishes }));
    expect(result?.locations[0]?.physicalLocation?.region).toEqual({ startLine: 3 });
  });

  test('no name of a file leads out of the sources', () => {
    fc.assert(
      fc.property(hostile, (file) => {
        const wishes = [{ ...wish, where: `${file}:7` }];
        const [result] = sarifOf(parts([REFUSED], { wishes }));
        const uri = result?.locations[0]?.physicalLocation?.artifactLocation.uri ?? 'x';
        const base = 'file:///src/';
        const led = new URL(uri, base).href;
        expect(led.startsWith(base) || uri.startsWith('file:///')).toBe(true);
        expect(uri).toMatch(/^(?:file:\/\/\/)?[\w.~%/-]*$/u);
      }),
    );
  });

  test('text is neither a link nor a place for an argument', () => {
    const message = 'see [here](https://evil.example/) or [1](1), {0} and {{0}}';
    const given = parts([receipt({ verdict: 'failed', code: 'WP-TLS', message })]);
    const text = sarifOf(given)[0]?.message.text ?? '';
    expect(text).not.toMatch(/\]\(/u);
    expect(text.replaceAll('{{', '').replaceAll('}}', '')).not.toMatch(/[{}]/u);
  });
});

/** What is left of GitHub Flavored Markdown when its code spans are taken out (6.3). */
function withoutCode(text: string): string {
  return text.replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/gu, '');
}

describe('the summary of a job', () => {
  test('holds hostile text in code spans alone', () => {
    fc.assert(
      fc.property(
        anyPlaced,
        fc.constantFrom('`', '``|', '](x)', '<img>', '@you'),
        (given, text) => {
          const more = receipt({
            project: text,
            filename: text,
            message: text,
            verdict: 'refused',
          });
          const page = render('markdown', { ...given, receipts: [...given.receipts, more] });
          const own = withoutCode(page).replaceAll(/<\/?(?:details|summary)>/gu, '');
          expect(own).toMatch(/^[\w\s.,:;()|*#…+-]*$/u);
          const rows = page.split('\n').filter((line) => line.startsWith('|'));
          expect(rows.every((row) => row.split('|').length === 6)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('stays below what services take', () => {
    const long = 'x'.repeat(3_000);
    const many = Array.from({ length: 600 }, (_, at) =>
      receipt({ project: `${long}${at}`, message: long, verdict: 'refused', code: 'WP-TLS' }),
    );
    expect(render('markdown', parts(many)).length).toBeLessThan(1_000_000);
  });

  test('says what was refused, where it was asked for, and what to do', () => {
    const page = render('markdown', parts([REFUSED], { pins: [{ ...pin, where: 'uv.lock:12' }] }));
    expect(page).toContain('## wheelproof: 1 file: 1 failed');
    expect(page).toContain('**WP-PIN-MISMATCH** (E-BYTES): `demo-1.0-py3-none-any.whl`');
    expect(page).toContain('asked for at `app/uv.lock:12`');
    expect(page).toContain('next: ');
  });
});

describe("GitHub's workflow commands", () => {
  test('are one for each refusal, and nothing else', () => {
    fc.assert(
      fc.property(anyPlaced, (given) => {
        const lines = render('github', given).trimEnd().split('\n');
        expect(lines.length).toBeLessThanOrEqual(10);
        for (const line of lines.filter((one) => one !== '')) {
          // As the runner takes them apart: properties end at the next `::`.
          const properties = /^::error (?<all>.*?)::/u.exec(line)?.groups?.['all'] ?? '';
          const names = properties.split(',').map((one) => one.split('=')[0]);
          expect(['file,line,title', 'title']).toContain(names.join(','));
          expect(line).not.toMatch(/%(?![0-9A-F]{2})/u);
        }
      }),
    );
  });
});

test('an annotation says what it says, also where it holds what separates', () => {
  const message = '50%0A::error::x';
  const given = receipt({ project: 'a,b:c', verdict: 'failed', code: 'WP-TLS', message });
  expect(render('github', parts([given]))).toMatch(
    /^::error title=WP-TLS%3A a%2Cb%3Ac 1\.0::50%250A::error::x\. /u,
  );
});

describe('JSON Lines', () => {
  test('are an event a line, from start to end, and hold what the report holds', () => {
    fc.assert(
      fc.property(anyPlaced, (given) => {
        const report = buildReport(given);
        const lines = formatNamed('jsonl').render(report, PLAIN).trimEnd().split('\n');
        const events = lines.map((line): Record<string, unknown> => JSON.parse(line));
        expect([events[0]?.['event'], events.at(-1)?.['event']]).toEqual(['start', 'end']);
        const files = events.filter(({ event }) => event === 'file');
        expect(files.map(({ event: _event, ...file }) => file)).toEqual(report.files);
        expect(events.at(-1)).toMatchObject({ summary: report.summary, exit: report.exit });
      }),
      { numRuns: 50 },
    );
  });
});
