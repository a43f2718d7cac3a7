"""A page's session: one browser's, ten minutes, listed, and ended on the server."""

import httpx
import pytest
from served_city import Served

from huabiao.client.remote import Answered
from huabiao.client.signing import call
from huabiao.crypto.address import show
from huabiao.crypto.keys import Keys, generate
from huabiao.doors.viewer import COOKIE

SIGN_IN = "令牌"
PHONE, LAPTOP = "Telephone/1", "Laptop/1"


def token(served: Served, name: str) -> str:
    return str(served.remote().token(served.keys(name))["token"])


def entered(served: Served, name: str, agent: str = PHONE) -> httpx.Client:
    """Somebody's browser, signed in."""
    client = httpx.Client(
        base_url=served.url, follow_redirects=True, headers={"user-agent": agent}
    )
    client.post("/me", data={"token": token(served, name)})
    assert is_in(client)
    return client


def is_in(client: httpx.Client) -> bool:
    return SIGN_IN not in client.get("/me").text


def thief(served: Served, victim: httpx.Client, agent: str) -> httpx.Client:
    """Another machine with the same cookie."""
    cookies = {COOKIE: victim.cookies[COOKIE]}
    headers = {"user-agent": agent}
    return httpx.Client(base_url=served.url, cookies=cookies, headers=headers)


def test_signing_out_ends_the_session_on_the_server(served):
    client = entered(served, "leaver")
    copied = thief(served, client, PHONE)
    assert is_in(copied)
    client.post("/me/leave")
    assert not is_in(copied)


def test_another_browser_with_the_cookie_ends_the_session(served):
    client = entered(served, "robbed")
    robber = thief(served, client, LAPTOP)
    assert not is_in(robber)
    assert not is_in(client)


def test_a_cookie_opens_no_api_and_a_token_no_page(served):
    client = entered(served, "careful")
    bearer = {"authorization": f"Bearer {client.cookies[COOKIE]}"}
    assert httpx.get(served.url + "/api/me", headers=bearer).status_code == 401
    assert not is_in(client), "who shows a cookie as a token has stolen it"
    given = token(served, "careful")
    with httpx.Client(base_url=served.url, cookies={COOKIE: given}) as client:
        assert not is_in(client)


def test_a_token_that_a_browser_took_is_void(served):
    given = token(served, "paster")
    with httpx.Client(base_url=served.url, follow_redirects=True) as client:
        assert client.post("/me", data={"token": given}).status_code == 200
        assert client.cookies[COOKIE] != given
    bearer = {"authorization": f"Bearer {given}"}
    assert httpx.get(served.url + "/api/me", headers=bearer).status_code == 401
    assert httpx.post(served.url + "/me", data={"token": given}).status_code == 401


def test_sessions_are_listed_and_ended_one_or_all(served):
    phone = entered(served, "many")
    laptop = entered(served, "many", LAPTOP)
    page = laptop.get("/me").text
    assert PHONE in page and LAPTOP in page
    asked = served.remote("many")
    found = asked.get("/api/me/sessions")["sessions"]
    assert [each["current"] for each in found] == [False, False, True]
    ids = {each["agent"]: each["id"] for each in found}
    assert asked.delete(f"/api/me/sessions/{ids[PHONE]}") == {"ended": 1}
    assert not is_in(phone) and is_in(laptop)
    laptop.post("/me/sessions/end", data={})
    assert not is_in(laptop)
    with pytest.raises(Answered) as refused:
        asked.get("/api/me/sessions")
    assert refused.value.status == 401


def test_nobody_ends_anothers_session(served):
    client = entered(served, "victim")
    listed = served.remote("victim").get("/api/me/sessions")["sessions"]
    with pytest.raises(Answered) as refused:
        served.remote("envious").delete(f"/api/me/sessions/{listed[0]['id']}")
    assert refused.value.status == 404
    other = entered(served, "envious")
    other.post("/me/sessions/end", data={"session": listed[0]["id"]})
    foreign = {"sec-fetch-site": "cross-site"}
    ended = client.post("/me/sessions/end", data={}, headers=foreign)
    assert ended.status_code == 403
    assert is_in(client)


def test_the_command_line_lists_and_ends_sessions(served):
    client = entered(served, "typist")
    found = served.json("wallet", "sessions", "--as", "typist")["sessions"]
    ids = {each["agent"]: each["id"] for each in found}
    one = served.json("wallet", "sessions", "--end", ids[PHONE], "--as", "typist")
    assert one == {"ended": 1} and not is_in(client)
    ended = served.json("wallet", "sessions", "--end-all", "--as", "typist")
    assert ended == {"ended": 3}, "those of the three commands"


def test_a_session_ends_with_the_key_that_opened_it(served):
    client = entered(served, "rotating")
    old, new = served.keys("rotating"), generate("new", "intl", b"n" * 32)
    assert show(old.account) in client.get("/me").text
    bearer = served.remote("rotating")
    rotate(served, old, new)
    assert not is_in(client)
    with pytest.raises(Answered) as refused:
        bearer.get("/api/me")
    assert refused.value.status == 401


def rotate(served: Served, old: Keys, new: Keys) -> None:
    """Another key for the account, and the first one retired by it."""
    proof = new.sign(b"huabiao-account\x00" + old.account)
    add = call("identity", "add_key", public=new.public, proof=proof)
    retire = call("identity", "retire_key", public=old.public, reason="replaced")
    for keys, one in ((old, add), (new, retire)):
        outcome = served.remote().send(keys, one)
        assert outcome.accepted, outcome
