# SPDX-License-Identifier: Apache-2.0
"""Runs a command and writes what it took: timed.py RESULT LOG COMMAND [ARGUMENT ...]

The process is looked at between its end and its being reaped: /proc then holds its whole account,
its own processor time apart from that of the children it waited for (proc_pid_stat(5)).
"""

import json, os, subprocess, sys, time

result, log, *words = sys.argv[1:]
with open(log, "wb") as output:
    begin = time.perf_counter()
    child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    seconds = time.perf_counter() - begin
with open("/proc/%d/stat" % child.pid) as file:
    fields = file.read().rpartition(")")[2].split()
own, children = (sum(map(int, fields[at : at + 2])) / os.sysconf("SC_CLK_TCK") for at in (11, 13))
with open(result, "w") as file:
    json.dump({"seconds": seconds, "own": own, "children": children, "exit": child.wait()}, file)
