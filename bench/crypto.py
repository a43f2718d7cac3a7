"""
The crypto room measured: microseconds of each primitive, on one core.

    python bench/crypto.py [--seconds N] [--json]

Each figure is the best of the rounds that fit its share of the time. In the last
fifth the SM2 kernel is compared with OpenSSL (or GmSSL where there is none) on random
and mutated signatures; `compared` says how many, and one disagreement is an error.
"""

import argparse
import json
import os
import platform
import random
import time
from collections.abc import Callable, Iterator

from huabiao.crypto import (
    Suite,
    ed25519_fast,
    sm2_fast,
    sm2_gmssl,
    sm2_libcrypto,
    suite,
)
from huabiao.crypto.suite import Item

MESSAGE_SIZE = 186  # about one signed envelope of one call
SIGNERS = 50


def microseconds(action: Callable[[], object], seconds: float, count: int = 1) -> float:
    """The best time of one of `count` things that one call does."""
    best, end = float("inf"), time.perf_counter() + seconds
    while best == float("inf") or time.perf_counter() < end:
        start = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - start)
    return round(best / count * 1e6, 2)


def signed_items(chosen: Suite, count: int) -> list[Item]:
    pairs = [chosen.generate() for _ in range(SIGNERS)]
    items = []
    for index in range(count):
        pair, message = pairs[index % SIGNERS], os.urandom(MESSAGE_SIZE)
        items.append((pair.public, message, chosen.sign(pair.secret, message)))
    return items


def measure_suite(name: str, seconds: float) -> Iterator[tuple[str, float]]:
    chosen, share = suite(name), seconds / 8
    items = signed_items(chosen, 1000)
    block, key = os.urandom(64), os.urandom(32)
    pair, recipient = chosen.generate(), chosen.generate_recipient()

    def hash_many() -> None:
        digest = chosen.digest
        for _ in range(1000):
            digest(block)

    chosen.verify_many(items)
    sealed = chosen.seal_to(recipient.public, block, b"")
    yield "digest 64 B", microseconds(hash_many, share, 1000)
    yield "sign", microseconds(lambda: chosen.sign(pair.secret, block), share)
    yield "verify", microseconds(lambda: chosen.verify(*items[0]), share)
    yield (
        "verify in a batch",
        microseconds(lambda: chosen.verify_many(items), share, len(items)),
    )
    yield "seal 1 KB", microseconds(lambda: chosen.seal(key, block * 16, b""), share)
    yield (
        "seal to",
        microseconds(lambda: chosen.seal_to(recipient.public, block, b""), share),
    )
    yield (
        "open from",
        microseconds(lambda: chosen.open_from(recipient.secret, sealed, b""), share),
    )


def measure_sm2(seconds: float) -> Iterator[tuple[str, float]]:
    """The ways to verify SM2, beside one another."""
    item = signed_items(suite("sm"), 1)[0]
    share = seconds / 4
    yield "GmSSL", microseconds(lambda: sm2_gmssl.verify(*item), share)
    if sm2_libcrypto.available():
        yield "libcrypto", microseconds(lambda: sm2_libcrypto.verify(*item), share)
    verifier = sm2_fast.ready()
    if verifier is not None:
        strangers = [signed_items(suite("sm"), 1)[0] for _ in range(200)]
        # Altered, so that the signers earn no table.
        strangers = [(p, m + b".", s) for p, m, s in strangers]
        yield (
            "kernel, stranger",
            microseconds(
                lambda: verifier.verify_many(strangers), share, len(strangers)
            ),
        )


def compare_sm2(seconds: float) -> int:
    """How many signatures the kernel and its reference agreed on, else RuntimeError."""
    # GmSSL writes a line on standard error for whatever it refuses; OpenSSL is quiet.
    reference = sm2_libcrypto if sm2_libcrypto.available() else sm2_gmssl
    rng, end, compared = random.Random(), time.perf_counter() + seconds, 0
    honest = signed_items(suite("sm"), 200)
    while time.perf_counter() < end:
        batch = [spoiled(rng, item) for item in honest]
        expected = bytes(reference.verify(*item) for item in batch)
        if sm2_fast.verify_many(batch) != expected:
            raise RuntimeError(f"{reference.__name__} disagrees on one of {batch}")
        compared += len(batch)
    return compared


def spoiled(rng: random.Random, item: Item) -> Item:
    """The item itself in half of the cases, else with a bit changed in some part."""
    parts = [bytearray(part) for part in item]
    if rng.random() < 0.5:
        part = rng.choice(parts)
        part[rng.randrange(len(part))] ^= 1 << rng.randrange(8)
    public, message, signature = (bytes(part) for part in parts)
    return public, message, signature


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    share = options.seconds / 5
    start = time.perf_counter()
    loaded = sm2_fast.warm() and ed25519_fast.warm()
    report = {
        "machine": {"python": platform.python_version(), "cores": os.cpu_count()},
        "parameters": {"message": MESSAGE_SIZE, "signers": SIGNERS},
        "kernel": {
            "loaded": loaded,
            "seconds": round(time.perf_counter() - start, 2),
        },
        "intl": dict(measure_suite("intl", share)),
        "sm": dict(measure_suite("sm", share)),
        "pq": dict(measure_suite("pq", share)),
        "sm2 verify": dict(measure_sm2(share)),
        "compared": compare_sm2(share),
    }
    print(json.dumps(report, indent=None if options.json else 2, ensure_ascii=False))


if __name__ == "__main__":
    main()
