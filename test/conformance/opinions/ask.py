# SPDX-License-Identifier: Apache-2.0
"""What sigstore-python and pypi-attestations say of signatures, offline.

ask.py sigstore|pypi-attestations: one question a line, as JSON, on standard input; one answer a
line: {"accepted": the signer's name} or {"refused": why}. Every verifier uses the trusted root that
the question names, in place of the one that its package carries.
"""

import json
import logging
import sys
from pathlib import Path

from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy

who = sys.argv[1]
# It warns, rightly, that nobody says who should have signed; that is compared by whoever asks.
logging.disable(logging.WARNING)


def verifier(question):
    return Verifier(trusted_root=TrustedRoot.from_file(question["root"]))


def name_of(bundle):
    from cryptography import x509

    names = bundle.signing_certificate.extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    ).value
    return str(next(iter(names)).value)


def bundle_of(attestation):
    # Not as pypi-attestations does it, which leaves the timestamps out.
    material, envelope = attestation["verification_material"], attestation["envelope"]
    stamps = [{"signedTimestamp": stamp} for stamp in material.get("timestamps", [])]
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "certificate": {"rawBytes": material["certificate"]},
            "tlogEntries": material["transparency_entries"],
            "timestampVerificationData": {"rfc3161Timestamps": stamps},
        },
        "dsseEnvelope": {
            "payload": envelope["statement"],
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": envelope["signature"], "keyid": ""}],
        },
    }


def ask_sigstore(question):
    signed = question.get("bundle") or bundle_of(question["attestation"])
    bundle = Bundle.from_json(json.dumps(signed))
    ask = policy.UnsafeNoOp()
    if bundle._dsse_envelope is not None:
        verifier(question).verify_dsse(bundle, ask)
    else:
        verifier(question).verify_artifact(Path(question["artifact"]).read_bytes(), bundle, ask)
    return name_of(bundle)


def ask_pypi_attestations(question):
    import pypi_attestations
    from pypi_attestations import Attestation, Distribution

    attestation = Attestation.model_validate(question["attestation"])
    # It takes no other root than those two.
    Verifier.production = classmethod(lambda cls, *, offline=False: verifier(question))
    Verifier.staging = Verifier.production
    subject = Distribution(name=question["filename"], digest=question["sha256"])
    if question.get("publisher") is None:
        attestation.verify(policy.UnsafeNoOp(), subject, offline=True)
    else:
        publisher = pypi_attestations.Provenance.model_validate(
            {
                "version": 1,
                "attestation_bundles": [
                    {"publisher": question["publisher"], "attestations": [question["attestation"]]}
                ],
            }
        ).attestation_bundles[0].publisher
        attestation.verify(publisher, subject, offline=True)
    return name_of(attestation.to_bundle())


ask = ask_sigstore if who == "sigstore" else ask_pypi_attestations
for line in sys.stdin:
    try:
        answer = {"accepted": ask(json.loads(line))}
    except Exception as why:  # whatever it is, it was not accepted
        answer = {"refused": f"{type(why).__name__}: {why}"[:300]}
    print(json.dumps(answer), flush=True)
