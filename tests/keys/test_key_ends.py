"""How long keys are meant for, and the warning in their last thirty days."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from huabiao.client.wallets import create, wallet_path
from huabiao.codec import encode
from huabiao.crypto import keystore
from huabiao.ledger.genesis import make_genesis
from huabiao.ledger.governed import Seat
from huabiao.node.catalogue import founding_sources
from huabiao.node.examining import examine
from huabiao.node.header_keys import HeaderKeys
from huabiao.node.key_ends import warning

TODAY = date(2027, 11, 1)


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keystore, "SCRYPT_N", 16)
    monkeypatch.setenv("HUABIAO_PASSPHRASE", "correct horse")


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ("", ""),
        ("2027-12-02", ""),
        ("2027-12-01", "30 天"),
        ("2027-11-01", "in 0 days"),
        ("2027-10-31", "ended on"),
    ],
)
def test_the_last_thirty_days_have_a_warning(ends: str, said: str) -> None:
    told = warning(Path("member.json"), ends, TODAY)
    assert said in told and bool(told) == bool(said)


def test_new_keys_are_meant_for_two_years(tmp_path: Path) -> None:
    made = keystore.create(tmp_path / "k", "sm", "a", "p")
    assert made.ends == (datetime.now(UTC).date() + timedelta(730)).isoformat()
    assert keystore.load(tmp_path / "k", "p").ends == made.ends
    assert keystore.stated_end(tmp_path / "k") == made.ends


def test_an_end_that_was_put_off_does_not_open(tmp_path: Path) -> None:
    keystore.create(tmp_path / "k", "intl", "a", "p", 20)
    fields = json.loads((tmp_path / "k").read_text())
    for ends in ("2099-01-01", None, "tomorrow"):
        spoiled = {**fields, "ends": ends} if ends else {**fields}
        if not ends:
            del spoiled["ends"]
        (tmp_path / "k").write_text(json.dumps(spoiled))
        with pytest.raises(keystore.BadKeyFile):
            keystore.load(tmp_path / "k", "p")


def test_node_and_doctor_say_it(tmp_path: Path) -> None:
    keystore.create(tmp_path / "member.json", "intl", "m", "correct horse", 10)
    create(tmp_path, "li", "intl", days=5)
    create(tmp_path, "wang", "intl")
    assert "ends in 10 days" in " ".join(HeaderKeys(tmp_path).warnings())
    assert keystore.stated_end(wallet_path(tmp_path, "nobody")) == ""
    genesis = make_genesis(
        "t", "intl", 1, founding_sources(), [Seat("m", bytes(32), 1)], [bytes(20)], 1
    )
    (tmp_path / "genesis").write_bytes(encode(genesis))
    wrong = {about: said for well, about, said in examine(tmp_path) if not well}
    assert [*wrong] == ["成员密钥 · member key", "身份 · identity li"]
    assert "huabiao member rotate" in wrong["成员密钥 · member key"]
