"""
Staff sign in at an OpenID provider: a real one, Canaille, in a process of its own.

Rules: OpenID Connect Core 1.0 §3.1, RFC 6749 §10.12, RFC 7636, RFC 9207, RFC 9700.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import identity_provider
import pytest
from identity_provider import CLIENT, SECRET
from served_city import Served
from staff_desk import (
    AGENT,
    CODE,
    LEAD,
    SIGN_IN,
    bind,
    browser,
    found_office,
    go_to_provider,
    lead,
    log_in,
    reads_for,
    sign_in,
    unbound_login,
)

from huabiao.client.signing import call
from huabiao.doors.pages.entering import FLOW
from huabiao.doors.viewer import COOKIE

# The provider takes seconds to start and half a second for each password; what is
# demanded of tokens and of ways is held by tests/services/test_sign_in_*.py too.
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def issuer(served: Served, tmp_path_factory) -> Iterator[str]:
    """The provider's address, once the operator has named it."""
    back = f"{served.url}/sign-in/provider/sso/back"
    folder = tmp_path_factory.mktemp("provider")
    process = subprocess.Popen(
        [sys.executable, identity_provider.__file__, back, str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        register(served, folder, address)
        found_office(served)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def register(served: Served, folder: Path, address: str) -> None:
    """As an operator does, on the command line."""
    secret = folder / "secret"
    secret.write_text(SECRET)
    served.json("staff", "door", served.url)
    told = served.json(
        "staff", "provider", "sso", "--issuer", address, "--client-id", CLIENT,
        "--title", "市统一认证", "--secret-file", str(secret),
    )  # fmt: skip
    (provider,) = told["providers"]
    assert provider["back"] == f"{served.url}/sign-in/provider/sso/back"
    assert SECRET not in str(told)


@pytest.fixture
def bound(served: Served, issuer: str) -> Iterator[str]:
    """The person's tag, bound to the office's account; ended after the test."""
    with browser(served) as client:
        answer = sign_in(client)
        login = unbound_login(answer)
    bind(served, login)
    yield login
    served.json("staff", "end", login, "--reason", "test over", "--as", LEAD)


def test_who_is_bound_reads_for_the_account_and_nobody_else(served, bound):
    with browser(served) as client:
        assert "市统一认证" in client.get("/me").text
        answer = sign_in(client)
        assert answer.status_code == 200 and "url=/me" in answer.text
        assert reads_for(client) == lead(served)
        assert "single sign-on" in client.get("/me").text
        assert FLOW not in client.cookies
    chain = served.node.ledger.read(f"staff/logins/{bound}")
    assert chain is not None and identity_provider.PERSON.encode() not in chain


def test_signing_in_gives_no_right_to_act(served, bound):
    """The cookie opens no API, no token comes of it, and draws no codes."""
    with browser(served) as client:
        sign_in(client)
        cookie = client.cookies[COOKIE]
        assert client.post("/me/codes").status_code == 401
        bearer = {"authorization": f"Bearer {cookie}"}
        assert client.get("/api/me", headers=bearer).status_code == 401
        assert not reads_for(client), "who shows a cookie as a token has stolen it"
        assert client.post("/me", data={"token": cookie}).status_code == 401


def test_it_ends_at_once_when_the_organisation_ends_it(served, bound):
    with browser(served) as client:
        sign_in(client)
        assert reads_for(client)
        served.json("staff", "end", bound, "--reason", "离职", "--as", LEAD)
        assert not reads_for(client)
        assert unbound_login(sign_in(client)) == bound
    bind(served, bound)


def test_it_ends_with_the_organisation(served, bound):
    with browser(served) as client:
        sign_in(client)
        registrar, remote = served.keys("registrar of staff"), served.remote()
        stop = call("organisations", "suspend", CODE, reason="late")
        assert remote.send(registrar, stop).accepted
        assert not reads_for(client)
        again = call("organisations", "readmit", CODE)
        assert remote.send(registrar, again).accepted
        assert reads_for(client)


def test_the_account_sees_and_ends_the_sessions_of_its_staff(served, bound):
    with browser(served) as client, browser(served, "Other/2") as other:
        for each in (client, other):
            sign_in(each)
        listed = served.remote(LEAD).get("/api/me/sessions")["sessions"]
        staff = {each["agent"]: each["id"] for each in listed if each["way"] != "key"}
        assert set(staff) >= {AGENT, "Other/2"}
        served.json("wallet", "sessions", "--end", staff[AGENT], "--as", LEAD)
        assert not reads_for(client) and reads_for(other)
        key = served.remote(LEAD)
        assert key.get("/api/me")
        other.post("/me/sessions/end", data={})
        assert not reads_for(other)
        assert key.get("/api/me"), "staff end their own sessions, not the key's"
    (login,) = served.json("staff", "list", "--as", LEAD)["logins"]
    assert login["login"] == bound and login["stands"]


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(served, bound):
    with browser(served) as client:
        sign_in(client)
        stolen = client.cookies[COOKIE]
        client.post("/me/leave")
        with browser(served, cookies={COOKIE: stolen}) as thief:
            assert SIGN_IN in thief.get("/me").text


def test_a_cookie_that_was_planted_before_is_worth_nothing(served, bound):
    """Session fixation: signing in gives another cookie, and ends the one before."""
    attacker = served.browser("attacker")
    planted = attacker.cookies[COOKIE]
    agent = attacker.headers["user-agent"]
    with browser(served, agent, cookies={COOKIE: planted}) as client:
        answer = sign_in(client)
        given = answer.headers.get_list("set-cookie")
        (cookie,) = [each for each in given if each.startswith(COOKIE + "=")]
        assert planted not in cookie
        assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    assert not reads_for(attacker)


def refused(answer: httpx.Response, status: int = 401) -> None:
    assert answer.status_code == status, (answer.status_code, answer.text[-600:])
    assert COOKIE not in answer.cookies


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "another"}, {"state": None}, {"code": "another"}, {"code": None},
        {"iss": "https://evil.example"}, {"iss": None},
    ],
    ids=str,
)  # fmt: skip
def test_what_comes_back_spoiled_signs_nobody_in(served, bound, changes):
    with browser(served) as client:
        brought = log_in(client, go_to_provider(client))
        refused(brought.back(client, **changes))
        assert not reads_for(client)


