"""Where a batch of signatures is checked; what is said of each is the same."""

import asyncio

import pytest

from huabiao.crypto import by_key
from huabiao.crypto.suite import suite
from huabiao.engines.verification import CORES, FEW, Verification

BATCH = 2 * FEW


def batch(suite_name: str) -> list[tuple[bytes, bytes, bytes]]:
    """Good signatures, and one whose message is another."""
    module = suite(suite_name)
    pair = module.generate()
    messages = [bytes([n]) * 40 for n in range(BATCH)]
    items = [(pair.public, m, module.sign(pair.secret, m)) for m in messages]
    items[5] = pair.public, b"another", items[5][2]
    return items


@pytest.mark.parametrize("suite_name", ["intl", "sm"])
def test_a_node_with_one_core_lets_its_worker_go(
    suite_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CORES, "1")
    items = batch(suite_name)
    expected = bytes(n != 5 for n in range(BATCH))

    async def walk() -> None:
        verification = Verification(suite_name)
        try:
            assert await verification.verdicts(items) == expected
            by_key.warm(items[0][0])
            assert by_key.has_kernel(items[0][0])
            assert await verification.verdicts(items) == expected
            assert await verification.verdicts(items[:3]) == expected[:3]
            assert verification._processes is None
        finally:
            verification.close()

    asyncio.run(walk())


def test_a_node_with_more_keeps_its_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CORES, "2")
    items = batch("intl")
    by_key.warm(items[0][0])

    async def walk() -> None:
        verification = Verification("intl")
        try:
            answers = await verification.verdicts(items)
            assert answers == bytes(n != 5 for n in range(BATCH))
            assert verification._processes is not None
        finally:
            verification.close()

    asyncio.run(walk())
