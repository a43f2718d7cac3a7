"""
Accounts with a passphrase and a code (RFC 6238), and ways to a provider and back.

pyotp is the telephone: a second implementation reads the link and shows the codes.
"""

import itertools
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from huabiao.crypto import keystore
from huabiao.services.attempts import HOUR_S, Locked
from huabiao.services.sign_in import Accounts, Flows, Provider, SignIn
from huabiao.services.sign_in.accounts import STEP_S, Refused
from huabiao.services.sign_in.flows import LIFETIME_MS, NotBegun

ORG, NAME, PASSPHRASE = "91110105MA0000001X", "张三", "a passphrase of mine"


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keystore, "SCRYPT_N", 16)
    monkeypatch.setenv("HUABIAO_PASSPHRASE", "a passphrase of this test")


@pytest.fixture(params=["intl", "sm"])
def desk(request, tmp_path):
    """A node's accounts, and its clock."""
    sign_in, clock = SignIn(tmp_path, request.param), Clock()
    made = Accounts(sign_in.folder, sign_in.keys, sign_in.tags, clock)
    yield made, clock
    made.close()


def telephone(uri: str) -> pyotp.TOTP:
    found = pyotp.parse_uri(uri)
    assert isinstance(found, pyotp.TOTP)
    return found


def enrolled(accounts: Accounts) -> tuple[str, pyotp.TOTP]:
    made = accounts.enrol(ORG, NAME, PASSPHRASE, "test-city")
    return made.login, telephone(made.uri)


def refused(accounts: Accounts, code: str, **changes: str) -> None:
    given = {"organisation": ORG, "name": NAME, "passphrase": PASSPHRASE} | changes
    with pytest.raises(Refused):
        accounts.sign_in(**given, code=code)


def test_the_code_of_a_telephone_gives_the_tag_once(desk):
    accounts, clock = desk
    login, phone = enrolled(accounts)
    code = phone.at(int(clock.now))
    assert accounts.sign_in(ORG, NAME, PASSPHRASE, code) == login
    refused(accounts, code)  # used
    refused(accounts, phone.at(int(clock.now) - STEP_S))  # before the one that was used
    clock.now += STEP_S
    assert accounts.sign_in(ORG, NAME, PASSPHRASE, phone.at(int(clock.now))) == login


@pytest.mark.parametrize(
    "steps, good", [(-2, False), (-1, True), (1, True), (2, False)]
)
def test_a_telephones_clock_may_be_one_step_off(desk, steps, good):
    accounts, clock = desk
    login, phone = enrolled(accounts)
    code = phone.at(int(clock.now) + steps * STEP_S)
    if good:
        assert accounts.sign_in(ORG, NAME, PASSPHRASE, code) == login
    else:
        refused(accounts, code)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "李四"}, {"organisation": "91110105MA0000002X"},
        {"passphrase": "another passphrase"}, {"passphrase": ""},
        {"organisation": "../../keys"}, {"organisation": ""},
        {"passphrase": "a passphrase of this test"},  # the node's own
    ],
    ids=str,
)  # fmt: skip
def test_one_thing_wrong_and_nobody_is_told_which(desk, changes):
    accounts, clock = desk
    _, phone = enrolled(accounts)
    refused(accounts, phone.at(int(clock.now)), **changes)


@pytest.mark.parametrize("code", ["", "000000 ", "12345", "1234567", "一二三四五六"])
def test_what_is_no_code_of_this_moment(desk, code):
    accounts, clock = desk
    _, phone = enrolled(accounts)
    assert phone.at(int(clock.now)) != "000000"
    refused(accounts, code)


def test_five_wrong_codes_lock_the_account_for_an_hour(desk):
    accounts, clock = desk
    login, phone = enrolled(accounts)
    wrong = str((int(phone.at(int(clock.now))) + 1) % 10**6).zfill(6)
    for _ in range(5):
        refused(accounts, wrong)
    for name in (NAME, NAME):
        with pytest.raises(Locked):  # the right code too
            accounts.sign_in(ORG, name, PASSPHRASE, phone.at(int(clock.now)))
    clock.now += HOUR_S + 1
    assert accounts.sign_in(ORG, NAME, PASSPHRASE, phone.at(int(clock.now))) == login


def test_a_name_that_is_not_there_is_locked_like_one_that_is(desk):
    accounts, _ = desk
    for _ in range(5):
        refused(accounts, "123456", name="谁也不是")
    with pytest.raises(Locked):
        accounts.sign_in(ORG, "谁也不是", PASSPHRASE, "123456")


