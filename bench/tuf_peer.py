# SPDX-License-Identifier: Apache-2.0
"""What python-tuf needs, in CPU time of this process, printed as JSON.

tuf_peer.py sign COUNT BITS FOLDER: signs a repository of COUNT targets in 2^BITS bins, and writes it
as ours is written: each file under another name, synced, renamed. FOLDER "-": writes nothing.
tuf_peer.py load FOLDER ROUNDS: reads the snapshot of a repository and checks its signature, again and
again.
"""

import hashlib
import json
import os
import pathlib
import sys
import time
from datetime import datetime, timedelta, timezone

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    Delegations,
    Key,
    Metadata,
    MetaFile,
    Snapshot,
    SuccinctRoles,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

COMPACT = JSONSerializer(compact=True)


def sign(count: int, bits: int, folder: str) -> dict[str, float]:
    """The work of `createRepository`: bins, the role above them, snapshot, timestamp."""
    online = CryptoSigner.generate_ed25519()
    expires = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=7)
    start = time.process_time()
    succinct = SuccinctRoles([online.public_key.keyid], 1, bits, "bin")
    bins = {name: {} for name in succinct.get_roles()}
    for place in range(count):
        path = f"packages/project-{place % 50_000}/project-{place}-1.0-py3-none-any.whl"
        sha256 = hashlib.sha256(str(place).encode()).hexdigest()
        name = succinct.get_role_for_target(path)
        bins[name][path] = TargetFile(10_000 + place, {"sha256": sha256}, path)
    size = 0
    snapshot = Snapshot(1, expires=expires)

    def publish(name: str, signed: object) -> bytes:
        document = Metadata(signed)
        document.sign(online)
        text = document.to_bytes(COMPACT)
        if folder != "-":
            put(os.path.join(folder, f"1.{name}.json"), text)
        return text

    for name, targets in bins.items():
        size += len(publish(name, Targets(1, expires=expires, targets=targets)))
        snapshot.meta[f"{name}.json"] = MetaFile(1)
    keys: dict[str, Key] = {online.public_key.keyid: online.public_key}
    above = Targets(1, expires=expires, delegations=Delegations(keys, succinct_roles=succinct))
    size += len(publish("bins", above))
    text = publish("snapshot", snapshot)
    meta = MetaFile(1, len(text), {"sha256": hashlib.sha256(text).hexdigest()})
    size += len(text) + len(publish("timestamp", Timestamp(1, expires=expires, snapshot_meta=meta)))
    return {"seconds": time.process_time() - start, "bytes": size}


def put(path: str, text: bytes) -> None:
    with open(f"{path}.new", "wb") as file:
        file.write(text)
        file.flush()
        os.fdatasync(file.fileno())
    os.rename(f"{path}.new", path)


def load(folder: str, rounds: int) -> dict[str, float]:
    """Parses the snapshot of a repository and verifies it as its root says."""
    read = pathlib.Path(folder)
    root = Metadata.from_bytes((read / "1.root.json").read_bytes()).signed
    text = (read / "1.snapshot.json").read_bytes()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        snapshot = Metadata.from_bytes(text)
        root.verify_delegate("snapshot", snapshot.signed_bytes, snapshot.signatures)
        times.append(time.process_time() - start)
    return {"milliseconds": 1000 * sorted(times)[len(times) // 2]}


work, *words = sys.argv[1:]
if work == "sign":
    print(json.dumps(sign(int(words[0]), int(words[1]), words[2])))
else:
    print(json.dumps(load(words[0], int(words[1]))))
