"""Electronic licences: one office, once, for a purpose; one refusal for all else."""

from typing import Any

import pytest

from huabiao.client.signing import call
from huabiao.crypto.envelope import Call
from huabiao.platform.licences import OBJECTIONS
from huabiao.testing.city import DAY, HOUR, City

FIELDS = ["name", "scope", "capital"]
CONTENT = b"\x07" * 32


class Bureau:
    """A department, a holder, two offices, a licence; permits to spoil."""

    def __init__(self, city: City) -> None:
        self.city, self.number = city, 0
        self.department = city.cast("市场监管局")
        self.holder, self.thief = city.cast("某企业"), city.cast("thief")
        self.office, self.other = city.cast("窗口甲"), city.cast("窗口乙")
        city.grant("licences", "department", self.department)
        city.grant("licences", "clerk", self.office, self.other)
        self.issue("L1")

    def issue(self, name: str, **changes: Any) -> None:
        facts = {
            "licence_type": "营业执照", "holder": self.holder.account,
            "entries": FIELDS, "until": self.city.now + 90 * DAY, "content": CONTENT,
        }  # fmt: skip
        self.city.call(self.department, "licences", "issue", name, **(facts | changes))

    def secret(self) -> bytes:
        """A new one, as the code service makes them from eight digits."""
        self.number += 1
        return self.number.to_bytes(32, "big")

    def permit(self, secret: bytes, **changes: Any) -> tuple[Any, ...]:
        facts = {
            "licence": "L1", "office": self.office.account, "purpose": "开户",
            "entries": ["name", "scope"], "until": self.city.now + HOUR,
        }  # fmt: skip
        key = self.city.ledger.digest(secret).hex()
        return Call("licences", "permit", key, facts | changes), key

    def permitted(self, **changes: Any) -> tuple[bytes, str]:
        secret = self.secret()
        made, key = self.permit(secret, **changes)
        assert self.city.submit(self.holder, made).accepted
        return secret, key


@pytest.fixture(scope="module", params=["intl", "sm"])
def bureau(request, tmp_path_factory):
    city = City(tmp_path_factory.mktemp("licences"), request.param)
    yield Bureau(city)
    city.close()


def redeem(secret: bytes, purpose: str = "开户") -> Call:
    return call("licences", "redeem", secret=secret, purpose=purpose)


def test_a_code_is_redeemed_once_and_leaves_a_trail(bureau):
    secret, key = bureau.permitted()
    assert bureau.city.submit(bureau.office, redeem(secret)).accepted
    assert bureau.city.read(f"licences/permits/{key}") is None
    use = bureau.city.read(f"licences/uses/L1/{key}")
    assert use[3] == bureau.office.account and use[5] == ["name", "scope"]
    assert bureau.city.submit(bureau.office, redeem(secret)).code == "code.refused"


def test_two_clerks_at_once_one_wins(bureau):
    secret, _ = bureau.permitted()
    sent = [bureau.city.envelope(bureau.office, redeem(secret)) for _ in range(2)]
    receipts = bureau.city.block(*sent).receipts
    assert [receipt.code for receipt in receipts] == ["ok", "code.refused"]


def test_every_wrong_code_is_refused_in_the_same_words(bureau):
    city = bureau.city
    secret, _ = bureau.permitted()
    sentences = set()

    def refused(signer, made):
        receipt = city.submit(signer, made)
        assert receipt.code == "code.refused"
        sentences.add(receipt.sentence)

    refused(bureau.office, redeem(bureau.secret()))  # there is none
    refused(bureau.other, redeem(secret))  # another office's
    refused(bureau.office, redeem(secret, "贷款"))  # for another purpose
    withdrawn, key = bureau.permitted()
    city.call(bureau.holder, "licences", "withdraw", key)
    refused(bureau.office, redeem(withdrawn))
    late, _ = bureau.permitted()
    city.pass_time(HOUR)
    refused(bureau.office, redeem(late))
    assert len(sentences) == 1
    thief = city.submit(bureau.thief, redeem(secret))
    assert thief.code == "role.missing"  # told before the code is looked at


def test_who_reads_the_chain_cannot_redeem_what_stands_there(bureau):
    _, key = bureau.permitted()
    assert bureau.city.submit(bureau.office, redeem(bytes.fromhex(key))).code == (
        "code.refused"
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"entries": []}, "permit.fields"),
        ({"entries": ["name", "salary"]}, "permit.fields"),
        ({"until": 1}, "permit.until"),
        ({"until": 2_000_000_000_000}, "permit.until"),
        ({"licence": "L9"}, "record.unknown"),
        ({"office": bytes(20)}, "permit.office"),
    ],
)
def test_a_permit_is_for_some_fields_an_office_and_a_day(bureau, changes, code):
    made, _ = bureau.permit(bureau.secret(), **changes)
    assert bureau.city.submit(bureau.holder, made).code == code


def test_a_permit_is_the_holders(bureau):
    made, _ = bureau.permit(bureau.secret())
    assert bureau.city.submit(bureau.thief, made).code == "holder.other"
    _, key = bureau.permitted()
    bureau.city.refused("permit.unknown", bureau.thief, "licences", "withdraw", key)
    bureau.city.refused("permit.unknown", bureau.holder, "licences", "withdraw", "x")
    short = Call("licences", "permit", "abc", made.arguments)
    assert bureau.city.submit(bureau.holder, short).code == "permit.id"


def test_codes_end_with_their_licence(bureau):
    bureau.issue("L2")
    secret, _ = bureau.permitted(licence="L2")
    bureau.city.refused("reason", bureau.department, "licences", "revoke", "L2",
                        reason="")  # fmt: skip
    bureau.city.call(bureau.department, "licences", "revoke", "L2", reason="注销")
    assert bureau.city.submit(bureau.office, redeem(secret)).code == "state.wrong"
    made, _ = bureau.permit(bureau.secret(), licence="L2")
    assert bureau.city.submit(bureau.holder, made).code == "state.wrong"


def test_the_holder_objects_and_the_department_answers(bureau):
    city = bureau.city
    secret, key = bureau.permitted()
    city.submit(bureau.office, redeem(secret))
    use, why = f"L1/{key}", {"objection": OBJECTIONS[0]}
    city.refused("objection.none", bureau.department, "licences", "answer", use,
                 answer="upheld")  # fmt: skip
    city.refused("holder.other", bureau.thief, "licences", "object", use, **why)
    city.call(bureau.holder, "licences", "object", use, **why)
    city.refused("objected", bureau.holder, "licences", "object", use, **why)
    city.refused("role.missing", bureau.office, "licences", "answer", use,
                 answer="upheld")  # fmt: skip
    city.call(bureau.department, "licences", "answer", use, answer="upheld")
    assert city.read(f"licences/uses/{use}")[-2:] == ["not_me", "upheld"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"entries": []}, "fields"),
        ({"entries": ["a", "a"]}, "fields"),
        ({"until": 1}, "until"),
    ],
)
def test_a_licence_names_its_fields_and_ends(bureau, changes, code):
    with pytest.raises(Exception) as told:
        bureau.issue("L3", **changes)
    assert told.value.code == code