def test_enrolled_anew_the_old_code_is_void_and_the_tag_another(desk):
    accounts, clock = desk
    first, old = enrolled(accounts)
    second, new = enrolled(accounts)
    assert first != second
    refused(accounts, old.at(int(clock.now)))
    assert accounts.sign_in(ORG, NAME, PASSPHRASE, new.at(int(clock.now))) == second


def test_nothing_on_the_disk_tells_a_name_or_a_secret(desk, tmp_path):
    accounts, clock = desk
    made = accounts.enrol(ORG, NAME, PASSPHRASE, "test-city")
    (secret,) = parse_qs(urlsplit(made.uri).query)["secret"]
    accounts.sign_in(ORG, NAME, PASSPHRASE, telephone(made.uri).at(int(clock.now)))
    raw = telephone(made.uri).byte_secret()
    for path in tmp_path.rglob("*"):
        held = path.read_bytes() if path.is_file() else b""
        for word in (NAME.encode(), secret.encode(), raw, raw.hex().encode()):
            assert word not in held and NAME not in str(path)


@pytest.mark.parametrize("passphrase", ["", "short", "x" * 201])
def test_a_passphrase_that_is_too_short_or_long_is_refused(desk, passphrase):
    with pytest.raises(ValueError, match="passphrase"):
        desk[0].enrol(ORG, NAME, passphrase, "test-city")


# -- a browser's way to a provider and back ------------------------------------------


def test_a_way_comes_back_once_to_the_browser_that_began_it():
    clock = Clock()
    flows = Flows(clock)
    cookie, begun = flows.begin("city")
    assert len({begun.state, begun.nonce, begun.verifier}) == 3
    assert len(begun.verifier) == 43, "RFC 7636 §4.1: 43 to 128 characters"
    other, another = flows.begin("city")
    for given, provider, state in (
        (cookie, "city", another.state), (other, "city", begun.state),
        (cookie, "elsewhere", begun.state), (cookie, "city", ""),
        ("", "city", begun.state), ("nonsense", "city", begun.state),
        (Flows(clock).begin("city")[0], "city", begun.state),
    ):  # fmt: skip
        with pytest.raises(NotBegun):
            flows.finish(given, provider, state)
    assert flows.finish(cookie, "city", begun.state) == begun
    with pytest.raises(NotBegun):
        flows.finish(cookie, "city", begun.state)
    clock.now += LIFETIME_MS / 1000 + 1
    with pytest.raises(NotBegun):
        flows.finish(other, "city", another.state)


def test_a_challenge_is_that_of_rfc_7636_appendix_b():
    flow = Flows().begin("city")[1]
    known = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    made = type(flow)("city", "", "", known)
    assert made.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


# -- what the operator says ----------------------------------------------------------


def test_a_clients_secret_lies_sealed_and_opens_for_its_provider_only(tmp_path: Path):
    ways = SignIn(tmp_path, "intl").ways
    made = Provider("city", "统一认证", "https://sso.example", "huabiao")
    ways.open_at("https://city.example")
    settings = ways.add(made, "the client's secret")
    assert settings.callback("city") == (
        "https://city.example/sign-in/provider/city/back"
    )
    assert b"client's secret" not in (tmp_path / "sign_in/settings.json").read_bytes()
    again = SignIn(tmp_path, "intl").ways
    (kept,) = again.read().providers
    assert again.secret_of(kept) == "the client's secret"
    with pytest.raises(ValueError):
        again.secret_of(Provider("other", "x", made.issuer, "x", kept.secret))
    assert again.remove("city").providers == ()


@pytest.mark.parametrize(
    "address",
    ["http://city.example", "https://user@city.example", "https://city.example/?a",
     "city.example", "https://", "https://[", "javascript:alert(1)"],
)  # fmt: skip
def test_addresses_that_nobody_may_be_sent_to(tmp_path, address):
    ways = SignIn(tmp_path, "intl").ways
    with pytest.raises(ValueError):
        ways.open_at(address)
    with pytest.raises(ValueError):
        ways.add(Provider("p", "x", address, "c"))
    assert not (tmp_path / "sign_in" / "settings.json").exists()


def test_tags_of_parts_do_not_run_into_each_other(tmp_path):
    tags = SignIn(tmp_path, "intl").tags
    pairs = itertools.product(["a", "ab"], ["b", "bb", ""])
    made = {tags.subject(*pair) for pair in pairs}
    assert len(made) == 6 and tags.enrolment("a") not in made
    assert SignIn(tmp_path / "other", "intl").tags.subject("a", "b") not in made
