"""
The chain's own DIDs at a time: keys that end, that were replaced, that are in doubt.

The clock is in the test's hand; the reader is the ledger's own state.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huabiao.client.signing import call
from huabiao.crypto.keys import Keys
from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.services.did import DidFailed, keys_for, parse_did
from huabiao.services.did.chain_method import (
    KeyEntry,
    chain_did,
    keys_at,
    resolve_chain,
    written_time,
)
from huabiao.testing.city import DAY, HOUR, City

DOMAIN = b"huabiao-account\x00"


class StateReader:
    """`ChainReader` over a test's city; it remembers when each block was made."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.times: dict[int, int] = {}

    @property
    def chain(self) -> str:
        return self.city.genesis.chain

    @property
    def suite_name(self) -> str:
        return self.city.suite_name

    def value(self, key: str, height: int | None) -> bytes | None:
        if height is None:
            return self.city.ledger.read(key)
        return self.city.ledger.state.value_at(key.encode(), height)

    def height_at(self, time: int) -> int:
        return max((h for h, at in self.times.items() if at <= time), default=0)

    def time_of(self, height: int) -> int:
        return self.times.get(height, 0)


@pytest.fixture(params=["intl", "sm"])
def reader(request, tmp_path):
    wanted = ("class Identity(", "class Recovery(")
    sources = [s for s in shipped_sources() if any(name in s for name in wanted)]
    city = City(tmp_path, request.param, [*founding_sources(), *sources])
    yield StateReader(city)
    city.close()


def act(reader: StateReader, signer: Keys, operation: str, **facts: object) -> int:
    """One accepted call, in a block of an hour later; the block's time."""
    reader.city.pass_time(HOUR)
    receipt = reader.city.submit(signer, call("identity", operation, **facts))
    assert receipt.accepted, receipt.sentence
    ledger = reader.city.ledger
    reader.times[ledger.height] = ledger.time
    ledger.state.flush(wait=True)  # so that this height stays readable
    return ledger.time


def add(reader: StateReader, signer: Keys, new: Keys, until: int = 0) -> int:
    proof = new.sign(DOMAIN + signer.account)
    return act(reader, signer, "add_key", public=new.public, proof=proof, until=until)


def public_keys(reader: StateReader, did: str, at: int) -> list[bytes]:
    """The keys of the document as it was at a time."""
    found = resolve_chain(
        parse_did(did), reader, reader.city.now, version_time=written_time(at)
    )
    return sorted(k.public for k in keys_for(found.document, "assertionMethod"))


def test_a_document_is_told_as_it_was(reader):
    first, second = reader.city.cast("first"), reader.city.cast("second")
    did = chain_did(reader.chain, first.account)
    opened = act(reader, first, "publish_key", public=first.public)
    added = add(reader, first, second)
    gone = act(reader, second, "retire_key", public=first.public, reason="换新")
    reader.city.pass_time(HOUR)
    assert public_keys(reader, did, opened) == [first.public]
    assert public_keys(reader, did, added) == sorted([first.public, second.public])
    assert public_keys(reader, did, gone) == [second.public]
    with pytest.raises(DidFailed) as none:
        public_keys(reader, did, opened - HOUR)
    assert none.value.code == "notFound"


def test_a_key_ends_by_itself_and_is_not_named_any_more(reader):
    city = reader.city
    first, second = city.cast("first"), city.cast("second")
    did = chain_did(reader.chain, first.account)
    act(reader, first, "publish_key", public=first.public)
    end = city.now + DAY
    add(reader, first, second, until=end)
    assert len(public_keys(reader, did, city.now)) == 2
    city.pass_time(2 * DAY)
    newest = resolve_chain(parse_did(did), reader, city.now)
    assert [k.public for k in keys_for(newest.document, "authentication")] == [
        first.public
    ]
    history = newest.metadata["keyHistory"]
    assert history[0]["until"] == written_time(end)
    held = [key.public for key in keys_at(parse_did(did), reader, end - HOUR)]
    assert second.public in held
    assert second.public not in [
        key.public for key in keys_at(parse_did(did), reader, end)
    ]


def test_signatures_from_the_time_of_doubt_on_do_not_count(reader):
    first, second = reader.city.cast("first"), reader.city.cast("second")
    did = parse_did(chain_did(reader.chain, first.account))
    act(reader, first, "publish_key", public=first.public)
    added = add(reader, first, second)
    stolen = added + HOUR // 2
    act(
        reader, second, "retire_key", public=first.public, reason="被窃 · stolen",
        suspect_from=stolen,
    )  # fmt: skip

    def held(time: int) -> list[bytes]:
        return sorted(key.public for key in keys_at(did, reader, time))

    assert held(added) == sorted([first.public, second.public])
    assert held(stolen) == held(reader.city.now) == [second.public]
    # Before anything else was registered, the first key stood for the account.
    assert held(1) == [first.public]


def test_another_chains_account_is_not_found_here(reader):
    did = parse_did(chain_did("另一链 other", reader.city.cast("first").account))
    assert "%20other" in str(did)
    for resolve in (resolve_chain, keys_at):
        with pytest.raises(DidFailed) as refused:
            resolve(did, reader, reader.city.now)
        assert refused.value.code == "notFound"


@settings(max_examples=50, deadline=None)
@given(st.tuples(*[st.integers(0, 50)] * 4), st.integers(0, 60))
def test_a_key_is_held_from_its_start_to_its_first_end(times, time):
    since, revoked_at, until, suspect_from = times
    entry = KeyEntry("", since, revoked_at, "", until, suspect_from, b"")
    first_end = min((end for end in times[1:] if end), default=10**9)
    assert entry.held_at(time) == (since <= time < first_end)
