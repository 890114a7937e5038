# SPDX-License-Identifier: Apache-2.0
"""Lives in an environment of the benchmark's and notes when a large answer's bytes reach its pip.

OUTPUT is filled in by bench/large.ts.
"""

import atexit, http.client, json, time

OUTPUT = "@OUTPUT@"
LARGE = 50_000_000
noted = {}
sent = {}

plain_endheaders = http.client.HTTPConnection.endheaders
plain_getresponse = http.client.HTTPConnection.getresponse
plain_read = http.client.HTTPResponse.read


def endheaders(self, *words, **named):
    plain_endheaders(self, *words, **named)
    sent[id(self)] = time.perf_counter()


def getresponse(self):
    answer = plain_getresponse(self)
    if (answer.length or 0) > LARGE:
        answer.fp.peek(1)  # waits for the first byte of the body and takes none
        first = time.perf_counter() - sent[id(self)]
        noted.update(first=first, length=answer.length, received=0)
        answer.noted = True
    return answer


def read(self, amt=None):
    data = plain_read(self, amt)
    if hasattr(self, "noted"):
        noted["received"] += len(data)
    return data


http.client.HTTPConnection.endheaders = endheaders
http.client.HTTPConnection.getresponse = getresponse
http.client.HTTPResponse.read = read


@atexit.register
def write():
    if noted:
        with open(OUTPUT, "w") as file:
            json.dump(noted, file)
