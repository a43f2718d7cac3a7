"""
The two trees straight from their definitions, slow and plain, to compare with.

Written from the text of RFC 6962 section 2.1 and from the head of proofs/radix.py, and
sharing no code with the product. Run as a script it writes merkle.json and
state-tree.json in tests/vectors.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

Digest = Callable[[bytes], bytes]
VECTORS = Path(__file__).parent.parent / "vectors"
CT_LEAVES = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
"""The leaves of Certificate Transparency's own test tree."""


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def merkle_root(digest: Digest, leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, over the leaves' data."""
    if not leaves:
        return digest(b"")
    if len(leaves) == 1:
        return digest(b"\x00" + leaves[0])
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    left, right = merkle_root(digest, leaves[:k]), merkle_root(digest, leaves[k:])
    return digest(b"\x01" + left + right)


def entries_of(digest: Digest, pairs: Mapping[bytes, bytes]) -> list[bytes]:
    return sorted(digest(k) + digest(b"\x02" + v) for k, v in pairs.items())


def node_hash(digest: Digest, entries: list[bytes], depth: int) -> bytes:
    if len(entries) <= 32:
        return digest(b"\x00" + b"".join(entries))
    groups = [
        [e for e in entries if e.hex()[depth] == half] for half in "0123456789abcdef"
    ]
    hashes = [node_hash(digest, g, depth + 1) if g else bytes(32) for g in groups]
    return digest(b"\x01" + b"".join(hashes))


def state_root(digest: Digest, pairs: Mapping[bytes, bytes]) -> bytes:
    return node_hash(digest, entries_of(digest, pairs), 0)


def state_proof(digest: Digest, pairs: Mapping[bytes, bytes], key: bytes) -> bytes:
    """The proof for a key, present or not."""
    entries, way, depth, levels = entries_of(digest, pairs), digest(key).hex(), 0, []
    while len(entries) > 32:
        bits, siblings = 0, b""
        for n, half in enumerate("0123456789abcdef"):
            group = [e for e in entries if e.hex()[depth] == half]
            if group:
                bits |= 1 << n
                if half != way[depth]:
                    siblings += node_hash(digest, group, depth + 1)
        levels.append([bits, siblings])
        entries = [e for e in entries if e.hex()[depth] == way[depth]]
        depth += 1
    return msgspec.msgpack.encode([levels, b"".join(entries)])


def merkle_vectors(digest: Digest) -> Iterator[dict[str, object]]:
    for size in (0, 1, 2, 3, 5, 8, 13, 100):
        leaves = [b"leaf %d" % n for n in range(size)]
        yield {"leaves": size, "root": merkle_root(digest, leaves).hex()}


def state_vectors(digest: Digest) -> Iterator[dict[str, object]]:
    held: dict[bytes, bytes] = {}
    for name, add, remove in STEPS:
        held.update({b"key %d" % n: b"value %d" % (n * n) for n in range(*add)})
        for n in range(*remove):
            del held[b"key %d" % n]
        proofs = []
        for n in (0, 7, 100, 499, 1000, 1001):
            key = b"key %d" % n
            value = held.get(key)
            proofs.append(
                {
                    "key": key.decode(),
                    "value": None if value is None else value.decode(),
                    "proof": state_proof(digest, held, key).hex(),
                }
            )
        root = state_root(digest, held).hex()
        yield {
            "step": name,
            "add": add,
            "remove": remove,
            "root": root,
            "proofs": proofs,
        }


STEPS: list[tuple[str, tuple[int, int], tuple[int, int]]] = [
    ("nothing", (0, 0), (0, 0)),
    ("one key", (0, 1), (0, 0)),
    ("a full leaf", (1, 32), (0, 0)),
    ("the leaf parts", (32, 33), (0, 0)),
    ("and is one again", (0, 0), (5, 6)),
    ("several levels", (33, 1001), (0, 0)),
    ("most removed", (0, 0), (30, 990)),
    ("all removed", (0, 0), (990, 1001)),
]


def write_vectors() -> None:
    from huabiao.crypto import suite

    digests = {"sha256": sha256, "sm3": suite("sm").digest}
    ct = [
        merkle_root(sha256, list(map(bytes.fromhex, CT_LEAVES[:n]))) for n in range(9)
    ]
    merkle = {
        "source": "tests/proofs/textbook_trees.py, from RFC 6962 section 2.1."
        ' The leaf n is the text "leaf n". "certificate_transparency" has the roots'
        " that the Certificate Transparency project's own tests expect.",
        "certificate_transparency": {
            "leaves": CT_LEAVES,
            "roots": [root.hex() for root in ct],
        },
        **{name: list(merkle_vectors(digest)) for name, digest in digests.items()},
    }
    state = {
        "source": "tests/proofs/textbook_trees.py, from the definition at the head of"
        ' src/huabiao/proofs/radix.py. Each step adds the keys "key n" with the values'
        ' "value n*n" for n in range(*add), then removes "key n" for n in'
        " range(*remove); a value of null is proved absent.",
        **{name: list(state_vectors(digest)) for name, digest in digests.items()},
    }
    for name, content in (("merkle", merkle), ("state-tree", state)):
        text = json.dumps(content, indent=1)
        (VECTORS / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    write_vectors()
