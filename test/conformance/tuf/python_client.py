# SPDX-License-Identifier: Apache-2.0
"""python-tuf's client on a repository that is served over HTTP.

python_client.py URL ROOT STATE OUT PATH...: refreshes, then downloads each path.
Prints one line a path: its sha256, "absent", or the name of the error.
"""

import hashlib
import pathlib
import sys

from tuf.ngclient import Updater

url, root, state, out, *paths = sys.argv[1:]
pathlib.Path(state).mkdir(parents=True, exist_ok=True)
pathlib.Path(out).mkdir(exist_ok=True)
try:
    updater = Updater(
        metadata_dir=state,
        metadata_base_url=f"{url}/metadata/",
        target_dir=out,
        target_base_url=f"{url}/targets/",
        bootstrap=pathlib.Path(root).read_bytes(),
    )
    updater.refresh()
except Exception as error:  # the name of what is refused is the answer
    print(type(error).__name__, *str(error).split("\n")[:1])
    sys.exit()
for path in paths:
    try:
        info = updater.get_targetinfo(path)
        if info is None:
            print("absent")
            continue
        file = pathlib.Path(updater.download_target(info))
        print(hashlib.sha256(file.read_bytes()).hexdigest())
    except Exception as error:
        print(type(error).__name__, *str(error).split("\n")[:1])
