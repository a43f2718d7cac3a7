"""
A story's ground that is clicked: every call is a form of a page, filled in and signed.

    click_through("food_trace", node, browser)

Each person of a story has a browser context of his own with his key in it, signs in
with that key, goes to the page of the record (or of the scenario, where nothing is a
record yet), opens the form, fills in each field as its widget wants it, signs, and
reads what the page then says. A refusal is the page's own: the form is not there, with
the reason why, or the sentence stands beneath the form. Where the browser itself asks
for a field that was left empty, it is seen to ask, and then overruled: the chain
refuses too. Roles are granted by the operator before.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from filled_form import fill_in
from played_city import BareNode
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Response,
    Route,
)

from huabiao.client.described import Records, records_of
from huabiao.client.port import Outcome
from huabiao.client.remote import Answered, Remote
from huabiao.client.signing import call as make_call
from huabiao.client.wallets import open_identity, passphrase, wallet_path
from huabiao.crypto.address import show
from huabiao.crypto.envelope import Call
from huabiao.crypto.keys import Keys
from huabiao.stories import stories
from huabiao.testing.stage import Stage

REASONS = {
    "须有角色": "role.missing",
    "须为": "state.wrong",
    "只有记录中": "party.other",
}
"""How the page's reason for an operation that is not open begins, and the code that
the chain refuses the same call with."""
OUTCOME = re.compile(r"/api/(vault/)?(prepare|envelopes(/signed)?)$")
SECOND_MS = 1_000
Json = dict[str, Any]


def click_through(scenario: str, node: BareNode, browser: Browser) -> None:
    """Walk a story at browsers; Astray where a step does not end as it says."""
    ground = ClickedGround(node, browser)
    stories()[scenario](Stage(scenario, ground))
    ground.close()


@dataclass
class Person:
    """Somebody at his own browser."""

    keys: Keys
    page: Page
    told: Json = field(default_factory=dict)
    """What the node answered last to a call of this page."""
    faults: list[str] = field(default_factory=list)


class ClickedGround:
    """`huabiao.testing.stage.Ground` over the pages of a node."""

    def __init__(self, node: BareNode, browser: Browser) -> None:
        self.node, self.browser = node, browser
        self.city = Remote(node.url)
        self.operator = open_identity(node.home, "operator", self.city.suite_name)
        self._people: dict[str, Person] = {}
        self._keys: dict[str, Keys] = {}
        self._originals: dict[str, bytes] = {}
        self._used: list[str] = []

    def close(self) -> None:
        for person in self._people.values():
            person.page.context.close()
            assert not person.faults, (person.keys.name, person.faults)
        self.city.close()

    # -- what a story asks of its city ---------------------------------------------

    def description(self, scenario: str) -> Json:
        return self.city.description(scenario)

    def account(self, name: str) -> str:
        return show(self._key(name).account)

    def grant(self, scenario: str, role: str, name: str) -> None:
        words = {"scenario": scenario, "role": role, "account": self._key(name).account}
        outcome = self.city.send(
            self.operator, make_call("governance", "grant_role", "clicked", **words)
        )
        assert outcome.accepted, outcome

    def record(self, scenario: str, key: str, name: str | None) -> Json | None:
        path = f"/api/scenarios/{quote(scenario)}/records/{quote(key)}"
        with Remote(self.node.url) as city:
            if name is not None:
                city.as_(self._key(name))
            try:
                found: Json = city.get(path)
            except Answered as answer:
                assert answer.status == 404, answer
                return None
        return found

    @property
    def chain(self) -> str:
        return self.city.chain

    @property
    def now(self) -> int:
        """The last whole second: a form's clock has no parts of one."""
        return int(self.city.status()["time"]) // SECOND_MS * SECOND_MS

    def pass_days(self, days: int) -> bool:
        return False

    def public(self, name: str) -> bytes:
        return self._key(name).public

    def sign(self, name: str, message: bytes) -> bytes:
        return self._key(name).sign(message)

    def digest(self, message: bytes) -> str:
        made = self.city.digest(message).hex()
        self._originals[made] = message
        return made

    def fresh(self, name: str) -> str:
        self._used.append(name)
        return f"{name}-{self._used.count(name)}"

    def _key(self, name: str) -> Keys:
        if name not in self._keys:
            suite = self.city.suite_name
            self._keys[name] = open_identity(self.node.home, name, suite, make=True)
        return self._keys[name]

    # -- at the browser ------------------------------------------------------------

    def send(self, name: str, call: Call) -> Outcome:
        person = self._people.get(name) or self.enter(name)
        operation = self.description(call.contract)["operations"][call.operation]
        page = person.page
        where = f"{self.node.url}/scenarios/{call.contract}"
        if operation["manner"] == "moves":
            where += f"/{quote(call.key, safe='')}"
        page.goto(where)
        form = page.locator(f"#act-{call.operation}")
        if form.count() == 0:
            return Outcome("", 0, 0, *self._reason(page, call.operation))
        form.evaluate("form => { form.closest('details').open = true; }")
        if operation["manner"] != "moves" and operation["keyed"]:
            form.locator("[name='@key']").fill(call.key)
        fill_in(form, operation, call, self._records(call.contract), self._originals)
        return self._press(person, form, operation, call)

    def enter(self, name: str) -> Person:
        """A browser of his own: the key is brought in, and signed in with."""
        self._key(name)
        page = self._context().new_page()
        person = self._people[name] = Person(self._keys[name], page)
        page.on("pageerror", lambda error: person.faults.append(str(error)))

        def hear(route: Route) -> None:
            # A page that goes on at once takes its answers with it: they are read here.
            answer = route.fetch()
            person.told = answer.json()
            route.fulfill(response=answer)

        page.route(OUTCOME, hear)
        page.goto(f"{self.node.url}/keys")
        file = wallet_path(self.node.home, name)
        page.locator("#bring-file").set_input_files(file)
        page.locator("#bring button").click()
        page.locator("#keys li").wait_for()
        page.locator("button#enter").click()
        self._sign(page)
        page.wait_for_url("**/me")
        return person

    def _records(self, scenario: str) -> Records:
        return records_of(self.description(scenario))

    def _context(self) -> BrowserContext:
        context = self.browser.new_context(locale="zh-CN")
        context.set_default_timeout(20_000)
        return context

    def _sign(self, page: Page) -> None:
        dialog = page.locator("dialog#signing")
        dialog.locator("[name=passphrase]").fill(passphrase(self.node.home))
        dialog.locator("button:not([value=cancel])").click()

    def _reason(self, page: Page, operation: str) -> tuple[str, str]:
        """The code and the page's words for a form that is not there."""
        named = page.locator(f"code:text-is('{operation}')")
        closed = page.locator("details li", has=named)
        said = closed.text_content() or ""
        codes = [code for words, code in REASONS.items() if words in said]
        assert len(codes) == 1, said
        return codes[0], said

    def _press(
        self, person: Person, form: Locator, operation: Json, call: Call
    ) -> Outcome:
        """Sign, and see on the page what came of it."""
        page = person.page
        page.evaluate("document.documentElement.dataset.before = ''")
        button = form.locator("button:not([type=button])")
        if form.locator("input:invalid, textarea:invalid").count():
            button.click()
            assert not page.locator("dialog#signing").is_visible()
            form.evaluate("form => { form.noValidate = true; }")
        button.click()
        with page.expect_response(_is_outcome):
            self._sign(page)
        told = person.told
        if "accepted" not in told:
            said = form.locator("[role=status]")
            said.get_by_text(told["detail"][:20]).wait_for()
            return Outcome("", 0, 0, told["code"], told["detail"])
        if told["accepted"]:
            self._see_done(page, form, operation, call)
        else:
            form.locator("[role=status]").get_by_text(told["sentence"]).wait_for()
        return Outcome("", told["height"], 0, told["code"], told["sentence"])

    def _see_done(self, page: Page, form: Locator, operation: Json, call: Call) -> None:
        """A record's page shows the state that it came to; what needs no record says so
        where it was done."""
        if operation["manner"] == "does":
            form.locator("[role=status]").get_by_text("已办成").wait_for()
            return
        page.locator("html:not([data-before])").wait_for(state="attached")
        assert page.locator("h1").inner_text() == call.key
        states = self.description(call.contract)["states"]
        shown = page.locator("main > p > .badge .zh").first.inner_text()
        assert shown in [states[name]["zh"] for name in operation["to"]], shown


def _is_outcome(answer: Response) -> bool:
    """The envelope's outcome, or the problem that kept it from being made or sent."""
    sent = answer.url.endswith(("/api/envelopes/signed", "/api/vault/envelopes"))
    prepared = answer.url.endswith(("/api/prepare", "/api/vault/prepare"))
    return sent or (prepared and not answer.ok)
