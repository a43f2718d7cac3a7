"""The fast verifier's own duties: tables, loading, threads, and doing without."""

import subprocess
import sys
import threading
import zlib
from pathlib import Path

import pytest

from huabiao.crypto import limbs, sm, sm2_fast, sm2_field, sm2_kernel
from huabiao.crypto import sm2_curve as curve
from huabiao.crypto.proven import Loading


def signed(seed, count):
    pair = sm.derive(bytes((seed,)) * 32)
    messages = [b"%d" % index for index in range(count)]
    return [(pair.public, m, sm.sign(pair.secret, m)) for m in messages]


def has_table(verifier, item):
    return verifier.signers.find(item[0]) is not None


def test_the_table_holds_the_multiples_of_its_point():
    base = sm2_kernel.build_table(*sm2_kernel.BASE, sm2_kernel.BASE_BITS)

    def plain(limbs):
        number = sum(int(limb) << 64 * place for place, limb in enumerate(limbs))
        return number * pow(1 << 256, -1, curve.P) % curve.P

    for window, digit in [(0, 1), (0, 2), (0, 255), (7, 100), (31, 1), (31, 255)]:
        row = base[window * 255 + digit - 1]
        multiple = curve.multiply(digit << 8 * window, curve.G)
        assert (plain(row[:4]), plain(row[4:])) == multiple


def test_a_signer_earns_a_table_by_good_signatures_only():
    verifier = sm2_fast.Verifier(sm2_kernel)
    items = signed(1, sm2_fast.TABLE_AFTER)
    bad = [(public, message + b"!", signature) for public, message, signature in items]
    assert verifier.verify_many(bad * 3) == bytes(len(bad) * 3)
    assert not has_table(verifier, items[0])
    assert verifier.verify_many(items[:-1]) == b"\x01" * (len(items) - 1)
    assert not has_table(verifier, items[0])
    assert verifier.verify_many(items[-1:]) == b"\x01"
    assert has_table(verifier, items[0])
    assert verifier.verify_many(items + bad) == b"\x01" * len(items) + bytes(len(bad))


def test_tables_are_bounded_and_the_oldest_gives_way():
    verifier = sm2_fast.Verifier(sm2_kernel, kept=2)
    first, second, third = (signed(n, sm2_fast.TABLE_AFTER) for n in (1, 2, 3))
    for items in (first, second, first[:1], third):
        assert all(verifier.verify_many(items))
    assert has_table(verifier, first[0]) and has_table(verifier, third[0])
    assert not has_table(verifier, second[0])
    assert all(verifier.verify_many(first + second + third))


def test_threads_share_signers_whose_tables_come_and_go():
    verifier = sm2_fast.Verifier(sm2_kernel, kept=2)
    batches = [signed(n, 40) for n in range(4)]
    wrong = []

    def work(start):
        for step in range(24):
            items = batches[(start + step) % 4] + batches[(start + 2 * step) % 4]
            items = [*items, (items[0][0], b"?", items[0][2])]
            if verifier.verify_many(items) != b"\x01" * 80 + b"\x00":
                wrong.append((start, step))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_nothing_to_verify_is_nothing():
    assert sm2_fast.warm()
    assert sm.verify_many([]) == b""


def test_the_kernel_names_the_field_that_it_was_compiled_with():
    """numba would otherwise run machine code of an older sm2_field from its cache."""
    for module, noted in [
        (sm2_field, sm2_kernel.FIELD_STAMP),
        (limbs, sm2_kernel.LIMBS_STAMP),
    ]:
        stamp = zlib.crc32(Path(module.__file__).read_bytes())
        assert stamp == noted, f"write 0x{stamp:08X} for {module.__name__}"


SCRIPT = """
import logging, sys
logging.basicConfig(level=logging.WARNING)
from huabiao.crypto import sm, sm2_fast
{before}
pair = sm.derive(bytes(32))
item = (pair.public, b"m", sm.sign(pair.secret, b"m"))
bad = (pair.public, b"n", item[2])
assert sm.verify(*item) and not sm.verify(*bad)
assert sm.verify_many([item, bad]) == bytes((1, 0))
assert sys.modules.get("numba") is None, "a few signatures must not load numba"
print(sm2_fast.warm())
assert sm.verify_many([item, bad]) == bytes((1, 0))
assert sm.verify(*item) and not sm.verify(*bad)
"""


def run(before=""):
    return subprocess.run(
        [sys.executable, "-c", SCRIPT.format(before=before)],
        capture_output=True,
        text=True,
        check=True,
    )


def test_few_signatures_do_not_load_numba():
    assert run().stdout == "True\n"


def test_without_numba_gmssl_verifies_and_the_log_says_so():
    ran = run(before="sys.modules['numba'] = None")
    assert ran.stdout == "False\n"
    assert "GmSSL takes over" in ran.stderr and "SM2 快速验签不可用" in ran.stderr


def test_a_kernel_that_fails_its_self_test_is_not_used(monkeypatch):
    monkeypatch.setattr(sm2_fast, "_loading", Loading(sm2_fast._load, ("", "")))
    monkeypatch.setattr(sm2_kernel, "verify_rows", lambda *_: None)
    assert not sm2_fast.warm()
    items = signed(5, 3)
    assert sm.verify_many(items) == b"\x01\x01\x01"


def test_a_kernel_without_a_folder_to_cache_in_compiles_in_memory(monkeypatch):
    import numba

    asked = []

    def njit(nogil, cache=False):
        asked.append(cache)
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return numba.njit(nogil=nogil)

    monkeypatch.setattr(limbs, "njit", njit)
    increment = limbs.compiled(lambda number: number + 1)
    assert increment(41) == 42 and asked == [True, False]


def test_many_signatures_load_the_kernel(monkeypatch):
    monkeypatch.setattr(sm2_fast, "_loading", Loading(sm2_fast._load, ("", "")))
    monkeypatch.setattr(sm2_fast, "LOAD_AFTER", 10)
    items = signed(6, 6)
    assert sm.verify_many(items) == b"\x01" * 6 and sm2_fast.ready() is None
    assert sm.verify_many(items) == b"\x01" * 6
    assert isinstance(sm2_fast.ready(), sm2_fast.Verifier)


@pytest.mark.parametrize("count", [1, 2, 33])
def test_positions_in_a_batch_are_kept(count):
    assert sm2_fast.warm()
    items = signed(7, count)
    for spoiled in range(count):
        batch = list(items)
        batch[spoiled] = (items[spoiled][0], b"other", items[spoiled][2])
        expected = bytes(int(index != spoiled) for index in range(count))
        assert sm.verify_many(batch) == expected
