// SPDX-License-Identifier: Apache-2.0

/**
 * What a Python interpreter does in the installer's place before it becomes the installer: same
 * process id, arguments, environment, folder, terminal and signal dispositions; no process is left
 * beside it. Arguments: level, port, program, the program's own. With the level alone it was started
 * early: it makes the namespace, and reads the rest from its descriptor 4 (`early-launch.ts`); where
 * that ends without a whole order, whoever started it is gone or does not want it, and it ends too.
 * It speaks over Node's channel, a line of JSON each, and the channel closes when the installer begins:
 *
 * - `{"unable": STEP, "errno": N}`: this level is not to be had; it ends.
 * - `{"held": LEVEL}`: what comes next is jailed.
 *
 * Namespaces (user_namespaces(7), network_namespaces(7)): a new network holds only its loopback. The
 * socket that listens there on the gate's port is handed to the gate, since a socket stays in the
 * network in which it was made, whoever accepts from it. It must not block: libuv leaves a listener
 * that it is handed as it is, and where descriptors run out it accepts until nobody waits, which on a
 * blocking one stops all of Node, the installer's end included, until somebody else connects. User and group ids are mapped onto
 * themselves: our own alone, as is allowed to everybody, or with root's rights all that there are,
 * since root writes into folders of others too. Root's map must be written from outside.
 *
 * Landlock (landlock(7), ABI 4): connecting by TCP to any port but the gate's is refused. Listening
 * is left alone: a test server on loopback does no harm, and a rule could not name "any free port".
 * UDP, TCP Fast Open and Multipath TCP are outside of what Landlock sees, hence the lesser level.
 *
 * Python ignores two signals and may set LC_CTYPE (PEP 538): both are undone for the installer. So is
 * what Node does to its own streams after the launcher was started: on one that does not block, uv
 * dies of the first line that finds no room (fault R09).
 * Every import costs start-up time, hence the bare modules below `socket` and `signal`.
 */
