"""
EPCIS documents in and out: GS1's own examples, our export by GS1's schema, and back.

The documents and their sources are in tests/vectors/epcis.
"""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, FormatChecker

from huabiao.codec import Day
from huabiao.crypto.address import parse, show
from huabiao.services.epcis import (
    Act,
    NotEpcis,
    Translation,
    digital_link,
    lot_path,
    read_document,
    translate,
    write_document,
)
from huabiao.services.epcis.sharing_out import share_out

VECTORS = Path(__file__).parents[1] / "vectors/epcis"
SCHEMA = json.loads((VECTORS / "EPCISDocument.schema.json").read_text("utf-8"))
VALIDATOR = Draft7Validator(SCHEMA, format_checker=FormatChecker())
LOT = "01/04012345123456/10/998877"
FARM, SHOP = (show(sha256(name).digest()[:20]) for name in (b"farm", b"shop"))
CITY = "https://city.example"


def example(name: str) -> bytes:
    return (VECTORS / f"{name}.jsonld").read_bytes()


def calls_of(raw: bytes, **how):
    """(operation, key, arguments) without the capture, which is always first."""
    first, *rest = translate(raw, sha256(raw).digest(), Translation(**how))
    assert (first.operation, first.key) == ("capture", sha256(raw).hexdigest())
    return [(call.operation, call.key, call.arguments) for call in rest]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        # The EPC Tag Data Standard's own pairs of URN and element string.
        ("urn:epc:class:lgtin:4012345.012345.998877", LOT),
        ("https://id.gs1.org/01/04012345123456/10/998877", LOT),
        ("https://shop.example/deep/01/04012345123456/10/998877?17=271231", LOT),
        ("urn:epc:id:sgtin:0614141.107346.2017", "01/10614141073464/21/2017"),
        ("urn:epc:id:sscc:0614141.1234567890", "00/106141412345678908"),
        ("urn:epc:id:grai:4012345.55555.987", "8003/04012345555554987"),
        ("urn:epc:id:giai:4000001.12345", "8004/400000112345"),
        ("urn:epc:idpat:sgtin:4012345.066666.*", "01/04012345666663/10/*"),
        ("https://id.gs1.org/01/04012345666663", "01/04012345666663/10/*"),
        ("urn:epc:class:lgtin:4012345.012345.A%2FB", "01/04012345123456/10/A%2FB"),
    ],
)
def test_one_thing_has_one_name(name, path):
    assert lot_path(name) == path
    assert lot_path(digital_link(path)) == path


@pytest.mark.parametrize(
    "name",
    ["", "x", "https://example.org/", "urn:epc:id:sgtin:1.2.3", "https://e/01/124",
     "https://id.gs1.org/01/04012345123450/10/1", "urn:epc:id:none:1.2", "9" * 500],
)  # fmt: skip
def test_what_is_no_name_is_said_to_be_none(name):
    with pytest.raises(NotEpcis, match="neither an EPC URN"):
        lot_path(name)


def test_a_receipt_of_goods():
    place = "urn:epc:id:sgln:0614141.00777.0"
    seen = ("observe", LOT, {"step": "receiving", "place": place})
    assert calls_of(example("object")) == [seen]
    made = {"product": "GTIN 04012345123456", "grams": 200_000, "inputs": []}
    unknown = calls_of(example("object"), intake=True, is_known=lambda path: False)
    assert unknown == [("make", LOT, made), seen]


def test_an_aggregation_that_is_seen_and_one_that_is_made():
    raw = example("aggregation")
    (seen,) = calls_of(raw)
    assert seen[:2] == ("observe", "00/106141412345678908")
    (made,) = calls_of(raw.replace(b"OBSERVE", b"ADD"))
    contents = ["01/10614141073464/21/2017", "01/10614141073464/21/2018",
                "01/04012345987652/10/*", LOT]  # fmt: skip
    assert made == ("pack", seen[1], {"contents": contents, "out": False})


