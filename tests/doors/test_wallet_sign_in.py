"""
Signing in with a credential: a wallet in one process, the doors in another.

Rules: OpenID4VP 1.0 §5.10 (wallet nonce), §8.2 (response code), §14.1 (replay), §14.2
(session fixation). The valid case is a pilot's; each test spoils one thing of it.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from desk_town import TYPE, DeskTown, asked, start_desk
from served_city import Served
from staff_desk import browser, reads_for

from huabiao.client.remote import Answered
from huabiao.client.signing import call
from huabiao.crypto import keystore
from huabiao.crypto.address import show
from huabiao.crypto.keys import Keys
from huabiao.doors.cli import main
from huabiao.doors.viewer import COOKIE
from huabiao.services.credentials import sd_jwt_vc
from huabiao.services.credentials.dids import chain_signer
from huabiao.services.openid4vc.formats import read_held
from huabiao.services.openid4vc.holdings import Holdings
from huabiao.services.sign_in.badges import ASKED


@pytest.fixture(scope="module")
def town(served: Served, tmp_path_factory) -> Iterator[DeskTown]:
    """The doors take the type, and `pilot` holds one of it; key files are cheap."""
    patch = pytest.MonkeyPatch()
    patch.setattr(keystore, "SCRYPT_N", 16)
    made, process = start_desk(served, tmp_path_factory.mktemp("desk"))
    try:
        served.json("staff", "door", served.url)
        served.json("staff", "credential", TYPE)
        publish(made, "pilot")
        receive(made)
        yield made
    finally:
        patch.undo()
        served.json("staff", "credential", "--off")
        process.terminate()
        process.wait(20)


def publish(town: DeskTown, name: str) -> Keys:
    """The keys of somebody whose DID resolves."""
    keys = town.keys(name)
    published = call("identity", "publish_key", public=keys.public)
    assert town.served.remote().send(keys, published).accepted
    return keys


def receive(town: DeskTown, name: str = "pilot") -> dict[str, Any]:
    offer = town.offer("--no-code")
    taken = here(town, "receive", offer["link"], "--as", name)
    assert isinstance(taken, dict), taken
    return taken


def here(town: DeskTown, *words: str) -> Any:
    """A command of the wallet's in this process: its JSON, or its sentence."""
    done = CliRunner().invoke(
        main, ["wallet", *words, "--json"], env=town.environment(town.home)
    )
    if done.exit_code:
        return done.output
    return json.loads(done.stdout.strip().splitlines()[-1])


def begin(town: DeskTown) -> tuple[str, dict[str, str], dict[str, Any]]:
    """A handle, what the link says, and the request's payload."""
    made = town.served.remote().post("/api/session/presentation", {})
    link = asked(made["link"])
    found = httpx.post(link["request_uri"], data={"wallet_nonce": "w" * 22})
    body = found.text.split(".")[1]
    return made["handle"], link, json.loads(urlsafe_b64decode(body + "=="))


def held(town: DeskTown, name: str = "pilot") -> str:
    return next(iter(Holdings(town.home, name).all().values()))


def present(town: DeskTown, told: dict[str, Any], **changes: Any) -> str:
    """The pilot's presentation for a request."""
    given = {"audience": told["client_id"], "nonce": told["nonce"],
             "holder": town.holder(), "text": held(town)} | changes  # fmt: skip
    return sd_jwt_vc.present(
        given["text"], [], given["holder"], given["audience"], given["nonce"],
        told["iat"] * 1000,
    )  # fmt: skip


def answer(told: dict[str, Any], presented: str, **changes: str) -> httpx.Response:
    form = {"state": told["state"], "vp_token": json.dumps({ASKED: [presented]})}
    return httpx.post(told["response_uri"], data=form | changes)


def code_of(answered: httpx.Response) -> str:
    return httpx.URL(answered.json()["redirect_uri"]).params["response_code"]


def enter(town: DeskTown, handle: str, code: str) -> Any:
    shown = {"handle": handle, "response_code": code}
    return town.served.remote().post("/api/session/presentation/open", shown)


def stays_out(town: DeskTown, handle: str, code: str = "x" * 43) -> None:
    with pytest.raises(Answered) as refused:
        enter(town, handle, code)
    assert refused.value.status == 401


def test_a_wallet_signs_in_from_a_process_of_its_own(town):
    opened = town.wallet("wallet", "sign-in", "--yes", "--as", "pilot")
    assert isinstance(opened, dict), opened
    assert opened["account"] == show(town.keys().account)
    bearer = {"authorization": f"Bearer {opened['token']}"}
    me = httpx.get(town.served.url + "/api/me", headers=bearer)
    assert me.json()["account"] == opened["account"]
    listed = httpx.get(me.url.copy_with(path="/api/me/sessions"), headers=bearer)
    (session,) = [one for one in listed.json()["sessions"] if one["current"]]
    assert session["way"] == "wallet" and not session["in_browser"]


def test_a_browser_signs_in_when_its_own_link_was_shown(town):
    with browser(town.served) as client, browser(town.served, "Other/2") as other:
        assert TYPE in client.get("/me").text
        text = client.post("/sign-in/wallet").text
        link = text.partition('href="openid4vp:')[2].partition('"')[0]
        link = "openid4vp:" + link.replace("&amp;", "&")
        done = here(town, "present", link, "--yes", "--as", "pilot")
        onward = httpx.URL(done["redirect_uri"])
        assert str(onward).startswith(town.served.url + "/")
        stolen = other.get(onward.raw_path.decode())
        assert stolen.status_code == 401 and COOKIE not in stolen.cookies
        entered = client.get(onward.raw_path.decode())
        assert entered.status_code == 200
        assert reads_for(client) == show(town.keys().account)
        again = client.get(onward.raw_path.decode())
        assert again.status_code == 401


