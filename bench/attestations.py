# SPDX-License-Identifier: Apache-2.0
"""attestations.py sigstore|pypi-attestations ROOT SECONDS: attestations (a line each, as JSON, on
standard input) verified per CPU second, offline, from their text on."""

import base64, json, logging, sys, time

from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy

who, root, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
logging.disable(logging.WARNING)
verifier = Verifier(trusted_root=TrustedRoot.from_file(root))
anybody = policy.UnsafeNoOp()
texts = [line for line in sys.stdin if line.strip()]


def bundle_of(text):
    told = json.loads(text)
    material, envelope = told["verification_material"], told["envelope"]
    return json.dumps({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "certificate": {"rawBytes": material["certificate"]},
            "tlogEntries": material["transparency_entries"],
        },
        "dsseEnvelope": {
            "payload": envelope["statement"],
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": envelope["signature"], "keyid": ""}],
        },
    })


if who == "sigstore":
    inputs = [bundle_of(text) for text in texts]

    def verify(text):
        verifier.verify_dsse(Bundle.from_json(text), anybody)
else:
    from pypi_attestations import Attestation, Distribution

    Verifier.production = classmethod(lambda cls, *, offline=False: verifier)

    def with_subject(text):
        statement = json.loads(base64.b64decode(json.loads(text)["envelope"]["statement"]))
        subject = statement["subject"][0]
        return text, Distribution(name=subject["name"], digest=subject["digest"]["sha256"])

    inputs = [with_subject(text) for text in texts]

    def verify(text):
        attestation, subject = text
        Attestation.model_validate_json(attestation).verify(anybody, subject, offline=True)


for one in inputs:
    verify(one)
before, end, rounds = time.process_time(), time.perf_counter() + seconds, 0
while time.perf_counter() < end:
    verify(inputs[rounds % len(inputs)])
    rounds += 1
print(rounds / (time.process_time() - before))
