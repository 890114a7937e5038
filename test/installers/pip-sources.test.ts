// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FILES, INDEX } from '../world/world.ts';
import {
  APP,
  HELPER,
  LIB,
  installed,
  openBench,
  publishAll,
  publishAt,
  versionsOf,
  type Bench,
} from './bench.ts';

const PASSWORD = 's3cret-of-the-index';
const EXTRA = 'extra.test';

describe.each(versionsOf('pip'))('pip %s', (version) => {
  const open = async () => {
    const bench = await openBench('pip', version);
    publishAll(bench.world);
    return bench;
  };
  const configure = (bench: Bench, lines: string) =>
    bench.write(join(bench.environment.home, '.config/pip/pip.conf'), `[global]\n${lines}\n`);
  const install = ['pip', 'install', 'lib'];
  const installsLib = async (bench: Bench, ...how: Parameters<Bench['run']>) => {
    const ended = await bench.run(...how);
    expect(ended.exit, ended.stderr).toBe(0);
    expect(installed(ended.report)).toEqual(['lib 1.1']);
    return ended;
  };

  test.for([
    ['pip.conf', (index: string) => ({ conf: `index-url = ${index}` })],
    ['PIP_INDEX_URL', (index: string) => ({ variables: { PIP_INDEX_URL: index } })],
    ['the command line', (index: string) => ({ words: ['-i', index] })],
    ['PIP_CONFIG_FILE', (index: string) => ({ own: `[install]\nindex-url = ${index}\n` })],
  ] as const)('the index is named in %s', async ([, state]) => {
    await using bench = await open();
    const named: {
      conf?: string;
      own?: string;
      words?: string[];
      variables?: Record<string, string>;
    } = state(bench.world.index);
    if (named.conf !== undefined) await configure(bench, named.conf);
    const own = named.own === undefined ? null : await bench.write('own.conf', named.own);
    await installsLib(bench, [...install, ...(named.words ?? [])], {
      variables: { ...named.variables, PIP_CONFIG_FILE: own },
    });
    expect(bench.world.host(INDEX).seen.map(({ path }) => path)).toContain('/simple/lib/');
  });

  test('an extra index adds what the index lacks', async () => {
    await using bench = await open();
    bench.world.reset();
    bench.world.publish(LIB);
    publishAt(bench.world, EXTRA, APP);
    const extra = `${bench.world.origin(EXTRA)}/simple/`;
    const ended = await bench.run([
      'pip',
      'install',
      '-i',
      bench.world.index,
      '--extra-index-url',
      extra,
      'app',
    ]);
    expect(ended.exit, ended.stderr).toBe(0);
    expect(installed(ended.report)).toEqual(['app 2.0', 'lib 1.1']);
  });

  test('a password in the index address reaches that host alone, and no output', async () => {
    await using bench = await open();
    bench.world.host(INDEX).credentials = `me:${PASSWORD}`;
    const withPassword = bench.world.index.replace('https://', `https://me:${PASSWORD}@`);
    await configure(bench, `index-url = ${withPassword}`);
    const ended = await installsLib(bench, install);
    onlyIndexWasTold(bench);
    expect(`${ended.stderr}${ended.reportText}`).not.toContain(PASSWORD);
  });

  test('a password in netrc reaches that host alone', async () => {
    await using bench = await open();
    bench.world.host(INDEX).credentials = `me:${PASSWORD}`;
    await configure(bench, `index-url = ${bench.world.index}`);
    await bench.write(
      join(bench.environment.home, '.netrc'),
      `machine ${INDEX}\nlogin me\npassword ${PASSWORD}\n`,
    );
    const ended = await installsLib(bench, install);
    onlyIndexWasTold(bench);
    expect(`${ended.stdout}${ended.stderr}${ended.reportText}`).not.toContain(PASSWORD);
  });

  test.for([
    ['PIP_CERT', (ca: string) => ({ variables: { PIP_CERT: ca } })],
    ['SSL_CERT_FILE', (ca: string) => ({ variables: { SSL_CERT_FILE: ca } })],
    ['REQUESTS_CA_BUNDLE', (ca: string) => ({ variables: { REQUESTS_CA_BUNDLE: ca } })],
    ['--cert', (ca: string) => ({ words: ['--cert', ca] })],
    ['pip.conf', (ca: string) => ({ conf: `cert = ${ca}` })],
  ] as const)("the user's own authority is believed: %s", async ([, state]) => {
    await using bench = await open();
    const named: { conf?: string; words?: string[]; variables?: Record<string, string> } = state(
      bench.world.authority.caFile,
    );
    await configure(bench, `index-url = ${bench.world.index}\n${named.conf ?? ''}`);
    const variables = { PIP_CERT: null, SSL_CERT_FILE: null, ...named.variables };
    await installsLib(bench, [...install, ...(named.words ?? [])], { variables });
  });

  test('an unknown authority is not', async () => {
    await using bench = await open();
    const variables = { PIP_CERT: null, SSL_CERT_FILE: null };
    const ended = await bench.run([...install, '-i', bench.world.index], { variables });
    expect(ended.exit).not.toBe(0);
    expect(ended.stderr).toContain('WP-TLS');
    expect(installed(ended.report)).toEqual([]);
  });

  test.for(['pip.conf', 'PIP_PROXY', '--proxy', 'HTTPS_PROXY'])(
    'a proxy of the house is gone through: %s',
    async (place) => {
      await using bench = await open();
      const { proxy, index } = bench.world;
      const none = { HTTPS_PROXY: null, HTTP_PROXY: null, https_proxy: null, http_proxy: null };
      const conf = place === 'pip.conf' ? `proxy = ${proxy}` : '';
      await configure(bench, `index-url = ${index}\n${conf}`);
      const words = place === '--proxy' ? ['--proxy', proxy] : [];
      const set = place === words[0] || conf !== '' ? {} : { [place]: proxy };
      await installsLib(bench, [...install, ...words], { variables: { ...none, ...set } });
      expect(bench.world.reached.map(({ host }) => host)).toEqual(
        expect.arrayContaining([INDEX, FILES]),
      );
    },
  );

  test('what NO_PROXY names is reached directly', async () => {
    await using bench = await open();
    publishAt(bench.world, 'localhost', LIB);
    const index = `${bench.world.origin('localhost')}/simple/`;
    await installsLib(bench, [...install, '-i', index], { variables: { NO_PROXY: 'localhost' } });
    expect(bench.world.reached.map(({ host }) => host)).not.toContain('localhost');
    expect(bench.world.reached.map(({ host }) => host)).toContain(FILES);
  });

  test('an address instead of a name, and a file of links', async () => {
    await using bench = await open();
    const { world } = bench;
    const direct = `${world.origin(FILES)}/packages/${HELPER.filename}`;
    const links = `${world.origin('links.test')}/list.html`;
    const page = `<a href="${world.origin(FILES)}/packages/${LIB.filename}#sha256=${LIB.sha256}">lib</a>`;
    world.host('links.test').hooks.set('/list.html', (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    });
    const words = ['pip', 'install', '--no-index', '--find-links', links, 'lib', direct];
    const ended = await bench.run(words);
    expect(ended.exit, ended.stderr).toBe(0);
    expect(installed(ended.report)).toEqual(['helper 3.0 url', 'lib 1.1']);
  });
});

function onlyIndexWasTold({ world }: Bench): void {
  const told = [INDEX, FILES].filter((name) =>
    world.host(name).seen.some(({ authorization }) => authorization !== null),
  );
  expect(told).toEqual([INDEX]);
}
