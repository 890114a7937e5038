// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { request as askPlainly, type IncomingMessage } from 'node:http';
import { request as askSecurely } from 'node:https';
import { fileURLToPath } from 'node:url';
import type { Upstream, UpstreamAnswer, UpstreamAsk } from '../../src/core/upstream.ts';

/**
 * An upstream as a hurried program has it: any certificate, any scheme, any redirect, and the
 * credentials go along. It stands in where a test shows what our own upstream is good for.
 */
export function openCarelessUpstream(): Upstream {
  return {
    async request(ask) {
      let url = new URL(ask.url);
      for (let hops = 0; ; hops++) {
        if (url.protocol === 'file:') return fileAnswer(url);
        if (url.protocol === 'data:') return dataAnswer(url);
        const answer = await askOnce(ask, url);
        const location = answer.headers.location;
        const status = answer.statusCode ?? 502;
        if (status < 300 || status > 399 || location === undefined || hops > 40)
          return wrap(answer, url);
        answer.resume();
        url = new URL(location, url);
      }
    },
    close: async () => undefined,
  };
}

async function askOnce(ask: UpstreamAsk, url: URL): Promise<IncomingMessage> {
  const send = url.protocol === 'http:' ? askPlainly : askSecurely;
  const options = {
    host: '127.0.0.1',
    port: url.port,
    path: `${url.pathname}${url.search}`,
    method: ask.method,
    headers: { ...ask.headers, host: url.host },
    servername: url.hostname,
    rejectUnauthorized: false,
  };
  return await new Promise((resolve, reject) => {
    send(options, resolve).once('error', reject).end();
  });
}

function wrap(answer: IncomingMessage, url: URL): UpstreamAnswer {
  const headers = Object.entries(answer.headers).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  return {
    status: answer.statusCode ?? 502,
    headers: Object.fromEntries(headers),
    url: url.href,
    body: tolerate(answer),
  };
}

/** A cut answer counts as a whole one. */
async function* tolerate(answer: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of answer) yield Buffer.from(chunk);
  } catch {
    // What came is taken for all there is: that is the carelessness.
  }
}

async function fileAnswer(url: URL): Promise<UpstreamAnswer> {
  return whole(url, await readFile(fileURLToPath(url)));
}

function dataAnswer(url: URL): UpstreamAnswer {
  return whole(url, Buffer.from(url.href.replace(/^[^,]*,/u, ''), 'base64'));
}

function whole(url: URL, bytes: Uint8Array): UpstreamAnswer {
  const body = (async function* () {
    yield bytes;
  })();
  return { status: 200, headers: { 'content-length': String(bytes.length) }, url: url.href, body };
}
