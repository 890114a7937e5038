// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { send, sendBytes, type Host } from './host.ts';

/** A host that serves the files of a folder, as any web server does; `lie` answers in its place. */
export function serveFolder(
  host: Host,
  folder: string,
  lie: (path: string) => string | number | null = () => null,
): void {
  host.through((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').replace(/\?.*$/u, ''));
    const told = lie(path);
    if (typeof told === 'number') return send(request, response, told, {}, 'not now');
    if (told !== null) return sendBytes(request, response, Buffer.from(told));
    const file = path.endsWith('/') ? `${path}index.html` : path;
    const bytes = readIfThere(join(folder, normalize(file)));
    if (bytes === null) return send(request, response, 404, {}, 'no such file');
    if (!file.endsWith('.html')) return sendBytes(request, response, bytes);
    send(request, response, 200, { 'content-type': 'text/html' }, bytes);
  });
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null; // a folder, or nothing
  }
}