def test_an_association():
    (bound,) = calls_of(example("association"))
    assert bound == ("attach", "8004/400000112345", {"to": "8003/04012345555554987"})
    (loose,) = calls_of(example("association").replace(b"ADD", b"DELETE"))
    assert loose == ("attach", "8004/400000112345", {"to": ""})


def test_a_transformation_of_pieces_needs_their_weight():
    with pytest.raises(NotEpcis, match="--weight GTIN=GRAMS"):
        calls_of(example("transformation"))


WEIGHTS = {
    "04012345111224": 500, "04000001654321": 250, "00614141777778": 100,
    "04012345666663": 50, "04012345778892": 6_000,
}  # fmt: skip


def test_a_transformation():
    made = calls_of(example("transformation"), weights=WEIGHTS)
    assert [key for _, key, _ in made] == [
        f"01/04012345778892/21/{serial}" for serial in (25, 26, 27, 28)
    ]
    inputs = {"01/04012345111224/21/25": 500, "01/04000001654321/21/99886655": 250,
              "01/04012345111118/10/4444": 10_000,
              "01/00614141777778/10/987": 3_000,
              "01/04012345666663/10/*": 11_000}  # fmt: skip
    taken = dict.fromkeys(inputs, 0)
    for _, _, arguments in made:
        assert arguments["grams"] == 6_000
        assert arguments["best_before"] == Day.parse("2014-12-10")
        assert sum(grams for _, grams, _ in arguments["inputs"]) >= 6_000
        for lot, grams, _ in arguments["inputs"]:
            assert grams > 0
            taken[lot] += grams
    assert taken == inputs


