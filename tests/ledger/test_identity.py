"""Identity: keys come and go, the account stays."""

import pytest

from huabiao.contracts import Refused
from huabiao.testing.city import DAY, HOUR

DOMAIN = b"huabiao-account\x00"
PRIVACY = "privacy"
PLACE = {"keeper": bytes(20), "scenario": "s", "record": "r", "field": "f"}


def add(city, signer, other, account):
    return city.call(
        signer, "identity", "add_key",
        public=other.public, proof=other.sign(DOMAIN + account),
    )  # fmt: skip


def test_a_key_is_added_the_first_retired_and_the_account_stays(city):
    first, second = city.cast("first"), city.cast("second")
    city.call(first, PRIVACY, "keep", bytes(32).hex(), **PLACE)
    add(city, first, second, first.account)
    receipt = city.call(
        second, "identity", "retire_key", public=first.public, reason="lost"
    )
    assert receipt.sender == first.account
    city.refused("key.retired", first, PRIVACY, "keep", bytes([1] * 32).hex(), **PLACE)
    erased = city.call(second, PRIVACY, "ask_erasure", bytes(32).hex(), reason="x")
    assert erased.sender == first.account


def test_retirement_holds_within_the_block_and_after_a_new_start(city):
    from huabiao.crypto.envelope import Call

    first, second = city.cast("first"), city.cast("second")
    add(city, first, second, first.account)
    retire = Call(
        "identity", "retire_key", "", {"public": first.public, "reason": "lost"}
    )
    keep = Call(PRIVACY, "keep", bytes(32).hex(), PLACE)
    block = city.block(city.envelope(second, retire), city.envelope(first, keep))
    assert [receipt.code for receipt in block.receipts] == ["ok", "key.retired"]
    city.close()
    city.reopen()
    city.refused("key.retired", first, PRIVACY, "keep", bytes(32).hex(), **PLACE)


def test_who_asks_while_a_block_is_run_hears_what_is_committed(city):
    first, second = city.cast("asked"), city.cast("asked again")
    ledger, heard = city.ledger, []
    add(city, first, second, first.account)

    def ask(step):
        if step == "logged":
            heard.append(ledger.account_of(first.public))

    ledger.on_step = ask
    assert ledger.account_of(second.public) == first.account
    city.call(second, "identity", "retire_key", public=first.public, reason="lost")
    assert heard == [first.account]
    with pytest.raises(Refused) as told:
        ledger.account_of(first.public)
    assert told.value.code == "key.retired"


def test_a_key_joins_only_by_its_own_signature(city):
    first, second, third = (city.cast(name) for name in ("1", "2", "3"))
    for proof in (
        third.sign(DOMAIN + first.account),
        second.sign(DOMAIN + third.account),
        second.sign(first.account),
    ):
        city.refused(
            "key.proof", first, "identity", "add_key", public=second.public, proof=proof
        )


def test_a_retired_key_does_not_come_back_and_belongs_to_one_account(city):
    first, second, third = (city.cast(name) for name in ("1", "2", "3"))
    add(city, first, second, first.account)
    proof = second.sign(DOMAIN + third.account)
    city.refused(
        "entry.exists", third, "identity", "add_key", public=second.public, proof=proof
    )
    retire = {"public": second.public, "reason": "old"}
    city.refused("key.other", third, "identity", "retire_key", **retire)
    city.call(first, "identity", "retire_key", **retire)
    city.refused("key.retired", first, "identity", "retire_key", **retire)
    city.refused(
        "entry.exists", first, "identity", "add_key",
        public=second.public, proof=second.sign(DOMAIN + first.account),
    )  # fmt: skip


def test_a_person_is_bound_by_the_registrar_only_and_once(city):
    bureau, person = city.cast("bureau"), city.cast("person")
    bind = {"account": person.account, "tag": bytes(32)}
    city.refused("role.missing", bureau, "identity", "bind_person", **bind)
    city.grant("identity", "registrar", bureau)
    city.call(bureau, "identity", "bind_person", **bind)
    city.refused("entry.exists", bureau, "identity", "bind_person", **bind)


def test_the_last_key_of_an_account_cannot_be_retired(city):
    first, second = city.cast("first"), city.cast("second")
    retire = {"public": first.public, "reason": "lost"}
    city.refused("key.last", first, "identity", "retire_key", **retire)
    add(city, first, second, first.account)
    city.call(first, "identity", "retire_key", **retire)
    retire["public"] = second.public
    city.refused("key.last", second, "identity", "retire_key", **retire)
    city.call(second, PRIVACY, "keep", bytes(32).hex(), **PLACE)


# -- keys that end, accounts that close ----------------------------------------------


