"""Webhooks by the command line and by the page: added, replayed, removed, one's own."""

import re

import pytest
from served_city import Served
from webhook_receiver import Receiver

HERE = "/me/webhooks"


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUABIAO_OUTGOING", "127.0.0.0/8")


def test_the_command_line_adds_lists_replays_and_removes(
    served: Served, case: str
) -> None:
    receiver = Receiver()
    mine = ("--as", "plant")
    words = ("webhook", "add", receiver.url, "--scenario", "hazardous_waste", *mine)
    made = served.json(*words)
    assert made["secret"].startswith("whsec_") and made["cursor"] != "0"
    told = served.run("webhook", "list", *mine).stdout
    assert made["id"] in told and receiver.url in told and made["secret"] not in told
    assert (
        served.json("webhook", "replay", made["id"], "--after", "0", *mine)["cursor"]
        == "0"
    )
    assert (
        "Nothing was given up"
        in served.run("webhook", "dead", made["id"], *mine).stdout
    )
    other = served.run("webhook", "remove", made["id"], "--as", "truck")
    assert other.exit_code == 1 and "There is no webhook" in other.stderr
    assert served.run("webhook", "remove", made["id"], *mine).exit_code == 0
    assert served.json("webhook", "list", *mine) == {"webhooks": []}
    receiver.close()


def test_an_address_that_is_not_allowed_is_a_sentence(served: Served) -> None:
    served.keys("plant")
    words = ("webhook", "add", "http://10.0.0.1/", "--as", "plant")
    refused = served.run(*words)
    assert refused.exit_code == 1 and "10.0.0.1" in refused.stderr


def test_the_page_shows_the_secret_once_and_serves_its_owner_alone(
    served: Served, case: str
) -> None:
    hooks = served.node.hooks
    receiver = Receiver()
    browser, other = served.browser("plant"), served.browser("truck")
    wanted = {"url": receiver.url, "scenario": "hazardous_waste", "record": case}
    made = browser.post(HERE, data=wanted)
    (secret,) = re.findall(r'id="secret"[^>]*>(whsec_[^<]+)<', made.text)
    seen = browser.get(HERE)
    assert receiver.url in seen.text and secret not in seen.text
    assert seen.headers["cache-control"] == "no-store"
    assert receiver.url not in other.get(HERE).text
    (hook,) = hooks.of(served.keys("plant").account)
    back = {"hook": hook.id, "after": "0"}
    assert other.post(f"{HERE}/replay", data=back).status_code == 404
    assert browser.post(f"{HERE}/replay", data=back).status_code == 303
    assert "<code>0</code>" in browser.get(HERE).text
    elsewhere = {"sec-fetch-site": "cross-site"}
    gone = {"hook": hook.id}
    refused = browser.post(f"{HERE}/remove", data=gone, headers=elsewhere)
    assert refused.status_code == 403
    assert browser.post(f"{HERE}/remove", data=gone).status_code == 303
    assert hooks.of(served.keys("plant").account) == []
    assert "令牌" in served.browser().get(HERE).text, "signed out: sign in first"
    receiver.close()
