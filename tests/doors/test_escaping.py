"""
What people write is text on every page, whatever stands in it.

Every operation of every contract that the chain holds is called once with markup in
each of its texts and in its id, by somebody who holds every role. Accepted or refused,
the chain keeps what was sent, and whoever sent it has it on a page. Names of
departments, columns and purposes go the way they always go.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from served_city import Served, serving

from huabiao.client.signing import call, sign_envelope
from huabiao.crypto.address import show
from huabiao.crypto.envelope import Call
from huabiao.services.databases.population import enterprise_code

MARKUP = "<script>x</script>\"'><img src=x onerror=x>&lt;{{7*7}}"
OURS = "/static/"
OWN_KEYS = ("identity", "recovery")
"""What would end the writer's own key or account."""
Json = dict[str, Any]


class Elements(HTMLParser):
    """What a browser would make of a page: no script but ours, no handler, no image
    but the QR codes; and the words that a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        source = given.get("src", "")
        if tag == "script" and not source.startswith(OURS):
            self.faults.append(f"<script> {given}")
        if tag == "img" and not source.startswith("data:image/"):
            self.faults.append(f"<img> {given}")
        self.faults += [f"<{tag} {name}>" for name in given if name.startswith("on")]
        links = (given.get("href", ""), given.get("action", ""))
        self.faults += [each for each in links if each.startswith("javascript:")]
        self.words += "".join(given.get(each, "") for each in ("value", "aria-label"))

    def handle_data(self, data: str) -> None:
        self.words += data


def read(browser: httpx.Client, path: str) -> str:
    """The words of a page that holds nothing that it should not."""
    answer = browser.get(path)
    assert answer.status_code in (200, 404, 422), (path, answer.text)
    page = Elements()
    page.feed(answer.text)
    assert page.faults == [], path
    return page.words


def sample(kind: str, records: Json) -> Any:
    """A stored value of a kind, with markup wherever it holds a text."""
    outer, _, inner = kind.removesuffix("]").partition("[")
    if outer == "ListOf":
        return [sample(inner, records)]
    if inner:
        return sample(inner, records)
    if outer in records:
        fields = records[outer]["fields"].values()
        return [sample(each["kind"], records) for each in fields]
    if outer in ("Party", "Octets", "Digest"):
        return bytes(20 if outer == "Party" else 32)
    if outer == "Flag":
        return True
    return MARKUP if outer in ("Text", "Code") else 1


def spoiled(description: Json, operation: str) -> Call:
    """A call of an operation with all that it takes."""
    facts = description["operations"][operation]
    given = {
        each["name"]: sample(each["kind"], description["records"])
        for each in facts["parameters"]
    }
    key = f"{operation}{MARKUP}" if facts["keyed"] else ""
    return Call(description["name"], operation, key, given)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A city of its own: what is called here changes whatever it can."""
    with serving(tmp_path_factory.mktemp("written"), "intl") as city:
        yield city


@pytest.fixture(scope="module")
def writer(served: Served) -> str:
    """Somebody who holds every role of every contract, under a name of markup."""
    account, remote = served.keys("writer").account, served.remote()
    organisation = [MARKUP, enterprise_code("110105", 777_001), account, 0]
    roles = [
        call("governance", "grant_role", "w", scenario=name, role=role, account=account)
        for name, each in remote.descriptions().items()
        for role in each["roles"]
    ]
    whole = {"scenario": "supervision", "role": "supervisor", "account": account}
    roles.append(call("governance", "grant_role", "w", **whole))
    registering = {"action": "add_organisation", "organisation": organisation}
    for calls in (
        [call("governance", "propose", "writer", **registering),
         call("governance", "approve", "writer")],
        roles,
    ):  # fmt: skip
        outcome = remote.send(served.keys("operator"), *calls)
        assert outcome.accepted, outcome
    return "writer"


def test_every_text_of_every_operation(served: Served, writer: str) -> None:
    remote, keys = served.remote(), served.keys(writer)
    calls = [
        spoiled(description, name)
        for description in remote.descriptions().values()
        for name, facts in description["operations"].items()
        if facts["manner"] != "answers" and description["name"] not in OWN_KEYS
    ]
    sent = [sign_envelope(remote.chain, keys, [each]) for each in calls]
    outcomes = remote.submit(sent)
    with contextlib.closing(served.browser(writer)) as browser:
        shown = set()
        for each, outcome in zip(calls, outcomes, strict=True):
            words = read(browser, f"/envelopes/{outcome.envelope}")
            written = "onerror" in str([each.key, each.arguments])
            assert not written or MARKUP in words, each
            shown |= {each.contract} if written else set()
        assert {"hazardous_waste", "e_bill", "food_trace", "sharing"} <= shown
        opened = [c for c, made in zip(calls, outcomes, strict=True) if made.accepted]
        assert len(opened) > 5
        for each in opened:
            about = {"scenario": each.contract, "record": each.key}
            assert not each.key or MARKUP in read(
                browser, "/events?" + urlencode(about)
            )
            path = f"/scenarios/{each.contract}"
            read(browser, path)
            read(browser, f"{path}/{quote(each.key, safe='')}" if each.key else path)
        height = outcomes[-1].height
        for path in ("/", "/me", f"/blocks/{height}", "/supervision", "/plan",
                     "/crossings", f"/accounts/{show(keys.account)}"):  # fmt: skip
            read(browser, path)
        for path in ("/directory?q=", "/find?q="):
            assert "onerror" in read(browser, path + quote(MARKUP))


def test_names_of_departments_columns_and_purposes(
    served: Served, writer: str, tmp_path: Path
) -> None:
    file = tmp_path / "base.db"
    base = sqlite3.connect(file)
    column = MARKUP.replace('"', '""')
    base.execute(f'CREATE TABLE markup (id INTEGER PRIMARY KEY, "{column}" TEXT)')
    base.close()
    words = ("directory", "scan", f"sqlite:///{file}", "--department", writer)
    (table,) = served.json(*words)["registered"]
    request = served.json(
        "share", "request", table, "-c", "id", "--purpose", MARKUP,
        "--legal-basis", MARKUP, "--as", writer,
    )  # fmt: skip
    assert request["accepted"], request
    account = show(served.keys(writer).account)
    with contextlib.closing(served.browser(writer)) as browser:
        for path in ("/directory", f"/directory?department={account}",
                     f"/scenarios/sharing/{quote(request['id'])}",
                     f"/accounts/{account}", "/accounts", "/envelopes",
                     "/accounts?q=" + quote(MARKUP)):  # fmt: skip
            assert MARKUP in read(browser, path), path
        for path in ("/directory?q=markup", f"/events?record={quote(request['id'])}"):
            read(browser, path)
