"""The fast Ed25519 verifier: libsodium's answers on every input, only sooner."""

import random
import subprocess
import sys
import threading
import zlib
from hashlib import sha512
from pathlib import Path

import published
import pytest

from huabiao.crypto import ed25519_curve as curve
from huabiao.crypto import (
    ed25519_fast,
    ed25519_field,
    ed25519_kernel,
    ed25519_points,
    ed25519_tables,
    intl,
    limbs,
)
from huabiao.crypto.proven import TABLE_AFTER, Loading

MALFORMED = [b"", bytes(32), bytes(63), bytes(65)]


@pytest.fixture(scope="module", autouse=True)
def kernel():
    assert ed25519_fast.warm()


def signed(seed, count):
    pair = intl.derive(bytes((seed,)) * 32)
    messages = [b"%d" % index for index in range(count)]
    return [(pair.public, m, intl.sign(pair.secret, m)) for m in messages]


def fresh(kept=8):
    return ed25519_fast.Verifier(ed25519_kernel, kept=kept)


def knowing(*publics):
    """A verifier with a table for these keys, whatever they have signed."""
    verifier = fresh()
    for public in publics:
        verifier.signers.add(public, verifier.tabulate(public))
    return verifier


def by_sodium(items):
    return bytes(intl.verify(*item) for item in items)


def twisted(scalar):
    """The names of scalar · B plus each of the eight points of small order."""
    point = curve.multiply(scalar, curve.BASE)
    smalls = [curve.point_of(name) for name in sorted(curve.SMALL_ORDERS)]
    return [curve.public_of(curve.add(point, small)) for small in smalls]


def crafted(public, name, secret, nonce, message):
    """A signature by whoever knows the scalars, whatever key and R are called."""
    hashed = int.from_bytes(sha512(name + public + message).digest(), "little")
    s = (nonce + hashed * secret) % curve.L
    return public, message, name + s.to_bytes(32, "little")


def test_it_agrees_with_libsodium_outside_the_large_subgroup():
    """Keys and nonces with a part of small order, of every sort, as in Chalkias et al.
    2020, "Taming the many EdDSAs"; some fit exactly, others but for that part."""
    secret, nonce = 3**150 % curve.L, 7**80 % curve.L
    publics, names = twisted(secret), twisted(nonce)
    items = [
        crafted(public, name, secret, nonce, b"m")
        for public in publics
        for name in names
    ]
    verifier = knowing(*publics)
    exactly = verifier._accepted(items, {p: verifier.signers.find(p) for p in publics})
    assert {*exactly} == {0, 1}
    assert all(
        ours <= theirs for ours, theirs in zip(exactly, by_sodium(items), strict=True)
    )
    assert verifier.verify_many(items) == by_sodium(items)


def test_it_agrees_with_libsodium_on_altered_signatures():
    rng = random.Random(11)
    items = signed(3, 40)
    public = items[0][0]
    altered = []
    for key, message, signature in items:
        changed = bytearray(signature)
        changed[rng.randrange(64)] ^= 1 << rng.randrange(8)
        altered.append((key, message, bytes(changed)))
        s = int.from_bytes(signature[32:], "little") + curve.L
        altered.append((key, message, signature[:32] + s.to_bytes(32, "little")))
    altered += [(public, b"0", each) for each in MALFORMED]
    altered += [(each, b"0", items[0][2]) for each in MALFORMED]
    for name in curve.SMALL_ORDERS:
        altered += [(public, b"0", name + items[0][2][32:]), (name, b"0", items[0][2])]
    mixed = [each for pair in zip(items, altered, strict=False) for each in pair]
    everything = mixed + altered
    assert by_sodium(items) == b"\x01" * 40 and not any(by_sodium(altered))
    assert knowing(public).verify_many(everything) == by_sodium(everything)


def test_it_agrees_with_libsodium_on_wycheproof():
    items = [
        (bytes.fromhex(vector.group["publicKey"]["pk"]), *vector.raw("msg", "sig"))
        for vector in published.wycheproof("Signature/ed25519")
    ]
    good = {public for public, _, _ in items if public not in curve.SMALL_ORDERS}
    answers = knowing(*(each for each in good if curve.point_of(each))).verify_many(
        items
    )
    assert answers == by_sodium(items) and {*answers} == {0, 1}


def test_a_nonce_of_small_order_is_refused_though_the_equation_holds():
    """R is the neutral point and s = h·a: the sum is R itself, and it is refused."""
    public = curve.public_of(curve.multiply(12345, curve.BASE))
    item = crafted(public, curve.public_of(curve.NEUTRAL), 12345, 0, b"m")
    assert not intl.verify(*item)
    assert knowing(public).verify_many([item]) == b"\x00"


