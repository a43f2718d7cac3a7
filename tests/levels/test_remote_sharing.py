"""
A department of the city uses a district's data: request, grant and receipt stand on
both chains, the second half of each by proof.

Start from a granted request, spoil one thing, expect one refusal.
"""

from typing import Any

import pytest
from two_levels import CITY, DISTRICT, TwoLevels, catalog_calls, resource

from huabiao.client.fetching import signed_message
from huabiao.client.signing import call
from huabiao.codec import decode, encode
from huabiao.crypto.envelope import Call
from huabiao.crypto.keys import generate
from huabiao.services.databases.population import department_code
from huabiao.services.relay import carrying
from huabiao.testing.city import DAY

ASKED, GRANT = "A1", "beijing.A1"
COLUMNS = [["id", "integer", "I", None, False, "", "none", "none", ""],
           ["name", "text", "C", 40, False, "", "none", "none", ""]]  # fmt: skip


class Sharing(TwoLevels):
    """One level's department holds the table `people`, the other's reads it."""

    def __init__(self, folder: Any, reader: str = CITY) -> None:
        super().__init__(folder)
        self.reader, self.owner = reader, DISTRICT if reader == CITY else CITY
        self.granted = f"{reader}.{ASKED}"
        down = self[self.owner]
        found = ["public", "people", "table", "人员", ["id"], [], []]
        digest = down.ledger.digest(encode([*found, [each[:6] for each in COLUMNS]]))
        receipt = down.submit(
            down.cast("dept"),
            *catalog_calls("C", resource()),
            call("directory", "register_system", "S", duty="C-duty", title="系统"),
            call("library", "register_table", "people", catalog="C", system="S",
                 structure=["db", *found, 9, len(COLUMNS), digest], columns=COLUMNS),
        )  # fmt: skip
        assert receipt.accepted, receipt.sentence
        self.fetch_key = generate("fetch", down.suite_name, b"f" * 32)

    def grant_role(self) -> None:
        """The owner's chain takes the reader's department for one."""
        down, account = self[self.owner], self.stand_in()
        down.call(
            down.admin, "governance", "grant_role", "test", scenario="sharing",
            role="department", account=account, until=0,
        )  # fmt: skip

    def stand_in(self) -> bytes:
        """The account over there of the reader's department."""
        reader = self[self.reader].cast("dept").account
        behalf = encode([self.reader, reader])
        digest = self[self.owner].ledger.digest
        plain = b"huabiao contract account\0" + encode(["remote_sharing", behalf])
        return digest(plain)[:20]

    def terms(self, **changes: Any) -> list[Any]:
        now = self[self.reader].now
        fields = {
            "columns": ["name"], "conditions": [], "since": now,
            "until": now + 30 * DAY, "minute": 60, "rows": 10, "day": 100,
            "way": "interface",
        }  # fmt: skip
        return [*(fields | changes).values()]

    def ask(self, **changes: Any) -> None:
        arguments = {
            "route": self.owner, "table": "people", "purpose": "核对",
            "legal_basis": "办法", "terms": self.terms(),
            "fetch_key": self.fetch_key.public,
        } | changes  # fmt: skip
        self.act(self.reader, "remote_sharing", "ask_for", ASKED, **arguments)
        self.carry_all()

    def approve(self) -> None:
        asked = self[self.owner].record("sharing", self.granted)["asked"]
        self.act(self.owner, "sharing", "approve", self.granted, terms=asked)

    def receipt(self, **changes: Any) -> dict[str, Any]:
        down = self[self.owner]
        request = down.ledger.digest(b"request")
        keys = changes.pop("keys", self.fetch_key)
        return {
            "request": request, "at": down.now, "columns": ["name"], "rows": 3,
            "result": down.ledger.digest(b"rows"), "reader_key": keys.public,
            "reader_signature": keys.sign(signed_message(self.granted, request)),
            "subjects": down.ledger.digest(b""), "subject_count": 0,
        } | changes  # fmt: skip

    def shown(self, what: str, key: str, **arguments: Any) -> Any:
        """The call that shows here what the owner's state has under a key."""
        raw = self.prove(self.owner, key)
        proof, content = carrying.state_proof(raw)
        told = {"height": carrying.height_of(proof), "value": content.value,
                "proof": content.radix} | arguments  # fmt: skip
        return raw, Call("remote_sharing", what, ASKED, told)

    def show(self, what: str, key: str, **arguments: Any) -> Any:
        raw, made = self.shown(what, key, **arguments)
        return self.bring(self.reader, self.owner, raw, made)

    def asked(self) -> dict[str, Any]:
        contract = self[self.reader].ledger.contracts["remote_sharing"].scenario
        fields = contract.drawing.parts["asked"].entry.fields
        stored = self[self.reader].read(f"remote_sharing/asked/{ASKED}")
        return dict(zip(fields, stored, strict=True))


@pytest.fixture
def sharing(tmp_path):
    made = Sharing(tmp_path)
    yield made
    made.close()


@pytest.fixture
def granted(sharing):
    return agreed(sharing)


def agreed(sharing):
    sharing.grant_role()
    sharing.ask()
    sharing.approve()
    return sharing


