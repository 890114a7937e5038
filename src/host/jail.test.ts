// SPDX-License-Identifier: Apache-2.0
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { jailInterpreters } from './jail-interpreters.ts';
import { because, calling, jailFor, whyNot } from './jail.test-support.ts';
import { runJailed } from './jail.ts';
import { scratch, write } from './scratch.test-support.ts';

const SAYS = ['-c', 'printf "%s|" "$WORD" "$@"; exit 7', 'sh', 'a b', '--c', ''];
const SAID = { code: 7, signal: null, stdout: 'said|a b|--c||', stderr: '' };

/** Stands for an interpreter: says a line to us, and becomes the program where it `holds`. */
async function fake(...lines: readonly string[]): Promise<string> {
  // -I -S -c LAUNCHER LEVEL PORT PROGRAM ARGUMENTS…
  const text = `#!/bin/sh\nexec 9>&"$NODE_CHANNEL_FD"\nlevel=$5\nshift 6\n${lines.join('\n')}\n`;
  return await write(join(await scratch(), 'python3'), text, 0o755);
}
const say = (line: object): string => `echo '${JSON.stringify(line)}' >&9`;
const BECOME = `exec 9>&-; eval "exec $NODE_CHANNEL_FD>&-"; unset NODE_CHANNEL_FD; exec "$@"`;
const UNABLE = [say({ unable: 'unshare', errno: 1 }), 'exit 126'];
const { O_NONBLOCK } = constants;
/** As the kernel has them: Node gives no listener's (proc_pid_fdinfo(5)). */
async function statusFlags(door: Server): Promise<number> {
  const handle: unknown = Reflect.get(door, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null && Reflect.get(handle, 'fd');
  const text = await readFile(`/proc/self/fdinfo/${String(fd)}`, 'utf8');
  return Number.parseInt(/^flags:\s*(\d+)$/mu.exec(text)?.[1] ?? '', 8);
}
const jail = (over: Parameters<typeof jailFor>[0], ...paths: readonly string[]) =>
  jailFor({ interpreters: () => Promise.resolve(paths), ...over });

describe('a jail', () => {
  it('is none where it is not wanted, and nobody is asked', async () => {
    const wanted = jailFor({ wish: 'off', interpreters: () => Promise.reject(new Error('asked')) });
    const { child, ...held } = await runJailed(calling('/bin/sh', ...SAYS), wanted);
    expect(held).toStrictEqual({ level: 'none', obstacles: [] });
    expect(await child.done).toStrictEqual(SAID);
  });

  it('is the best that holds; what stood in the way of a better one is told', async () => {
    const python = await fake(
      `if [ "$level" = landlock ]; then ${say({ held: 'landlock' })}; ${BECOME}; fi`,
      ...UNABLE,
    );
    const { child, ...held } = await runJailed(calling('/bin/sh', ...SAYS), jail({}, python));
    expect(held).toStrictEqual({
      level: 'landlock',
      obstacles: ['namespace: no user namespace may be made here (EPERM)'],
    });
    expect(await child.done).toStrictEqual(SAID);
  });

  it('that was asked for by name and is not to be had keeps the program from starting', async () => {
    const python = await fake(...UNABLE);
    const wanted = jail({ wish: 'namespace' }, python);
    await expect(runJailed(calling('/bin/sh', ...SAYS), wanted)).rejects.toMatchObject({
      code: 'WP-JAIL-UNAVAILABLE',
      message: expect.stringContaining('no user namespace may be made here (EPERM)'),
    });
  });

  it('is set up by the next interpreter where one breaks down or lacks a module', async () => {
    const broken = await fake('exit 3');
    const poor = await fake(say({ unable: 'python', errno: 0 }), 'exit 126');
    const good = await fake(say({ held: 'namespace' }), BECOME);
    const wanted = jail({}, broken, poor, good);
    const { child, ...held } = await runJailed(calling('/bin/sh', ...SAYS), wanted);
    expect(held).toStrictEqual({ level: 'namespace', obstacles: [] });
    expect(await child.done).toStrictEqual(SAID);
  });

  it('is none where no interpreter is there', async () => {
    const { child, obstacles } = await runJailed(calling('/bin/sh', ...SAYS), jail({}));
    expect(obstacles).toStrictEqual([
      'namespace: no Python was found to set it up',
      'landlock: no Python was found to set it up',
    ]);
    expect(await child.done).toStrictEqual(SAID);
  });

  it('that somebody stops while it is set up is not followed by a start without one', async () => {
    const python = await fake('kill -TERM $$');
    const root = await scratch();
    const { child } = await runJailed(calling('/bin/touch', join(root, 'x')), jail({}, python));
    expect(await child.done).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it('holds a program that cannot be started to be not found', async () => {
    const python = await fake(
      say({ held: 'landlock' }),
      say({ unable: 'exec', errno: 2 }),
      'exit 126',
    );
    await expect(runJailed(calling('/none/such'), jail({}, python))).rejects.toMatchObject({
      code: 'WP-INSTALLER-NOT-FOUND',
      message: '/none/such could not be started: ENOENT',
    });
  });
});

describe.each(['namespace', 'landlock'] as const)('%s', async (level) => {
  const reason = await whyNot(level);

  describe.skipIf(reason !== null)(`as the kernel holds it${because(reason)}`, () => {
    /** A door of ours, and one that no jailed program may reach. */
    const doors = async () => {
      const counts = { ours: 0, theirs: 0 };
      const open = async (name: keyof typeof counts): Promise<Server> => {
        const server = createServer((socket) => {
          counts[name] += 1;
          socket.on('error', () => socket.destroy()).end();
        }).listen(0, '127.0.0.1');
        await once(server, 'listening');
        onTestFinished(() => void server.close());
        return server;
      };
      const [ours, theirs] = [await open('ours'), await open('theirs')];
      const portOf = (server: Server): number => {
        const address = server.address();
        return typeof address === 'object' && address !== null ? address.port : 0;
      };
      const received: Server[] = [];
      const wanted = jailFor({
        wish: level,
        port: portOf(ours),
        receive(door) {
          received.push(door);
          door.on('connection', (socket) => ours.emit('connection', socket));
          onTestFinished(() => void door.close());
        },
      });
      return { counts, wanted, received, ports: [portOf(ours), portOf(theirs)] as const };
    };

    it('the gate is reached, and no other port', async () => {
      const { counts, wanted, ports, received } = await doors();
      const script = `import socket, sys
for port in sys.argv[1:]:
    try: socket.create_connection(('127.0.0.1', int(port)), 5).close(); print('reached')
    except OSError as error: print('closed')`;
      const [python = ''] = await jailInterpreters(calling(''), []);
      const words = ['-I', '-c', script, ...ports.map(String)];
      const { child } = await runJailed(calling(python, ...words), wanted);
      expect((await child.done).stdout).toBe('reached\nclosed\n');
      expect(counts).toStrictEqual({ ours: 1, theirs: 0 });
      expect(received).toHaveLength(level === 'namespace' ? 1 : 0);
    });

    it('no accept at the received door waits', async () => {
      const { wanted, received } = await doors();
      const { child } = await runJailed(calling('/bin/true'), wanted);
      await child.done;
      const flags = await Promise.all(received.map(statusFlags));
      expect(flags.map((each) => each & O_NONBLOCK)).toStrictEqual(received.map(() => O_NONBLOCK));
    });

    it('the program is started as it would be without: words, ids, variables, files, signals', async () => {
      const { wanted } = await doors();
      const script = `printf '%s|' "$0" "$@"; echo; id -u; id -g; env | sort | grep -v '^_='; ls /proc/self/fd | wc -l
        grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status; pwd; umask; read kids </proc/$$/task/$$/children; echo "children: $kids"`;
      const call = calling('/bin/sh', '-c', script, 'x', 'a b', '--', '-I', '', 'ü\n');
      const plain = await runJailed(call, jailFor({ wish: 'off' }));
      const held = await runJailed(call, wanted);
      expect(held.level).toBe(level);
      expect(await held.child.done).toStrictEqual(await plain.child.done);
    });

    it('files are written as the same user', async () => {
      const { wanted } = await doors();
      const path = join(await scratch(), 'made');
      const script = `touch ${path}; stat -c %u:%g ${path}`;
      const { child } = await runJailed(calling('/bin/sh', '-c', script), wanted);
      const ids = `${process.getuid?.() ?? ''}:${process.getgid?.() ?? ''}\n`;
      expect((await child.done).stdout).toBe(ids);
    });

    it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
      '%s ends it, and is told',
      async (signal) => {
        const { wanted } = await doors();
        const { child } = await runJailed(calling('/bin/sleep', '100'), wanted);
        child.kill(signal);
        expect(await child.done).toMatchObject({ code: null, signal });
      },
    );

    it('a program that cannot be started is not found', async () => {
      const { wanted } = await doors();
      const path = await write(join(await scratch(), 'pip'), '#!/none/such\n', 0o755);
      await expect(runJailed(calling(path), wanted)).rejects.toMatchObject({
        code: 'WP-INSTALLER-NOT-FOUND',
      });
    });
  });
});
