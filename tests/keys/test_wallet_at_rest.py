"""What a wallet holds lies sealed on its disk, and opens nowhere else."""

from pathlib import Path

import pytest

from huabiao.client import wallets
from huabiao.client.sealed_folder import SealedFolder
from huabiao.crypto import keystore
from huabiao.services.openid4vc.holdings import Holdings

TEXT = "eyJ0eXAiOiJ2YytqdyJ9.赵机长~"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keystore, "SCRYPT_N", 16)
    monkeypatch.setenv("HUABIAO_PASSPHRASE", "a passphrase of this test")


def everything(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


@pytest.mark.parametrize("suite", ["intl", "sm", "pq"])
def test_nothing_of_a_credential_lies_open(tmp_path, suite):
    wallets.create(tmp_path, "pilot", suite)
    name = Holdings(tmp_path, "pilot").keep(TEXT)
    assert Holdings(tmp_path, "pilot").all() == {name: TEXT}
    assert TEXT.encode() not in everything(tmp_path)
    (sealed,) = (tmp_path / "credentials" / "pilot").glob("*.sealed")
    assert sealed.stat().st_mode & 0o777 == 0o600
    key = tmp_path / "credentials" / "pilot" / "key.json"
    assert keystore.stated_suite(key) == suite


def test_what_lay_open_is_sealed_when_the_wallet_is_next_used(tmp_path):
    folder = tmp_path / "credentials" / "pilot"
    folder.mkdir(parents=True)
    (folder / "0123456789abcdef.vc").write_text(TEXT, "utf-8")
    (folder / "link-secret").write_text("31415926535", "utf-8")
    assert Holdings(tmp_path, "pilot").all() == {"0123456789abcdef": TEXT}
    assert SealedFolder(tmp_path, "pilot").read("link-secret") == "31415926535"
    assert sorted(each.name for each in folder.iterdir()) == [
        "0123456789abcdef.sealed", "key.json", "link-secret.sealed",
    ]  # fmt: skip
    assert TEXT.encode() not in everything(tmp_path)
    assert b"31415926535" not in everything(tmp_path)


def test_credentials_come_the_newest_first_and_are_dropped_by_name(tmp_path):
    held = Holdings(tmp_path, "pilot")
    names = [held.keep(f"credential {number}") for number in range(3)]
    assert set(held.all()) == set(names) and len(held.all()) == 3
    held.drop(names[1])
    assert set(held.all()) == {names[0], names[2]}
    for other in (names[1], "key", "../pilot/key", "link-secret"):
        with pytest.raises(LookupError):
            held.drop(other)


def test_another_passphrase_opens_nothing(tmp_path, monkeypatch):
    Holdings(tmp_path, "pilot").keep(TEXT)
    monkeypatch.setenv("HUABIAO_PASSPHRASE", "another")
    with pytest.raises(keystore.WrongPassphrase):
        Holdings(tmp_path, "pilot").all()


def test_a_file_opens_under_its_own_name_in_its_own_wallet_only(tmp_path):
    pilot, other = (SealedFolder(tmp_path, name) for name in ("pilot", "other"))
    pilot.write("a", TEXT)
    pilot.write("b", "another")
    other.write("a", "theirs")
    place = tmp_path / "credentials"
    moved = (place / "pilot" / "a.sealed").read_bytes()
    (place / "pilot" / "b.sealed").write_bytes(moved)
    (place / "other" / "a.sealed").write_bytes(moved)
    (place / "pilot" / "a.sealed").write_bytes(moved[:-1] + bytes([moved[-1] ^ 1]))
    for folder, name in ((pilot, "b"), (other, "a"), (pilot, "a")):
        with pytest.raises(ValueError, match="does not open"):
            folder.read(name)
    # Not even where the other wallet's key comes along: the name is sealed in.
    (place / "other" / "key.json").write_bytes((place / "pilot/key.json").read_bytes())
    (place / "other" / "a.sealed").write_bytes(moved)
    with pytest.raises(ValueError, match="does not open"):
        SealedFolder(tmp_path, "other").read("a")