def test_the_table_holds_the_multiples_of_its_point():
    table = ed25519_kernel.table_of(curve.BASE, (4, 4))

    def plain(row):
        numbers = (row[place : place + 4] for place in (0, 4, 8))
        return tuple(
            sum(int(limb) << 64 * n for n, limb in enumerate(number))
            for number in numbers
        )

    assert plain(table[0]) == (1, 1, 0)
    for part, times in [(0, 1), (0, 8), (3, 7), (15, 1), (15, 8)]:
        x, y = curve.multiply(times << 16 * part, curve.BASE)
        entry = (y + x) % curve.P, (y - x) % curve.P, 2 * curve.D * x * y % curve.P
        assert plain(table[part * 8 + times]) == entry


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
def test_a_batch_need_not_fill_its_lanes(count):
    """The false one stands in each place of a batch, and is the only one refused."""
    items = signed(8, count)
    verifier = knowing(items[0][0])
    for place in range(count):
        mixed = [*items]
        mixed[place] = (items[0][0], b"?", items[place][2])
        expected = bytearray(b"\x01" * count)
        expected[place] = 0
        met = {items[0][0]: verifier.signers.find(items[0][0])}
        assert verifier._accepted(mixed, met) == expected


def test_a_signer_earns_a_table_by_good_signatures_only():
    verifier, items = fresh(), signed(1, TABLE_AFTER)
    public = items[0][0]
    bad = [(key, message + b"!", signature) for key, message, signature in items]
    assert verifier.verify_many(bad * 3) == bytes(len(bad) * 3)
    assert verifier.verify_many(items[:-1]) == b"\x01" * (len(items) - 1)
    assert verifier.signers.find(public) is None
    assert verifier.verify_many(items[-1:]) == b"\x01"
    assert verifier.signers.find(public) is not None
    assert verifier.verify_many(items + bad) == b"\x01" * len(items) + bytes(len(bad))


def test_threads_share_signers_whose_tables_come_and_go():
    verifier, wrong = fresh(kept=2), []
    batches = [signed(n, 20) for n in range(4)]

    def work(start):
        for step in range(8):
            items = batches[(start + step) % 4] + batches[(start + 2 * step) % 4]
            items = [*items, (items[0][0], b"?", items[0][2])]
            if verifier.verify_many(items) != b"\x01" * 40 + b"\x00":
                wrong.append((start, step))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_kernel_names_the_files_that_it_was_compiled_with():
    for module, noted in [
        (ed25519_field, ed25519_tables.FIELD_STAMP),
        (ed25519_points, ed25519_tables.POINTS_STAMP),
        (limbs, ed25519_tables.LIMBS_STAMP),
        (ed25519_tables, ed25519_kernel.TABLES_STAMP),
    ]:
        stamp = zlib.crc32(Path(module.__file__).read_bytes())
        assert stamp == noted, f"write 0x{stamp:08X} for {module.__name__}"


def test_a_kernel_that_fails_its_self_test_is_not_used(monkeypatch, caplog):
    loading = Loading(ed25519_fast._load, ("慢", "slow"))
    monkeypatch.setattr(ed25519_fast, "_loading", loading)
    monkeypatch.setattr(ed25519_kernel, "verify_rows", lambda *_: bytes(3))
    assert not ed25519_fast.warm()
    assert "RFC 8032" in caplog.text
    assert intl.verify_many(signed(5, 3)) == b"\x01\x01\x01"


def test_many_signatures_load_the_kernel_beside_the_work(monkeypatch):
    loaded = threading.Event()

    def load():
        assert loaded.wait(10)
        return fresh()

    monkeypatch.setattr(ed25519_fast, "_loading", Loading(load, ("", "")))
    monkeypatch.setattr(ed25519_fast, "LOAD_AFTER", 10)
    items = signed(6, 6)
    for _ in range(4):  # while it loads, libsodium answers
        assert intl.verify_many(items) == b"\x01" * 6
    loaded.set()
    assert ed25519_fast.warm() and intl.verify_many(items) == b"\x01" * 6


def test_few_signatures_do_not_load_numba():
    script = (
        "import sys\n"
        "from huabiao.crypto import intl\n"
        "pair = intl.derive(bytes(32))\n"
        "item = (pair.public, b'm', intl.sign(pair.secret, b'm'))\n"
        "assert intl.verify_many([item] * 20) == bytes([1]) * 20\n"
        "assert 'numba' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