export const LAUNCHER = String.raw`
import os, sys

UNSHARED, LISTENERS = 0x10000000 | 0x40000000, 511
GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 1
NO_NEW_PRIVS, CONNECT_TCP, NET_PORT, ABI = 38, 2, 2, 4
ORDERS = 4

class Unable(Exception):
    pass

def tell(channel, step, errno):
    try:
        os.write(channel, ('{"unable":"%s","errno":%d}\n' % (step, errno)).encode())
    except OSError:
        pass

def check(step, result):
    import ctypes
    if result < 0:
        raise Unable(step, ctypes.get_errno())
    return result

def put(path, text):
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)

def all_ids(kind):
    with open('/proc/self/%s_map' % kind) as file:
        rows = [line.split() for line in file]
    return ''.join('%s %s %s\n' % (first, first, count) for first, _, count in rows)

def map_from_outside(process, unshared):
    try:
        if os.read(unshared, 1):
            for kind in ('uid', 'gid'):
                put('/proc/%d/%s_map' % (process, kind), all_ids(kind))
        os._exit(0)
    except OSError as error:
        os._exit(error.errno)

def unshare():
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0:
        check('unshare', libc.unshare(UNSHARED))
        put('/proc/self/setgroups', 'deny')
        put('/proc/self/uid_map', '%d %d 1' % (uid, uid))
        put('/proc/self/gid_map', '%d %d 1' % (gid, gid))
        return
    here = os.getpid()
    reading, writing = os.pipe()
    mapper = os.fork()
    if mapper == 0:
        os.close(writing)
        map_from_outside(here, reading)
    try:
        check('unshare', libc.unshare(UNSHARED))
        os.write(writing, b'!')
    finally:
        os.close(writing)
        os.close(reading)
        status = os.waitpid(mapper, 0)[1]
    if status != 0:
        raise Unable('map', status >> 8)

def raise_loopback(socket):
    import fcntl
    name = b'lo'.ljust(16, b'\0')
    flags = fcntl.ioctl(socket, GET_FLAGS, name + bytes(24))[16:18]
    up = int.from_bytes(flags, sys.byteorder) | UP
    fcntl.ioctl(socket, SET_FLAGS, name + up.to_bytes(2, sys.byteorder) + bytes(22))

def network():
    import _socket
    try:
        unshare()
    except OSError as error:
        raise Unable('map', error.errno)
    door = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    raise_loopback(door)
    return door

def namespace(channel, port, door=None):
    import _socket
    door = door or network()
    door.bind(('127.0.0.1', port))
    door.listen(LISTENERS)
    door.setblocking(False)
    line = b'{"cmd":"NODE_HANDLE","type":"net.Server","msg":{"held":"namespace"}}\n'
    passed = door.fileno().to_bytes(4, sys.byteorder)
    node = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, channel)
    node.sendmsg([line], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, passed)])
    answer = b''
    while not answer.endswith(b'\n'):
        more = node.recv(4096)
        if more == b'':
            os._exit(1)
        answer += more
    node.detach()
    if b'"NODE_HANDLE_ACK"' not in answer:
        raise Unable('door', 0)

def landlock(channel, port):
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    def call(step, number, *words):
        words = [word if hasattr(word, 'contents') else ctypes.c_long(word) for word in words]
        return check(step, libc.syscall(ctypes.c_long(number), *words))
    def pair(first, second):
        return ctypes.pointer((ctypes.c_uint64 * 2)(first, second))
    if call('landlock', 444, 0, 0, 1) < ABI:
        raise Unable('abi', 0)
    rules = call('landlock', 444, pair(0, CONNECT_TCP), 16, 0)
    call('landlock', 445, rules, NET_PORT, pair(CONNECT_TCP, port), 0)
    long = ctypes.c_long
    check('privileges', libc.prctl(NO_NEW_PRIVS, long(1), long(0), long(0), long(0)))
    call('landlock', 446, rules, 0)
    os.close(rules)
    os.write(channel, b'{"held":"landlock"}\n')

def environment():
    with open('/proc/self/environ', 'rb') as file:
        entries = [entry.split(b'=', 1) for entry in file.read().split(b'\0') if b'=' in entry]
    return {name: value for name, value in entries if not name.startswith(b'NODE_CHANNEL_')}

def become(program, words, variables):
    import _signal
    for name in ('SIGINT', 'SIGPIPE', 'SIGXFSZ'):
        _signal.signal(getattr(_signal, name), _signal.SIG_DFL)
    for shared in (0, 1, 2):
        try:
            os.set_blocking(shared, True)
        except OSError:
            pass
    try:
        os.execve(program, [program] + words, variables)
    except OSError as error:
        if error.errno != 8:
            raise
    os.execve('/bin/sh', ['/bin/sh', program] + words, variables)

def order(pipe):
    text = b''
    while True:
        more = os.read(pipe, 65536)
        if more == b'':
            break
        text += more
    os.close(pipe)
    count, _, rest = text.partition(b'\0')
    fields = rest.split(b'\0')[:-1]
    if not count.isdigit() or len(fields) != int(count):
        os._exit(0)
    port, onto_errors, words = (int(field) for field in fields[:3])
    if onto_errors:
        os.dup2(2, 1)
    variables = dict(field.split(b'=', 1) for field in fields[3 + words:])
    return port, fields[3:3 + words], variables

def early(channel):
    import _signal
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    os.set_inheritable(ORDERS, False)
    door = network()
    port, words, variables = order(ORDERS)
    namespace(channel, port, door)
    return words, variables

def main():
    channel = int(os.environ['NODE_CHANNEL_FD'])
    os.set_inheritable(channel, False)
    os.set_blocking(channel, True)
    step = 'start'
    try:
        if len(sys.argv) == 2:
            step = sys.argv[1]
            words, variables = early(channel)
        else:
            words, variables = sys.argv[3:], environment()
            step = sys.argv[1]
            {'namespace': namespace, 'landlock': landlock}[step](channel, int(sys.argv[2]))
        step = 'exec'
        become(words[0], words[1:], variables)
    except Unable as unable:
        tell(channel, *unable.args)
    except OSError as error:
        tell(channel, step, error.errno or 0)
    except ImportError:
        tell(channel, 'python', 0)
    os._exit(126)

main()
`.trim();