def test_the_valid_case_and_each_thing_once(town):
    handle, _, told = begin(town)
    answered = answer(told, present(town, told))
    assert answered.status_code == 200, answered.text
    repeated = answer(told, present(town, told))
    assert repeated.status_code == 404, "one answer each"
    assert enter(town, handle, code_of(answered))["account"] == show(
        town.keys().account
    )
    stays_out(town, handle, code_of(answered))  # used


@pytest.mark.parametrize(
    "changes",
    [
        {"audience": "decentralized_identifier:did:web:clinic.example"},
        {"audience": ""}, {"nonce": "another-nonce-altogether"},
    ],
    ids=str,
)  # fmt: skip
def test_a_presentation_for_another_door_or_another_time_is_refused(town, changes):
    handle, _, told = begin(town)
    refused = answer(told, present(town, told, **changes))
    assert refused.status_code == 400, refused.text
    stays_out(town, handle)


def test_a_presentation_of_another_sign_in_is_refused(town):
    """Replay: what was shown for one question, brought to another."""
    _, _, first = begin(town)
    handle, _, second = begin(town)
    refused = answer(second, present(town, first))
    assert refused.status_code == 400
    refused = answer(second, present(town, second), state=first["state"])
    assert refused.status_code == 400
    stays_out(town, handle)


def test_anothers_credential_is_refused(town):
    """A thief has the pilot's credential and a key of their own."""
    thief = chain_signer(publish(town, "thief"), town.served.remote().chain)
    handle, _, told = begin(town)
    refused = answer(told, present(town, told, holder=thief))
    assert refused.status_code == 400 and "vp_token" in refused.text
    stays_out(town, handle)


def test_a_revoked_credential_is_refused_and_another_is_good(town):
    taken = receive(town)
    text = Holdings(town.home, "pilot").all()[taken["credential"]]
    (place,) = read_held(text)[0].status
    done = town.served.json(
        "credential", "revoke", "pilots", str(place.index), "--reason", "ceased",
        "--as", "airport",
    )  # fmt: skip
    assert done["accepted"], done
    handle, _, told = begin(town)
    refused = answer(told, present(town, told, text=text))
    assert refused.status_code == 400 and "revoked" in refused.text, refused.text
    stays_out(town, handle)
    here(town, "drop", taken["credential"], "--as", "pilot")


def test_whoever_did_not_ask_does_not_enter(town):
    """Session fixation: the link was another's, who waits for the victim's answer."""
    handle, link, told = begin(town)
    other, _, _ = begin(town)
    answered = answer(told, present(town, told))
    code = code_of(answered)
    name = link["request_uri"].rpartition("/")[2]
    for forged in (other, name, f"{name}.", f"{name}.{other.rpartition('.')[2]}", ""):
        stays_out(town, forged, code)
    assert enter(town, handle, code)["token"]


def test_who_asked_does_not_enter_without_the_holders_code(town):
    handle, _, told = begin(town)
    stays_out(town, handle)  # nobody has answered
    answer(told, present(town, told))
    stays_out(town, handle)  # answered, but the code went to the holder
    handle, _, told = begin(town)
    declined = httpx.post(
        told["response_uri"], data={"state": told["state"], "error": "access_denied"}
    )
    stays_out(town, handle, code_of(declined))


@pytest.mark.long  # another person receives a credential of their own
def test_a_session_ends_with_the_key_that_showed_it(town):
    keys = publish(town, "rotating pilot")
    taken = receive(town, "rotating pilot")
    assert taken["type"] == TYPE
    opened = here(town, "sign-in", "--yes", "--as", "rotating pilot")
    bearer = {"authorization": f"Bearer {opened['token']}"}
    address = town.served.url + "/api/me"
    assert httpx.get(address, headers=bearer).status_code == 200
    closed = call("identity", "close_account", reason="left")
    assert town.served.remote().send(keys, closed).accepted
    assert httpx.get(address, headers=bearer).status_code == 401


def test_a_wallet_answers_no_door_that_hands_on_anothers_question(town):
    """A relay: its address answers with a link of the real city's."""
    seen: list[str] = []

    class Relay(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.path)
            made = town.served.remote().post("/api/session/presentation", {})
            self.tell(made)

        def do_GET(self) -> None:
            self.tell(town.served.remote().get(self.path))

        def tell(self, document: Any) -> None:
            body = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            pass

    relay = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    Thread(target=relay.serve_forever, daemon=True).start()
    try:
        door = f"http://127.0.0.1:{relay.server_address[1]}"
        said = here(town, "sign-in", door, "--yes", "--as", "pilot")
        assert "somebody else" in said
        assert seen == ["/api/session/presentation"], "no code was handed over"
    finally:
        relay.shutdown()
        relay.server_close()


def test_where_no_credential_is_taken_nobody_is_asked(town):
    town.served.json("staff", "credential", "--off")
    try:
        with pytest.raises(Answered) as refused:
            begin(town)
        assert refused.value.status == 404
    finally:
        town.served.json("staff", "credential", TYPE)
