"""Key files: what is written, who may read it, what is said when none opens."""

import json
import os
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huabiao.crypto import SUITES, keystore
from huabiao.crypto.keystore import BadKeyFile, WrongPassphrase, create, load

SENTENCE = r"[\u4e00-\u9fff].*。 [A-Z].*\."


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch):
    monkeypatch.setattr(keystore, "SCRYPT_N", 16)


@pytest.fixture(params=SUITES)
def made(request, tmp_path):
    path = tmp_path / "folder" / "li.key"
    return path, create(path, request.param, "李明", "correct horse")


def test_a_key_file_opens_with_its_passphrase(made):
    path, keys = made
    assert load(path, "correct horse") == keys
    assert keys.name == "李明"
    assert keys.suite.verify(keys.public, b"m", keys.sign(b"m"))
    sealed = keys.suite.seal_to(keys.recipient_public, b"x", b"")
    assert keys.suite.open_from(keys.recipient_secret, sealed, b"") == b"x"


def test_the_file_is_json_that_shows_no_secret_and_only_its_owner_reads(made):
    path, keys = made
    fields = json.loads(path.read_text(encoding="utf-8"))
    assert fields["version"] == 1 and fields["suite"] == keys.suite.name
    assert fields["name"] == "李明" and fields["public"] == keys.public.hex()
    for secret in (keys.secret, keys.recipient_secret):
        assert secret.hex() not in path.read_text(encoding="utf-8")
        assert secret.hex() not in repr(keys)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert os.listdir(path.parent) == ["li.key"]


def test_the_default_cost_is_two_to_the_fourteenth(monkeypatch, tmp_path):
    monkeypatch.undo()
    keys = create(tmp_path / "k", "intl", "a", "p")
    assert json.loads((tmp_path / "k").read_text())["kdf"]["n"] == 2**14
    assert load(tmp_path / "k", "p") == keys


def test_a_wrong_passphrase_gets_a_sentence(made):
    with pytest.raises(WrongPassphrase, match=SENTENCE):
        load(made[0], "correct horses")


def test_a_missing_file_gets_a_sentence(tmp_path):
    with pytest.raises(BadKeyFile, match=SENTENCE):
        load(tmp_path / "nobody.key", "p")


def test_an_existing_key_is_never_overwritten(made):
    path, keys = made
    with pytest.raises(BadKeyFile, match=SENTENCE):
        create(path, "intl", "another", "p")
    assert load(path, "correct horse") == keys
    assert os.listdir(path.parent) == ["li.key"]


def test_names_and_passphrases_are_not_empty(tmp_path):
    for name, passphrase in (("", "p"), ("  ", "p"), ("a", "")):
        with pytest.raises(BadKeyFile, match=SENTENCE):
            create(tmp_path / "k", "intl", name, passphrase)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("field", ["name", "public", "recipient_public"])
def test_what_stands_beside_the_secrets_is_protected_with_them(made, field):
    path, _ = made
    fields = json.loads(path.read_text(encoding="utf-8"))
    value = fields[field]
    fields[field] = ("0" if value[0] != "0" else "1") + value[1:]
    path.write_text(json.dumps(fields))
    with pytest.raises(WrongPassphrase):
        load(path, "correct horse")


HUGE = 2**40
BROKEN = {
    "empty": lambda f: "",
    "no JSON": lambda f: "{",
    "no object": lambda f: "[]",
    "deep": lambda f: "[" * 100_000,
    "too long": lambda f: json.dumps(f | {"pad": "x" * 70_000}),
    "version": lambda f: json.dumps(f | {"version": 2}),
    "suite": lambda f: json.dumps(f | {"suite": "rot13"}),
    "suite no text": lambda f: json.dumps(f | {"suite": []}),
    "name no text": lambda f: json.dumps(f | {"name": 1}),
    "name half a character": lambda f: json.dumps(f | {"name": "\ud800"}),
    "sealed no hex": lambda f: json.dumps(f | {"sealed": "xyz"}),
    "sealed no text": lambda f: json.dumps(f | {"sealed": None}),
    "no kdf": lambda f: json.dumps(f | {"kdf": None}),
    "another kdf": lambda f: json.dumps(f | {"kdf": f["kdf"] | {"name": "md5"}}),
    "greedy n": lambda f: json.dumps(f | {"kdf": f["kdf"] | {"n": HUGE}}),
    "greedy n and r": lambda f: json.dumps(f | {"kdf": f["kdf"] | {"n": 2**20}}),
    "odd n": lambda f: json.dumps(f | {"kdf": f["kdf"] | {"n": 17}}),
    "n is 1": lambda f: json.dumps(f | {"kdf": f["kdf"] | {"n": 1}}),
    "p no number": lambda f: json.dumps(f | {"kdf": f["kdf"] | {"p": "1"}}),
    "huge number": lambda f: json.dumps(f | {"extra": 2**80}),
}


@pytest.mark.parametrize("spoil", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_gets_a_sentence(made, spoil):
    path, _ = made
    path.write_text(spoil(json.loads(path.read_text(encoding="utf-8"))))
    with pytest.raises(BadKeyFile, match=SENTENCE):
        load(path, "correct horse")


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(place=st.integers(0, 10_000), value=st.integers(0, 255), cut=st.booleans())
def test_any_byte_changed_or_lost_is_noticed_or_harmless(made, place, value, cut):
    path, keys = made
    content = bytearray(path.read_bytes())
    original = bytes(content)
    place %= len(content)
    if cut:
        del content[place]
    else:
        content[place] = value
    try:
        path.write_bytes(content)
        assert load(path, "correct horse") == keys
    except BadKeyFile:
        pass
    finally:
        path.write_bytes(original)
