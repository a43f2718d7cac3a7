"""
What others wrote comes out as it was: documents that are kept, and what is told.

The examples are GS1's own (tests/vectors).
"""

import json
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft7Validator, FormatChecker

from huabiao.services.epcis import (
    Act,
    KeptDocuments,
    NotEpcis,
    Translation,
    translate,
    write_document,
)
from huabiao.services.epcis.kept import events_of, index_of

VECTORS = Path(__file__).parents[1] / "vectors/epcis"
LOT, ITEM = "01/04012345123456/10/998877", "01/10614141073464/21/2018"
GS1 = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
formats = FormatChecker()


@formats.checks("uri")
def is_uri(value: object) -> bool:
    """jsonschema looks at no address by itself: RFC 3986 asks for a scheme."""
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


SCHEMA = json.loads((VECTORS / "EPCISDocument.schema.json").read_text("utf-8"))
VALIDATOR = Draft7Validator(SCHEMA, format_checker=formats)


def document(*events, context=GS1):
    when = {"eventTime": "2023-01-11T12:00:00+01:00", "eventTimeZoneOffset": "+01:00"}
    return {"@context": context, "type": "EPCISDocument", "schemaVersion": "2.0",
            "creationDate": "2023-01-11T12:00:00Z",
            "epcisBody": {"eventList": [when | each for each in events]}}  # fmt: skip


def seen(name=f"https://id.gs1.org/{ITEM}", **more):
    return {"type": "ObjectEvent", "action": "OBSERVE", "epcList": [name]} | more


def calls_of(*events, **how):
    raw, read = json.dumps(document(*events)).encode(), Translation(**how)
    return translate(raw, sha256(raw).digest(), read)[1:], read.notes


def told(raw, *keys, find=True):
    """What is exported of a document whose envelope touched these keys."""
    acts = [
        Act("observe", key, {"step": "smoking", "place": ""}, "hb1", 0, "e", n, "d")
        for n, key in enumerate(keys)
    ]

    def kept(digest, paths):
        return events_of(raw, index_of(raw), paths) if find else None

    return write_document(acts, "https://c.example", 0, kept)


def test_what_was_written_comes_out_as_it_was():
    own = {"ext": "http://ns.example.com/epcis/"}
    first = seen(**{
        "eventID": "urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8", "ext:n": [1.5],
        "bizStep": "https://ns.example.com/smoking",
        "recordTime": "2023-01-11T12:01:00Z",
        "sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 26.5,
                                                 "uom": "CEL"}]}],
    })  # fmt: skip
    second = seen("urn:epc:id:sgtin:0614141.107346.2018", **{"@context": [GS1, own]})
    other = seen("urn:epc:id:sgtin:0614141.107346.1")
    written = document(first, second, other, context=[GS1, own])
    out = told(json.dumps(written).encode(), ITEM)
    assert list(VALIDATOR.iter_errors(out)) == []
    given = written["epcisBody"]["eventList"]
    assert out["epcisBody"]["eventList"] == [
        event | {"@context": [own]} for event in given[:2]
    ]


def test_a_document_that_is_not_here_is_drawn_from_the_chain():
    out = told(b"", ITEM, find=False)
    (event,) = out["epcisBody"]["eventList"]
    assert event["bizStep"] == "https://c.example/steps/smoking"
    assert "readPoint" not in event and list(VALIDATOR.iter_errors(out)) == []


@pytest.mark.parametrize("name", ["object", "aggregation", "association"])
def test_gs1s_own_examples_come_out(name):
    raw = (VECTORS / f"{name}.jsonld").read_bytes()
    calls = translate(raw, bytes(32), Translation())[1:]
    out = told(raw, *(call.key for call in calls))["epcisBody"]["eventList"]
    given = json.loads(raw)["epcisBody"]["eventList"]
    drop = {"isA", "type", "@context"}
    assert [{k: v for k, v in each.items() if k not in drop} for each in out] == [
        {k: v for k, v in each.items() if k not in drop} for each in given
    ]


def test_documents_lie_under_their_digests(tmp_path):
    kept = KeptDocuments(tmp_path / "documents")
    assert kept.find("a" * 64) is None and kept.find("../" + "a" * 61) is None
    assert kept.events("a" * 64, {ITEM}) is None
    raw = json.dumps(document(seen(), seen("urn:epc:id:giai:4000001.1"))).encode()
    kept.keep("a" * 64, raw)
    assert kept.find("a" * 64) == raw
    assert (
        kept.events("a" * 64, {ITEM}) == json.loads(raw)["epcisBody"]["eventList"][:1]
    )


def test_an_event_that_takes_another_back_moves_nothing():
    sent = {
        "bizStep": "shipping",
        "destinationList": [
            {"type": "owning_party", "destination": "https://c/accounts/hb1" + "0" * 44}
        ],
    }
    wrong = {"declarationTime": "2023-01-12T00:00:00Z", "reason": "incorrect_data"}
    (calls, notes) = calls_of(seen(**sent, errorDeclaration=wrong))
    assert [(c.operation, c.key) for c in calls] == [("observe", ITEM)]
    assert calls[0].arguments["step"] == "error_declaration" and "Event 1" in notes[0]


def test_a_document_of_too_many_names_is_to_be_split():
    many = [f"urn:epc:id:giai:4000001.{number}" for number in range(500)]
    with pytest.raises(NotEpcis, match="identifiers in all: split it"):
        calls_of(*[seen() | {"epcList": many}] * 21)


def test_an_event_of_no_goods_is_noted():
    paid = {
        "type": "TransactionEvent",
        "action": "ADD",
        "bizTransactionList": [{"bizTransaction": "http://acme.example/po/1"}],
    }
    calls, notes = calls_of(seen(), paid)
    assert [call.key for call in calls] == [ITEM]
    assert notes == [notes[0]] and "Event 2 names no goods" in notes[0]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"epcList": ["urn:epc:idpat:grai:4012345.66666.*"]},
            "Event 1 names something",
        ),
        ({"epcList": [5]}, "Event 1 needs text in epcList"),
        ({"readPoint": {"id": ["x"]}}, "Event 1 needs text in readPoint"),
        ({"bizStep": ["shipping"]}, "Event 1 needs text in bizStep"),
        ({"destinationList": "x"}, "Event 1 needs a list"),
        ({"eventTime": "2023-01-11T12:00:00"}, "Event 1 has no valid eventTime"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(changed, sentence):
    with pytest.raises(NotEpcis, match=sentence):
        calls_of(seen() | changed)


@pytest.mark.parametrize(
    ("quantity", "uom", "grams"),
    # UN/ECE Recommendation 20: conversion factors to kilograms.
    [(1500, "MGM", 2), (0.2, "DTN", 20_000), (1, "STN", 907_185), (2, "CWI", 101_605)],
)
def test_masses_of_every_unit_become_grams(quantity, uom, grams):
    goods = {"epcClass": f"https://id.gs1.org/{LOT}", "quantity": quantity, "uom": uom}
    made = {"type": "ObjectEvent", "action": "ADD", "quantityList": [goods]}
    ((call,), _) = calls_of(made)
    assert call.arguments["grams"] == grams
