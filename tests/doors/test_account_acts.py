"""An account's acts: its own, a supervisor's and its partner's, and nobody else's."""

from served_city import Served

from huabiao.client.signing import call
from huabiao.crypto.address import show

WASTE = "hazardous_waste"


def acts(served: Served, of: str, viewer: str) -> list[tuple[str, str]]:
    account = show(served.keys(of).account)
    city = served.remote(viewer) if viewer else served.remote()
    told = city.get(f"/api/accounts/{account}")["acts"]
    return [(each["operation"], each["key"]) for each in told]


def test_acts_are_shown_to_whom_their_records_are(served: Served, case: str) -> None:
    done = ("collect", case)
    for viewer in ("truck", "plant", "bureau"):
        assert done in acts(served, "truck", viewer), viewer
    for viewer in ("", "a passer-by"):
        assert acts(served, "truck", viewer) == [], viewer


def test_one_call_that_is_not_seen_hides_its_envelope(
    served: Served, case: str
) -> None:
    """The bureau supervises loads, not receivables: of both together it sees none."""
    own, other = f"{case}-2", f"{case}-3"
    truck = served.keys("truck")
    waste = call(WASTE, "collect", own, weighed=1)
    credit = call("real_estate", "no_such_operation", other)
    assert not served.remote().send(truck, waste, credit).accepted
    assert ("collect", own) in acts(served, "truck", "truck")
    assert ("collect", own) not in acts(served, "truck", "bureau")


def test_a_key_that_the_read_model_cut_is_nobody_elses(
    served: Served, case: str
) -> None:
    """A key as long as any may be, and another that begins with it."""
    whole = "k" * 200
    truck = served.keys("truck")
    assert (
        not served.remote()
        .send(truck, call(WASTE, "collect", whole + "x", weighed=1))
        .accepted
    )
    assert ("collect", whole) in acts(served, "truck", "truck")
    assert ("collect", whole) not in acts(served, "truck", "bureau")


def test_one_envelope_is_read_as_its_block_has_it(served: Served, case: str) -> None:
    port = served.node.port
    for height in range(1, port.height + 1):
        block = port.block(height)
        assert block is not None
        pairs = zip(block.envelopes, block.receipts, strict=True)
        for index, (envelope, receipt) in enumerate(pairs):
            found = port.envelope(height, index)
            assert found is not None
            assert (found.envelope, found.receipt) == (envelope, receipt)
            assert (found.header, found.hash) == (block.header, block.hash)
        assert port.envelope(height, len(block.envelopes)) is None
    assert port.envelope(port.height + 1, 0) is port.envelope(0, 0) is None