def test_a_key_ends_by_itself_for_kernel_and_contracts(city):
    first, second = city.cast("first"), city.cast("second")
    end = city.now + HOUR
    proof = second.sign(DOMAIN + first.account)
    city.call(
        first, "identity", "add_key", public=second.public, proof=proof, until=end
    )
    assert city.ledger.governed.key_entry(second.account) == (first.account, 0, end)
    city.call(second, PRIVACY, "keep", bytes(32).hex(), **PLACE)
    city.pass_time(HOUR)
    city.refused("key.expired", second, PRIVACY, "keep", bytes([1] * 32).hex(), **PLACE)
    city.close()
    city.reopen()
    city.refused("key.expired", second, PRIVACY, "keep", bytes([1] * 32).hex(), **PLACE)
    # What is over does not come back, and does not count as a key that is left.
    later = city.now + HOUR
    city.refused(
        "key.expired", first, "identity", "limit_key", public=second.public, until=later
    )
    city.refused(
        "key.last", first, "identity", "retire_key", public=first.public, reason="x"
    )


def test_an_end_is_set_changed_and_lies_ahead(city):
    first, second = city.cast("first"), city.cast("second")
    limit = {"public": first.public}
    city.refused("until.past", first, "identity", "limit_key", **limit, until=city.now)
    city.refused(
        "key.other", second, "identity", "limit_key", **limit, until=city.now + HOUR
    )
    city.call(first, "identity", "limit_key", **limit, until=city.now + HOUR)
    city.call(first, "identity", "limit_key", **limit, until=city.now + 2 * HOUR)
    city.pass_time(HOUR + 1)
    city.call(first, "identity", "limit_key", **limit, until=0)
    city.pass_time(DAY)
    city.call(first, PRIVACY, "keep", bytes(32).hex(), **PLACE)


def test_a_first_key_is_published_once_by_its_own_account(city):
    first, second = city.cast("first"), city.cast("second")
    publish = {"public": first.public}
    city.refused("key.other", second, "identity", "publish_key", **publish)
    city.call(first, "identity", "publish_key", **publish)
    city.refused("entry.exists", first, "identity", "publish_key", **publish)
    add(city, first, second, first.account)
    city.refused("key.other", second, "identity", "publish_key", public=second.public)
    held = city.read(f"identity/accounts/{first.account.hex()}")
    assert held[:2] == [[first.account, second.account], second.account.hex()]
    assert city.read(f"identity/keys/{second.account.hex()}")[7] == first.account.hex()


def test_an_account_holds_twenty_keys_at_most(city):
    first = city.cast("first")
    for number in range(19):
        add(city, first, city.cast(f"k{number}"), first.account)
    one_more = city.cast("k19")
    city.refused(
        "keys.many", first, "identity", "add_key",
        public=one_more.public, proof=one_more.sign(DOMAIN + first.account),
    )  # fmt: skip


def test_a_date_of_doubt_lies_in_the_past(city):
    first, second = city.cast("first"), city.cast("second")
    add(city, first, second, first.account)
    retire = {"public": first.public, "reason": "被窃"}
    ahead = city.now + HOUR
    city.refused(
        "suspect.ahead", second, "identity", "retire_key", **retire, suspect_from=ahead
    )
    doubt = city.now - HOUR
    city.call(second, "identity", "retire_key", **retire, suspect_from=doubt)
    entry = city.read(f"identity/keys/{first.account.hex()}")
    assert (entry[3], entry[5]) == ("被窃", doubt)


def test_a_closed_account_acts_no_more_with_any_key(city):
    first, second = city.cast("first"), city.cast("second")
    add(city, first, second, first.account)
    city.refused("reason", first, "identity", "close_account", reason="")
    city.call(first, "identity", "close_account", reason="注销")
    for keys in (first, second):
        city.refused("key.retired", keys, PRIVACY, "keep", bytes(32).hex(), **PLACE)
    assert city.read(f"identity/accounts/{first.account.hex()}")[0] == []


def test_one_person_has_one_account(city):
    bureau, person, other = (city.cast(n) for n in ("bureau", "person", "other"))
    enrol = {"account": person.account, "tag": bytes(32)}
    city.refused("role.missing", bureau, "identity", "enrol_person", **enrol)
    city.grant("identity", "registrar", bureau)
    city.call(bureau, "identity", "enrol_person", **enrol)
    again = enrol | {"account": other.account}
    city.refused("person.enrolled", bureau, "identity", "enrol_person", **again)
    taken = enrol | {"tag": bytes([1] * 32)}
    city.refused("account.taken", bureau, "identity", "enrol_person", **taken)
    move = enrol | {"account": other.account, "reason": ""}
    city.refused("reason", bureau, "identity", "move_person", **move)
    move["reason"] = "旧账户密钥全部丢失"
    city.refused("role.missing", other, "identity", "move_person", **move)
    city.call(bureau, "identity", "move_person", **move)
    assert city.read(f"identity/enrolled/{person.account.hex()}") is None
    assert city.read(f"identity/people/{bytes(32).hex()}")[0] == other.account
    unknown = move | {"tag": bytes([2] * 32)}
    city.refused("entry.unknown", bureau, "identity", "move_person", **unknown)