def test_a_way_is_gone_once_and_by_the_browser_that_began_it(served, bound):
    with browser(served) as client, browser(served, "Other/2") as other:
        brought = log_in(client, go_to_provider(client))
        refused(brought.back(other))  # no cookie
        go_to_provider(other)
        refused(brought.back(other))  # another way's cookie
        kept = client.cookies[FLOW]
        assert brought.back(client).status_code == 200
        with browser(served, cookies={FLOW: kept}) as again:
            refused(brought.back(again))  # the state was used


def test_a_code_is_bound_to_the_verifier_of_the_way(served, bound):
    """A code of one way with the cookie and state of another: PKCE, at the provider."""
    with browser(served) as victim, browser(served) as thief:
        stolen = log_in(victim, go_to_provider(victim))
        own = log_in(thief, go_to_provider(thief))
        refused(own.back(thief, code=stolen.query["code"]))


def test_who_declines_at_the_provider_is_not_signed_in(served, issuer):
    with browser(served) as client:
        sent = httpx.URL(go_to_provider(client))
        asked = dict(sent.params)
        assert asked["code_challenge_method"] == "S256" and len(asked["nonce"]) == 43
        back = {"error": "access_denied", "state": asked["state"], "iss": issuer}
        refused(client.get("/sign-in/provider/sso/back", params=back))


def test_ways_that_are_not_open(served, issuer):
    with browser(served) as client:
        refused(client.get("/sign-in/provider/other"), 404)
        refused(client.get("/sign-in/provider/other/back"), 404)


def test_only_the_operators_folder_opens_ways(served, tmp_path, issuer):
    said = served.run("staff", "ways", "--home", str(tmp_path))
    assert said.exit_code == 1 and "no node's folder" in said.output