masses = st.lists(st.integers(20, 10**9), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(masses, masses, st.integers(0, 10**6))
def test_what_is_shared_out_is_all_there_was(inputs, outputs, loss):
    more = max(0, sum(outputs) + loss - sum(inputs))
    given_ = dict(enumerate([*inputs, more] if more >= 20 else inputs))
    if sum(given_.values()) < sum(outputs):
        outputs = inputs
    wanted = dict(enumerate(outputs))
    try:
        shares = share_out(given_, wanted)
    except NotEpcis:
        assert min(given_.values()) * min(outputs) < 2 * sum(given_.values())
        return
    for grams, share in zip(outputs, shares, strict=True):
        assert sum(amount for _, amount in share) >= grams
        assert all(amount > 0 for _, amount in share)
    for name, grams in given_.items():
        assert sum(dict(share)[name] for share in shares) == grams


def act(number, operation, key, sender=FARM, **arguments):
    return Act(
        operation, key, arguments, sender, 1_790_000_000_000 + number, "e", number
    )


MILK, BREAD, CRATE, PROBE = (
    LOT, "01/09506000134369/10/Y-1", "8003/00614141123452Y1", "8004/4000001T1",
)  # fmt: skip
ACTS = [
    act(1, "make", MILK, product="milk", grams=1_500, inputs=[]),
    act(2, "make", BREAD, product="bread", grams=900, best_before="2027-01-31",
        inputs=[{"lot": MILK, "grams": 1_000, "before": ""}]),
    act(3, "pack", CRATE, contents=[BREAD]),
    act(4, "attach", PROBE, to=CRATE),
    act(5, "observe", CRATE, step="transporting", place="京承高速"),
    act(6, "hand_over", CRATE, to=SHOP),
    act(7, "attach", PROBE),
    act(8, "pack", CRATE, SHOP, contents=[BREAD], out=True),
    act(9, "sell", BREAD, SHOP, grams=400),
    act(10, "destroy", BREAD, SHOP, grams=500),
    act(11, "order", MILK, SHOP, reason="residues"),
    act(12, "capture", "00" * 32),
]  # fmt: skip


def test_what_is_exported_is_an_epcis_document():
    document = write_document(ACTS, CITY, 1_790_000_000_000)
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []
    kinds = [event["type"] for event in document["epcisBody"]["eventList"]]
    assert len(kinds) == 11 and set(kinds) == {
        "ObjectEvent", "TransformationEvent", "AggregationEvent", "AssociationEvent"
    }  # fmt: skip
    ids = [event["eventID"] for event in document["epcisBody"]["eventList"]]
    assert len(set(ids)) == 11
    document["epcisBody"]["eventList"][0]["action"] = "SPOIL"
    assert list(VALIDATOR.iter_errors(document)) != []


def test_what_is_exported_is_read_back_as_it_was():
    raw = json.dumps(write_document(ACTS, CITY, 0)).encode()
    names = {"04012345123456": "milk", "09506000134369": "bread"}
    back = calls_of(raw, products=names)
    place = f"{CITY}/places/%E4%BA%AC%E6%89%BF%E9%AB%98%E9%80%9F"
    seen = {"step": "transporting", "place": place}
    before = Day.parse("2027-01-31")
    assert back == [
        ("make", MILK, {"product": "milk", "grams": 1_500, "inputs": []}),
        ("make", BREAD, {"product": "bread", "grams": 900, "best_before": before,
                         "inputs": [[MILK, 1_000, ""]]}),
        ("pack", CRATE, {"contents": [BREAD], "out": False}),
        ("attach", PROBE, {"to": CRATE}),
        ("observe", CRATE, seen),
        ("hand_over", CRATE, {"to": parse(SHOP), "grams": 0}),
        ("attach", PROBE, {"to": ""}),
        ("pack", CRATE, {"contents": [BREAD], "out": True}),
        ("sell", BREAD, {"grams": 400}),
        ("destroy", BREAD, {"grams": 500}),
        ("observe", MILK, {"step": "holding", "place": ""}),
    ]  # fmt: skip


def test_a_receiver_whom_nobody_knows_is_noted():
    raw = example("object").replace(b"receiving", b"shipping")
    how = Translation()
    calls = translate(raw, bytes(32), how)
    assert calls[1].operation == "observe" and "0614141.00001.0" in how.notes[0]
    parties = {"urn:epc:id:sgln:0614141.00001.0": SHOP}
    assert calls_of(raw, parties=parties) == [
        ("hand_over", LOT, {"to": parse(SHOP), "grams": 200_000})
    ]


def spoil(**changes):
    document = json.loads(example("object"))
    document["epcisBody"]["eventList"][0] |= changes
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"{", "Not JSON"),
        (b"[]", "no epcisBody.eventList"),
        (b'{"isA": "EPCISDocument", "epcisBody": {"eventList": []}}', "1 to 900"),
        (b" " * 4_194_305, "split it"),
        (spoil(isA="Party"), "Event 1 of no known type"),
        (spoil(action="EAT"), "Event 1 needs an action"),
        (spoil(eventTime="soon"), "Event 1 has no valid eventTime"),
        (spoil(quantityList="much"), "needs a list"),
        (spoil(quantityList=[{"quantity": 1}]), "lacks an epcClass"),
        (spoil(quantityList=[{"epcClass": "x", "quantity": "1"}]), "no number"),
        (spoil(quantityList=[{"epcClass": "x", "quantity": 1}]), "neither an EPC"),
    ],
)
def test_what_is_wrong_with_a_document_is_said(raw, sentence):
    with pytest.raises(NotEpcis, match=sentence):
        translate(raw, bytes(32), Translation())


@pytest.mark.parametrize(("quantity", "uom"), [(1, "LTR"), (-1, "KGM"), (1e30, "KGM")])
def test_a_quantity_is_a_mass(quantity, uom):
    goods = [{"epcClass": digital_link(LOT), "quantity": quantity, "uom": uom}]
    with pytest.raises(NotEpcis):
        calls_of(spoil(quantityList=goods, action="ADD"))


def test_events_come_in_the_order_of_their_times():
    document = json.loads(example("object"))
    first = document["epcisBody"]["eventList"][0]
    document["epcisBody"]["eventList"].append(
        first | {"eventTime": "2013-06-08T16:58:55+02:00"}
    )
    events = read_document(json.dumps(document).encode())
    assert [event.number for event in events] == [2, 1]
