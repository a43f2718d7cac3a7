"""
Key stores beside the encrypted file: SoftHSM over PKCS#11, and a system keyring.

SoftHSM is a whole PKCS#11 module; PyNaCl checks what it signed. The keyring library is
the real one, over a backend that keeps its entries in this test's memory: a machine
that runs tests has no session that could be unlocked.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nacl.signing import VerifyKey
from signer_desk import header, message, signer_process

from huabiao.client.signing import prove_seat
from huabiao.client.wallets import open_identity, passphrase
from huabiao.crypto import keystore
from huabiao.crypto.stores import os_keyring
from huabiao.crypto.stores.pkcs11_token import parse
from huabiao.crypto.stores.reference import open_key
from huabiao.crypto.stores.signer_socket import open_signer
from huabiao.crypto.stores.signing import SigningRefused, StoreFailed
from huabiao.node.header_keys import HeaderKeys
from huabiao.proofs.header import header_hash
from huabiao.testing.city import City

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
MODULE = next((path for path in MODULES if Path(path).exists()), "")
needs_softhsm = pytest.mark.skipif(
    not (MODULE and shutil.which("softhsm2-util")), reason="softhsm2 is not installed"
)


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A token of its own, and the reference of a key that is not there yet."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\n")
    (folder / "pin").write_text("987654\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "city",
         "--so-pin", "123456", "--pin", "987654"],
        check=True, capture_output=True,
    )  # fmt: skip
    pin = f"pin-source=file:{folder}/pin"
    made = f"pkcs11:token=city;object=member?module-path={MODULE}&{pin}"
    told = subprocess.run(
        [sys.executable, "-m", "huabiao", "signer", "show", made, "--make",
         "--ends", "2030-01-31"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "2030-01-31" in told.stdout
    yield made
    del os.environ["SOFTHSM2_CONF"]


@needs_softhsm
def test_a_token_signs_and_an_independent_library_agrees(token: str) -> None:
    key = open_key(token, str)
    assert (key.name, key.suite_name, key.ends) == ("member", "intl", "2030-01-31")
    for said in (b"", b"m", b"x" * 5_000):
        VerifyKey(key.public).verify(said, key.sign(said))


@needs_softhsm
def test_a_token_key_takes_a_seat_and_signs_headers(token: str, tmp_path: Path) -> None:
    key = open_key(token, str)
    city = City(tmp_path / "city")
    proof = prove_seat(city.genesis.chain, key, "member", "")
    said = {"public": key.public, "proof": proof}
    city.call(city.admin, "membership", "rotate", "member", **said)
    (tmp_path / "member-2.signer").write_text(f"{token}\n")
    found = HeaderKeys(tmp_path).find(city.ledger.members)
    assert found is not None
    seat, certify = found
    encoded = header(city.admin)
    hash_ = header_hash(city.ledger.digest, encoded)
    signature = certify(hash_, encoded)
    assert city.admin.suite.verify(key.public, message(city.admin, encoded), signature)
    assert seat == 0
    city.close()


@needs_softhsm
def test_a_signer_process_may_hold_a_token(token: str, tmp_path: Path) -> None:
    with signer_process(token, tmp_path, tmp_path / "home"):
        signer = open_signer(tmp_path / "signer.sock")
        assert (signer.name, signer.ends) == ("member", "2030-01-31")
        assert prove_seat("town", signer, "seat", "bureau")
        with pytest.raises(SigningRefused):
            signer.sign(b"anything else")


@needs_softhsm
def test_what_is_wrong_with_a_token_is_a_sentence(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for spoiled, said in (
        (token.replace("object=member", "object=other"), "0 keys have this label"),
        (token.replace("token=city", "token=town"), "cannot be used"),
        (token.replace(MODULE, "/no/such/module.so"), "cannot be used"),
        ("pkcs11:object=a", "lacks token, module-path"),
        (f"{token}&pin-value=987654", "does not belong"),
    ):
        with pytest.raises(StoreFailed, match=said):
            open_key(spoiled, str)
    again = [sys.executable, "-m", "huabiao", "signer", "show", token, "--make"]
    told = subprocess.run(again, capture_output=True, text=True)
    assert told.returncode == 1 and "is not replaced" in told.stderr


def test_a_reference_is_an_rfc_7512_uri() -> None:
    place = parse("pkcs11:token=My%20token;object=a?pin-source=file:/p&module-path=/m")
    assert (place.token, place.object, place.module) == ("My token", "a", "/m")
    assert place.pin_source == "/p"


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    keyring = pytest.importorskip("keyring")
    entries: dict[tuple[str, str], str] = {}

    class Desktop(keyring.backend.KeyringBackend):
        priority = 1

        def set_password(self, service: str, username: str, password: str) -> None:
            entries[service, username] = password

        def get_password(self, service: str, username: str) -> str | None:
            return entries.get((service, username))

    monkeypatch.delenv("HUABIAO_PASSPHRASE", raising=False)
    monkeypatch.setattr(keystore, "SCRYPT_N", 16)
    before = keyring.get_keyring()
    keyring.set_keyring(Desktop())
    yield entries
    keyring.set_keyring(before)


def test_the_systems_keyring_keeps_the_passphrase(
    desktop: dict[tuple[str, str], str], tmp_path: Path
) -> None:
    made = open_identity(tmp_path, "li", "sm", make=True)
    known = passphrase(tmp_path)
    entry = os_keyring.keep(tmp_path, known)
    assert not (tmp_path / "passphrase").exists()
    assert desktop == {("huabiao", entry): known}
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or known.encode() not in path.read_bytes()
    assert open_identity(tmp_path, "li", "sm").secret == made.secret
    desktop.clear()
    with pytest.raises(StoreFailed, match="sign in and unlock"):
        open_identity(tmp_path, "li", "sm")


def test_where_there_is_no_keyring_the_file_stays(
    desktop: dict[tuple[str, str], str], tmp_path: Path
) -> None:
    import keyring.backends.fail

    keyring.set_keyring(keyring.backends.fail.Keyring())
    known = passphrase(tmp_path)
    with pytest.raises(StoreFailed, match="cannot be used"):
        os_keyring.keep(tmp_path, known)
    assert passphrase(tmp_path) == known
