# SPDX-License-Identifier: Apache-2.0
"""Runs a command and writes what it took: timed.py RESULT LOG UNTIL COMMAND [ARGUMENT ...]

UNTIL is a regular expression: the last line of output that it is found in ends the phase that is
told beside the whole; empty where there is none. The process is looked at between its end and its
being reaped: /proc then holds its whole account, its own processor time apart from that of the
children it waited for (proc_pid_stat(5)).
"""

import json, os, re, subprocess, sys, threading, time

result, log, until, *words = sys.argv[1:]
phase = None


def watch(lines):
    global phase
    with open(log, "wb") as output:
        for line in lines:
            if until and re.search(until, line.decode(errors="replace")):
                phase = time.perf_counter() - begin
            output.write(line)


begin = time.perf_counter()
out, said = os.pipe()
child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
os.close(said)
watcher = threading.Thread(target=watch, args=[os.fdopen(out, "rb")])
watcher.start()
os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
seconds = time.perf_counter() - begin
with open("/proc/%d/stat" % child.pid) as file:
    fields = file.read().rpartition(")")[2].split()
own, children = (sum(map(int, fields[at : at + 2])) / os.sysconf("SC_CLK_TCK") for at in (11, 13))
status = child.wait()
watcher.join()
taken = {"seconds": seconds, "phase": phase, "own": own, "children": children, "exit": status}
with open(result, "w") as file:
    json.dump(taken, file)
