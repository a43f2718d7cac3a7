"""
Passkeys of staff in a real Chromium, with its virtual authenticator (CDP, WebAuthn).

WebAuthn Level 3: §7.1 and §7.2 for what a door demands, §6.1.1 for the counter.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, CDPSession, Page
from served_city import Served, serving
from staff_desk import CODE, LEAD, bind, found_office, lead

from huabiao.crypto import keystore
from huabiao.doors.pages.entering import FLOW
from huabiao.doors.pages.passkeys import FRESH_MS, may_add
from huabiao.doors.sessions import BY_CODE, BY_PASSKEY, BY_PROVIDER, Session
from huabiao.services.sign_in.passkeys import relying_party

PASSPHRASE, NAME = "a passphrase of theirs", "张三"
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip
SHOW = "用通行密钥登录"


@pytest.fixture(scope="module")
def office(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A city whose door has a name; its people's files are cheap to open."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keystore, "SCRYPT_N", 16)
        with serving(tmp_path_factory.mktemp("passkeys") / "home", "intl") as served:
            found_office(served)
            served.json("staff", "door", door_of(served))
            yield served


def door_of(served: Served) -> str:
    return served.url.replace("127.0.0.1", "localhost")


@dataclass
class Person:
    """Somebody before a browser, with a telephone for codes and an authenticator."""

    served: Served
    page: Page
    cdp: CDPSession
    device: str
    phone: pyotp.TOTP
    login: str

    def tell(self, what: str, **more: Any) -> Any:
        said = {"authenticatorId": self.device, **more}
        return self.cdp.send(f"WebAuthn.{what}", said)

    def go(self) -> None:
        self.page.goto(f"{door_of(self.served)}/me")

    def enter_by_code(self) -> None:
        self.go()
        for name, text in (
            ("organisation", CODE), ("name", NAME), ("passphrase", PASSPHRASE),
            ("code", self.phone.now()),
        ):  # fmt: skip
            self.page.locator(f"#staff-{name}").fill(text)
        self.page.get_by_role("button", name="工作人员登录").click()
        self.page.locator("h2#passkeys").wait_for()

    def add(self) -> None:
        self.page.get_by_label("名称").fill("办公室手机")
        self.page.get_by_role("button", name="添加通行密钥").click()
        self.page.get_by_role("button", name="移除").wait_for()

    def leave(self) -> None:
        self.page.context.clear_cookies()
        self.go()

    def show(self) -> None:
        self.page.get_by_role("button", name=SHOW).click()

    def is_in(self) -> bool:
        self.page.locator("h2#passkeys").wait_for()
        return lead(self.served) in self.page.content()

    def is_refused(self) -> None:
        self.page.locator("main", has_text="passkey.refused").wait_for()
        self.go()
        assert lead(self.served) not in self.page.content()

    def credential(self) -> dict[str, Any]:
        (found,) = self.tell("getCredentials")["credentials"]
        return dict(found)


@pytest.fixture
def person(office: Served, browser: Browser) -> Iterator[Person]:
    """Enrolled anew, bound, signed in by code, with a passkey added."""
    made = office.json(
        "staff", "enrol", NAME, "--org", CODE, "--passphrase", PASSPHRASE, "--as", LEAD
    )
    phone = pyotp.parse_uri(made["uri"])
    assert isinstance(phone, pyotp.TOTP)
    bind(office, made["login"])
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    made_device = cdp.send(
        "WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR}
    )
    device = made_device["authenticatorId"]
    found = Person(office, page, cdp, device, phone, made["login"])
    found.enter_by_code()
    found.add()
    yield found
    context.close()


def test_added_signed_in_with_and_taken_away(person: Person) -> None:
    page = person.page
    violations = Axe().run(page).response["violations"]
    assert not violations, [each["id"] for each in violations]
    assert person.credential()["rpId"] == "localhost"
    person.leave()
    person.show()
    assert person.is_in() and "工作人员，通行密钥" in page.content()
    assert page.get_by_role("button", name="添加通行密钥").count() == 0
    page.get_by_role("button", name="移除").click()
    page.get_by_role("button", name="移除").wait_for(state="detached")
    person.leave()
    person.show()
    person.is_refused()


def test_a_copied_key_is_void_for_good(person: Person) -> None:
    """Two authenticators with one key: the counter of one does not rise."""
    copy = person.credential()
    for _ in range(2):
        person.leave()
        person.show()
        assert person.is_in()
    newest = person.credential()
    assert newest["signCount"] > copy["signCount"]
    for held in (copy, newest | {"signCount": newest["signCount"] + 50}):
        person.tell("clearCredentials")
        person.tell("addCredential", credential=held)
        person.leave()
        person.show()
        person.is_refused()
    (listed,) = person.served.services["sign_in"].passkeys.of(person.login)
    assert listed.copied


def test_an_answer_is_good_once_at_its_own_door_and_in_its_own_browser(
    person: Person,
) -> None:
    page, sent = person.page, []

    def capture(route: Any) -> None:
        sent.append((route.request.post_data, page.context.cookies()))
        route.abort()

    person.leave()
    page.route("**/sign-in/passkey", capture)
    person.show()
    while not sent:
        page.wait_for_timeout(20)
    ((body, cookies),) = sent
    flow = {each["name"]: each["value"] for each in cookies if each["name"] == FLOW}

    def answer(**cookie: str) -> httpx.Response:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        with httpx.Client(cookies=cookie, trust_env=False) as client:
            address = f"{person.served.url}/sign-in/passkey"
            return client.post(address, content=body, headers=headers)

    assert answer().status_code == 401, "another browser did not begin it"
    assert answer(**flow).status_code == 200
    assert answer(**flow).status_code == 401, "the challenge was used"

    # Signed for the door as it was; the operator's door has another address now.
    sent.clear()
    person.leave()
    person.show()
    while not sent:
        page.wait_for_timeout(20)
    ((body, cookies),) = sent
    flow = {each["name"]: each["value"] for each in cookies if each["name"] == FLOW}
    person.served.json("staff", "door", "http://localhost:1")
    try:
        assert answer(**flow).status_code == 401
    finally:
        person.served.json("staff", "door", door_of(person.served))


def test_whom_the_authenticator_did_not_verify_it_does_not_let_in(
    person: Person,
) -> None:
    person.leave()
    person.tell("setUserVerified", isUserVerified=False)
    person.show()
    said = person.page.locator("form[data-passkey] output")
    said.filter(has_text="NotAllowedError").wait_for()
    assert lead(person.served) not in person.page.content()


def test_a_passkey_ends_with_the_login(person: Person) -> None:
    person.served.json("staff", "end", person.login, "--reason", "left", "--as", LEAD)
    person.leave()
    person.show()
    # Known, and bound to nothing: the page says which login is to be bound.
    person.page.locator("code.hex", has_text=person.login).wait_for()


def test_only_a_fresh_session_by_code_adds_one() -> None:
    now = int(time.time() * 1000)
    opened = Session("id", bytes(20), b"", now, now, "", True, BY_CODE, "login")
    assert may_add(opened) and not may_add(None)
    assert not may_add(replace(opened, opened=now - FRESH_MS - 1_000))
    for way in (BY_PASSKEY, BY_PROVIDER):
        assert not may_add(replace(opened, way=way))


def test_a_door_without_a_name_takes_no_passkeys() -> None:
    for door, name in (
        ("https://city.example", "city.example"), ("http://localhost:1", "localhost"),
        ("http://127.0.0.1:8080", ""), ("https://[::1]:8080", ""), ("", ""),
    ):  # fmt: skip
        assert relying_party(door) == name
