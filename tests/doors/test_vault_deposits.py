"""Values on their way into the vault: what must fit, and what is not kept."""

from typing import Any

import pytest
from served_city import Served

from huabiao.client.committing import commit_arguments, keep_calls
from huabiao.client.remote import Answered
from huabiao.client.signing import sign_envelope
from huabiao.codec import decode
from huabiao.crypto.address import show
from huabiao.crypto.envelope import DOMAIN, Call

SECRET = "赵保密 13912345678"
WASTE = "hazardous_waste"


def to_open(record: str) -> dict[str, str]:
    return {"scenario": WASTE, "record": record, "field": "driver", "purpose": "x"}


class Deposit:
    """A deposit that is right in everything, to spoil one thing of it."""

    def __init__(self, served: Served, id_: str) -> None:
        self.city, self.keys = served.remote(), served.keys("truck")
        description = self.city.description(WASTE)
        written = {"weighed": 9, "driver": SECRET}
        digest = self.keys.suite.digest
        made = commit_arguments(description, "collect", written, digest)
        self.call = Call(WASTE, "collect", id_, made.arguments)
        self.keeper = served.node.vault.account
        self.fields, self.openings = made.fields, [made.openings[0].document()]
        self.commitment = made.fields[0][1].hex()

    def send(self, calls: list[Call] | None = None, signature: str = "") -> Any:
        kept = keep_calls(self.call, self.fields, self.keeper)
        raw = sign_envelope(self.city.chain, self.keys, calls or [self.call, *kept])
        body, signed = decode(raw)
        document = {
            "body": body.hex(),
            "signature": signature or signed.hex(),
            "openings": self.openings,
        }
        return self.city.post("/api/vault/envelopes", document)


@pytest.fixture
def drafted(served: Served, case: str, request: pytest.FixtureRequest) -> Deposit:
    id_ = request.node.name[:60]
    made = served.json(
        "call", WASTE, "draft", id_, "waste_code=900-041-49", "declared=9",
        "--as", "plant",
    )  # fmt: skip
    assert made["accepted"]
    return Deposit(served, id_)


def code_of(deposit: Deposit, **spoilt: Any) -> str:
    with pytest.raises(Answered) as caught:
        deposit.send(**spoilt)
    return caught.value.code


def test_openings_must_belong_to_what_was_signed(
    served: Served, drafted: Deposit
) -> None:
    assert code_of(drafted, signature="00" * 64) == "envelope.signature"
    assert code_of(drafted, calls=[drafted.call]) == "vault.opening"
    elsewhere = keep_calls(drafted.call, drafted.fields, bytes(20))
    assert code_of(drafted, calls=[drafted.call, *elsewhere]) == "vault.opening"
    good = dict(drafted.openings[0])
    for spoilt in (
        {"value": SECRET + "1"}, {"salt": "00" * 32}, {"call": 1}, {"call": 7},
        {"field": "weighed"}, {"field": "other"}, {"value": "x" * 70_000},
    ):  # fmt: skip
        drafted.openings = [good | spoilt]
        assert code_of(drafted) in ("vault.opening", "argument.malformed"), spoilt
        assert drafted.commitment not in served.node.vault.older_than(2**50)
    drafted.openings = [good]
    assert drafted.send()["accepted"]
    assert drafted.commitment in served.node.vault.older_than(2**50)


def test_what_the_chain_refuses_is_not_kept(served: Served, drafted: Deposit) -> None:
    drafted.keys = served.keys("clerk")
    answer = drafted.send()
    assert answer["code"] == "role.missing"
    assert drafted.commitment not in served.node.vault.older_than(2**50)


def test_a_repeat_is_refused_and_the_value_stays(
    served: Served, drafted: Deposit
) -> None:
    assert drafted.send()["accepted"]
    answer = drafted.send()
    assert not answer["accepted"]
    opened = served.remote("truck").post("/api/vault/open", to_open(drafted.call.key))
    assert opened["value"] == SECRET


def test_a_client_with_json_alone_signs_what_is_prepared(
    served: Served, drafted: Deposit
) -> None:
    city, keys = served.remote(), served.keys("truck")
    prepared = city.post(
        "/api/vault/prepare",
        {
            "signer": keys.public.hex(),
            "subject": show(served.keys("driver").account),
            "calls": [
                {
                    "contract": WASTE,
                    "operation": "collect",
                    "key": drafted.call.key,
                    "arguments": {"weighed": 9, "driver": SECRET},
                }
            ],
        },
    )
    assert bytes.fromhex(prepared["message"]) == DOMAIN + bytes.fromhex(
        prepared["body"]
    )
    assert SECRET.encode() not in bytes.fromhex(prepared["body"])
    signature = keys.sign(bytes.fromhex(prepared["message"])).hex()
    answer = city.post(
        "/api/vault/envelopes",
        {
            "body": prepared["body"],
            "signature": signature,
            "openings": prepared["openings"],
        },
    )
    assert answer["accepted"], answer
    opened = served.remote("driver").post("/api/vault/open", to_open(drafted.call.key))
    assert opened["value"] == SECRET
