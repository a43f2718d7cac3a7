"""
Staff of an organisation without a provider: a passphrase and a telephone's code.

pyotp is the telephone (RFC 6238); everything goes through the pages and the API.
"""

import time
from collections.abc import Iterator

import pyotp
import pytest
from served_city import Served
from staff_desk import CODE, LEAD, bind, browser, found_office, lead, reads_for

from huabiao.client.remote import Answered
from huabiao.client.signing import call
from huabiao.crypto import keystore
from huabiao.crypto.address import show
from huabiao.doors.viewer import COOKIE

PASSPHRASE = "a passphrase of theirs"


@pytest.fixture(scope="module", autouse=True)
def office(served: Served) -> Iterator[None]:
    """An organisation; its people's files are cheap to open."""
    found_office(served)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keystore, "SCRYPT_N", 16)
        yield


def enrol(served: Served, name: str, *words: str) -> tuple[str, pyotp.TOTP]:
    """The tag of somebody who is enrolled at the desk, and their telephone."""
    made = served.json(
        "staff", "enrol", name, "--org", CODE, "--passphrase", PASSPHRASE, "--as", LEAD,
        *words,
    )  # fmt: skip
    phone = pyotp.parse_uri(made["uri"])
    assert isinstance(phone, pyotp.TOTP)
    return made["login"], phone


def enter(client, name: str, code: str, **changes: str):
    form = {"organisation": CODE, "name": name, "passphrase": PASSPHRASE, "code": code}
    return client.post("/sign-in/staff", data=form | changes)


def test_who_is_enrolled_and_bound_reads_for_the_account(served):
    login, phone = enrol(served, "张三")
    with browser(served) as client:
        assert "动态码" in client.get("/me").text
        code = phone.now()
        assert enter(client, "张三", code).status_code == 403, "nobody has bound it"
        bind(served, login)
        used = enter(client, "张三", code)
        assert used.status_code == 401 and COOKIE not in used.cookies
        later = phone.at(int(time.time()) + 30)
        assert enter(client, "张三", later).status_code == 200
        assert reads_for(client) == lead(served)
        assert "staff, code" in client.get("/me").text
        served.json("staff", "end", login, "--reason", "离职", "--as", LEAD)
        assert not reads_for(client)


def test_guessing_is_told_nothing_and_locked(served):
    login, phone = enrol(served, "李四")
    bind(served, login)
    with browser(served) as client:
        said = set()
        for changes in (
            {"passphrase": "another passphrase"}, {"code": "12345"}, {"code": ""},
            {"passphrase": ""}, {"code": "1234567"},
        ):  # fmt: skip
            answer = enter(client, "李四", **({"code": phone.now()} | changes))
            said.add((answer.status_code, text_of(answer)))
        unknown = enter(client, "谁也不是", phone.now())
        said.add((unknown.status_code, text_of(unknown)))
        (only,) = {each for each in said if each[0] != 422}
        assert only[0] == 401 and "wrong" in only[1]
        for _ in range(5):
            enter(client, "李四", "000000")
        locked = enter(client, "李四", phone.now())
        assert locked.status_code == 429 and not reads_for(client)


def text_of(answer) -> str:
    """What a problem's page says, without what differs from request to request."""
    return answer.text.partition('class="notice bad"')[2].partition("</p>")[0]


def test_another_site_cannot_send_the_form(served):
    login, phone = enrol(served, "王五")
    bind(served, login)
    with browser(served) as client:
        client.headers["sec-fetch-site"] = "cross-site"
        assert enter(client, "王五", phone.now()).status_code == 403


def test_enrolled_anew_by_the_organisation_it_must_be_bound_anew(served):
    login, old = enrol(served, "赵六")
    bind(served, login)
    again, new = enrol(served, "赵六")
    assert again != login
    with browser(served) as client:
        assert enter(client, "赵六", old.now()).status_code == 401
        assert enter(client, "赵六", new.now()).status_code == 403


@pytest.mark.parametrize("organisation", [CODE, "91110105MA0000001X", "", "../x"])
def test_only_an_organisation_enrols_its_staff(served, organisation):
    asked = {"organisation": organisation, "name": "x", "passphrase": PASSPHRASE}
    with pytest.raises(Answered) as refused:
        served.remote("a stranger").post("/api/staff/accounts", asked)
    assert refused.value.status == 403
    own = {**asked, "organisation": show(served.keys("a stranger").account)}
    with pytest.raises(Answered) as refused:
        served.remote("a stranger").post("/api/staff/accounts", own)
    assert refused.value.status == 403
    with pytest.raises(Answered) as refused:
        served.remote().post("/api/staff/accounts", asked)
    assert refused.value.status == 401


def test_a_closed_account_is_read_for_no_more(served):
    """A delegate's own account, closed while its login stands."""
    keys = served.keys("closing")
    far = int(time.time() * 1000) + 86_400_000
    given = call("organisations", "delegate", CODE, account=keys.account,
                 duty="sign_in", limit=0, until=far)  # fmt: skip
    assert served.remote().send(served.keys(LEAD), given).accepted
    login, phone = enrol(served, "孙七")
    bound = served.json("staff", "bind", login, "--org", CODE, "--as", "closing")
    assert bound["accepted"], bound
    with browser(served) as client:
        enter(client, "孙七", phone.now())
        assert reads_for(client) == show(keys.account)
        publish = call("identity", "publish_key", public=keys.public)
        close = call("identity", "close_account", reason="left")
        assert served.remote().send(keys, publish, close).accepted
        assert not reads_for(client)


def test_a_value_that_staff_open_names_the_account_and_them(served):
    """On the trail of the person whom it is about, and on the chain."""
    for role in ("generator", "carrier"):
        served.grant("hazardous_waste", role, LEAD)
    served.keys("driver of staff")
    waste, record = ("call", "hazardous_waste"), "m-staff"
    drafted = ("waste_code=900-041-49", "declared=1000", "--as", LEAD)
    assert served.json(*waste, "draft", record, *drafted)["accepted"]
    about = ("--as", LEAD, "--about", "driver of staff")
    collected = ("weighed=990", "driver=吴师傅 13800000000", *about)
    assert served.json(*waste, "collect", record, *collected)["accepted"]
    login, phone = enrol(served, "周八")
    bind(served, login)
    asked = {"scenario": "hazardous_waste", "record": record, "field": "driver"}
    with browser(served) as client:
        assert enter(client, "周八", phone.now()).status_code == 200
        shown = client.post("/values", data=asked | {"purpose": "路检"})
        assert shown.status_code == 200 and "吴师傅" in shown.text
    (use,) = served.json("share", "uses", "--as", "driver of staff")["uses"]
    assert (use["reader"], use["login"]) == (lead(served), login)
    assert login in served.browser("driver of staff").get("/me").text
    opened = served.remote(LEAD).post("/api/vault/open", asked | {"purpose": "自查"})
    assert opened["value"]
    uses = served.json("share", "uses", "--as", "driver of staff")["uses"]
    assert sorted(each["login"] for each in uses) == ["", login]
