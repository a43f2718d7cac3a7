"""An identity's key gives way to another in one command; its account stays."""

import json

from served_city import Served

from huabiao.client.signing import call, prove_account
from huabiao.client.wallets import passphrase, renew, wallet_path
from huabiao.crypto.address import show


def notarize(served: Served, keys: object) -> str:
    note = call("evidence", "notarize", digests=[bytes(32)])
    return served.remote().send(keys, note).code  # type: ignore[arg-type]


def test_the_account_stays_and_the_old_key_no_longer_acts(served: Served) -> None:
    old = served.keys("turner")
    for days in (10, 400):
        said = served.json("key", "rotate", "turner", "--days", str(days))
        new = served.keys("turner")
        assert new.account == old.account and new.public.hex() == said["public"]
        assert new.recipient_secret == old.recipient_secret, "sealed data stays open"
        assert notarize(served, new) == "ok"
        assert notarize(served, old) == "key.retired"
        old = new
    written = json.loads(wallet_path(served.home, "turner").read_text())
    assert written["account"] == old.account.hex()
    token = served.json("key", "token", "turner")
    assert token["account"] == show(old.account)


def test_a_rotation_whose_answer_was_lost_is_finished_by_the_next(
    served: Served,
) -> None:
    before = served.keys("unlucky")
    place = wallet_path(served.home, "unlucky"), passphrase(served.home), 30
    old, new = renew(*place)
    assert renew(*place) == (old, new), "made once"
    proof = prove_account(new, old.account)
    outcome = served.remote().send(
        old,
        call("identity", "add_key", public=new.public, proof=proof),
        call("identity", "retire_key", public=old.public, reason="rotation"),
    )
    assert outcome.accepted
    served.json("key", "rotate", "unlucky")
    after = served.keys("unlucky")
    assert (after.public, after.account) == (new.public, before.account)
    assert notarize(served, after) == "ok"
    assert served.json("key", "list")["identities"], "the hidden file is gone"
    assert not list((served.home / "wallets").glob(".unlucky*"))


def test_a_refused_rotation_leaves_the_key(served: Served) -> None:
    old = served.keys("careful")
    place = wallet_path(served.home, "careful"), passphrase(served.home), 30
    proof = prove_account(renew(*place)[1], bytes(20))
    refused = served.remote().send(
        old, call("identity", "add_key", public=old.public, proof=proof)
    )
    assert refused.code == "key.proof"
    assert served.keys("careful") == old and notarize(served, old) == "ok"
