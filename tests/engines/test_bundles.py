"""Bundles: checked once, bounded, and nothing that no honest member makes."""

import asyncio
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huabiao.client.signing import call, sign_envelope
from huabiao.codec import encode
from huabiao.crypto.envelope import Envelope, open_envelope
from huabiao.crypto.keys import generate
from huabiao.crypto.suite import suite
from huabiao.engines.cometbft.bundles import (
    LARGEST_BUNDLE,
    MOST_ENVELOPES,
    SEVERAL,
    SMALL,
    BadBundle,
    Bundles,
    inflate,
    open_bundle,
    write_bundle,
)
from huabiao.engines.verification import Verification

DIGEST = suite("intl").digest
KEYS = generate("someone", "intl", b"s" * 32)
NOW = int(time.time() * 1000)


def envelope(ends: int = NOW + 60_000) -> Envelope:
    made = call("evidence", "notarize", digests=[bytes(32)])
    return open_envelope(sign_envelope("c", KEYS, [made], valid_until=ends), DIGEST)


def test_what_goes_in_comes_out() -> None:
    several = [envelope() for _ in range(5)]
    assert [e.id for e in open_bundle(write_bundle(several), DIGEST)] == [
        e.id for e in several
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"B",
        b"B\x90",
        b"B\xc1",
        b"X" + encode([envelope().raw]),
        b"B" + encode([envelope().raw[:-1]]),
        b"B" + encode([envelope().raw] * (MOST_ENVELOPES + 1)),
        b"B" + encode([bytes(LARGEST_BUNDLE)]),
        write_bundle([envelope()]) + b"\x00",
        b"Z",
        b"Z" + encode([envelope().raw]),
        b"Z" + zlib.compress(encode([envelope().raw]))[:-1],
        b"Z" + zlib.compress(encode([envelope().raw])) + b"\x00",
        b"Z" + zlib.compress(encode([envelope().raw]) + b"\x00"),
        b"Z" + zlib.compress(encode([bytes(LARGEST_BUNDLE)])),
        b"Z" + zlib.compress(zlib.compress(encode([envelope().raw]))),
    ],
)
def test_what_is_no_bundle_is_refused(raw: bytes) -> None:
    with pytest.raises(BadBundle):
        open_bundle(raw, DIGEST)


def test_small_envelopes_are_deflated_where_the_chain_allows_it() -> None:
    several = [envelope() for _ in range(SEVERAL)]
    plain, deflated = write_bundle(several), write_bundle(several, deflates=True)
    assert plain[:1] == b"B" and deflated[:1] == b"Z"
    assert len(deflated) < len(plain)
    assert zlib.decompress(deflated[1:]) == plain[1:]
    assert [e.id for e in open_bundle(deflated, DIGEST)] == [e.id for e in several]
    assert write_bundle(several[1:], deflates=True) == write_bundle(several[1:])
    long = call("evidence", "notarize", digests=[bytes(2 * SMALL)])
    large = [open_envelope(sign_envelope("c", KEYS, [long]), DIGEST)] * SEVERAL
    assert write_bundle(large, deflates=True) == write_bundle(large)


def test_what_is_unpacked_is_bounded_to_the_byte() -> None:
    assert len(inflate(zlib.compress(bytes(LARGEST_BUNDLE)))) == LARGEST_BUNDLE
    for level in (0, 1, 9):
        with pytest.raises(BadBundle, match="too large"):
            inflate(zlib.compress(bytes(LARGEST_BUNDLE + 1), level))


@given(st.binary(max_size=200))
def test_any_deflated_bytes_are_opened_or_refused(content: bytes) -> None:
    for raw in (b"Z" + content, b"Z" + zlib.compress(content)):
        with pytest.raises(BadBundle):
            open_bundle(raw, DIGEST)


def test_before_its_protocol_nothing_deflated_is_taken() -> None:
    async def story() -> None:
        allowed = False
        bundles = Bundles(DIGEST, Verification("intl", workers=0), lambda: allowed)
        several = [envelope() for _ in range(SEVERAL)]
        deflated = write_bundle(several, deflates=True)
        with pytest.raises(BadBundle, match="protocol 4"):
            await bundles.receive(deflated)
        assert bundles.add_own(several).raw[:1] == b"B"
        allowed = True
        await bundles.receive(deflated)
        assert bundles.waiting_bytes > 2 * sum(len(each.raw) for each in several)
        held = await bundles.checked(deflated)
        assert held.size > len(deflated), "what it unpacks to counts"
        allowed = False
        with pytest.raises(BadBundle, match="protocol 4"):
            await bundles.checked(deflated)

    asyncio.run(story())


def test_a_false_signature_spoils_the_bundle_and_only_it() -> None:
    async def story() -> None:
        bundles = Bundles(DIGEST, Verification("intl", workers=0))
        good = write_bundle([envelope(), envelope()])
        spoiled = bytearray(envelope().raw)
        spoiled[-1] ^= 1
        bad = b"B" + encode([envelope().raw, bytes(spoiled)])
        await bundles.receive(good)
        with pytest.raises(BadBundle, match="envelope 1"):
            await bundles.receive(bad)
        assert bundles.choose(2**20, 100) == [good]

    asyncio.run(story())


def test_a_bundle_waits_until_a_block_has_it_or_its_time_ends() -> None:
    async def story() -> None:
        bundles = Bundles(DIGEST, Verification("intl", workers=0))
        first = bundles.add_own([envelope()])
        short = bundles.add_own([envelope(NOW + 5)])
        assert bundles.to_send() == [first.raw, short.raw] and not bundles.to_send()
        assert bundles.choose(len(first.raw) + 8, 9) == [first.raw]
        bundles.took([first.hash], NOW)
        await bundles.receive(first.raw)
        assert bundles.choose(2**20, 9) == [short.raw], "a late copy stays out"
        bundles.took([], NOW + 5)
        assert not bundles.choose(2**20, 9) and bundles.waiting_bytes == 0

    asyncio.run(story())
