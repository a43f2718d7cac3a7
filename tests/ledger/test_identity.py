"""Identity: keys come and go, the account stays."""

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
