# SPDX-License-Identifier: Apache-2.0
"""For nox: what sessions install comes through wheelproof."""

import nox


def install(session, *words):
    """In place of session.install."""
    pip = ("python", "-I", "-m", "pip", "install")
    session.run_install("wheelproof", *pip, *words, external=True)


@nox.session
def tests(session):
    install(session, "-r", "requirements.txt")
    session.run("python", "-m", "unittest")