@pytest.mark.parametrize("reader", [CITY, DISTRICT])
def test_request_grant_and_receipt_stand_on_both_chains(tmp_path, reader):
    granted = agreed(Sharing(tmp_path, reader))
    owner, grant = granted.owner, granted.granted
    assert granted.asked()["state"] == "requested"
    record = granted[owner].record("sharing", grant)
    assert record["reader"] == granted.stand_in() and record["state"] == "granted"
    assert granted.show("show_grant", f"sharing/record/{grant}").accepted
    assert granted.asked()["state"] == "granted"
    assert granted.asked()["granted"] == record["granted"]
    facts = granted.receipt()
    granted.act(owner, "sharing", "receipt", grant, **facts)
    id_ = facts["request"].hex()
    key = f"sharing/receipts/{id_}"
    assert granted.show("show_receipt", key, receipt=facts["request"]).accepted
    kept = granted[reader].read(f"remote_sharing/receipts/{id_}")
    there = granted[owner].read(key)
    assert kept[0] == ASKED and kept[1] == granted[reader].cast("dept").account
    assert kept[5] == there[5] == 3 and kept[2] == there[1]
    assert granted.show("show_grant", f"sharing/record/{grant}").accepted
    assert (granted.asked()["fetches"], granted.asked()["rows"]) == (1, 3)
    again = granted.show("show_receipt", key, receipt=facts["request"])
    assert again.code == "entry.exists"
    granted.close()


def test_the_other_chain_lets_in_whom_it_knows(sharing):
    sharing.ask()
    assert sharing.asked()["state"] == "declined"
    assert "department" in sharing.asked()["reason"]
    assert sharing[DISTRICT].read(f"sharing/record/{GRANT}") is None


def test_what_sharing_refuses_over_there_comes_back_in_its_words(sharing):
    sharing.grant_role()
    sharing.ask(terms=sharing.terms(columns=["salary"]))
    assert sharing.asked()["state"] == "declined"
    assert "salary" in sharing.asked()["reason"]


def test_only_the_key_that_was_named_signs_for_it(granted):
    other = generate("other", granted[DISTRICT].suite_name, b"o" * 32)
    spoiled = granted.receipt(keys=other)
    granted.refused("reader.other", DISTRICT, "sharing", "receipt", GRANT, **spoiled)


def test_a_spoiled_proof_shows_nothing(granted):
    key = f"sharing/record/{GRANT}"
    raw, good = granted.shown("show_grant", key)
    plain = decode(good.arguments["value"])
    for spoiled, code in (
        ({"value": encode(["revoked", *plain[1:]])}, "proof.fails"),
        ({"proof": b""}, "proof.fails"),
        ({"height": good.arguments["height"] + 1}, "header.unknown"),
    ):
        made = Call(good.contract, good.operation, good.key, good.arguments | spoiled)
        assert granted.bring(CITY, DISTRICT, raw, made).code == code
    other = granted.shown("show_grant", f"sharing/sides/{GRANT}")
    assert granted.bring(CITY, DISTRICT, *other).code == "proof.fails"
    assert granted.asked()["state"] == "requested"
    assert granted.bring(CITY, DISTRICT, raw, good).accepted


def test_an_older_state_does_not_replace_a_newer_one(granted):
    key = f"sharing/record/{GRANT}"
    old = granted.shown("show_grant", key)
    granted.act(DISTRICT, "sharing", "revoke", GRANT, reason="结束")
    assert granted.show("show_grant", key).accepted
    assert granted.bring(CITY, DISTRICT, *old).code == "shown.older"
    assert granted.asked()["state"] == "revoked"


def test_a_receipt_of_another_grant_is_not_shown_under_this_one(granted):
    down, own = granted[DISTRICT], granted[DISTRICT].cast("reader")
    down.grant("sharing", "department", own)
    granted.tick()
    down.call(own, "sharing", "request", "G2", table="people", purpose="核对",
              legal_basis="办法", terms=granted.terms())  # fmt: skip
    granted.act(DISTRICT, "sharing", "approve", "G2",
                terms=down.record("sharing", "G2")["asked"])  # fmt: skip
    facts = granted.receipt()
    facts |= {
        "reader_key": own.public,
        "reader_signature": own.sign(signed_message("G2", facts["request"])),
    }
    granted.act(DISTRICT, "sharing", "receipt", "G2", **facts)
    key = f"sharing/receipts/{facts['request'].hex()}"
    found = granted.show("show_receipt", key, receipt=facts["request"])
    assert found.code == "receipt.other"


def test_a_classified_department_asks_for_nothing(sharing):
    city = sharing[CITY]
    reader = city.cast("dept")
    city.call(city.admin, "levels", "enlist", account=reader.account, title="涉密单位",
              code=department_code(1), classified=True)  # fmt: skip
    sharing.refused(
        "department.classified", CITY, "remote_sharing", "ask_for", ASKED,
        route=DISTRICT, table="people", purpose="核对", legal_basis="办法",
        terms=sharing.terms(), fetch_key=sharing.fetch_key.public,
    )  # fmt: skip
