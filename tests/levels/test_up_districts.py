"""
`huabiao up --districts`: both levels in one process, followed, reported, and going on
when they are started again. The real command, its doors over HTTP.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from two_levels import catalog_calls, resource

from huabiao.client.fetching import signed_message
from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.codec import encode
from huabiao.crypto.address import parse, show
from huabiao.doors.cli import main
from huabiao.node.districts import DISTRICTS, read_districts
from huabiao.node.home import Home
from huabiao.node.place import NodePlace, write_place
from huabiao.services.databases.population import department_code
from huabiao.services.subject_tags import SubjectTags
from huabiao.testing.ports import free_port


def up(home, *words):
    """The running process and what it says of itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "huabiao", "up", "--home", str(home), "--json", *words],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return process, json.loads(process.stdout.readline())


def stop(process):
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    process.stdout.close()


def test_a_city_and_a_district_share_what_they_hold(tmp_path):
    city_port, district_port = free_port(), free_port()
    words = ("--port", str(city_port), "--districts", f"海淀:sm:{district_port}")
    process, told = up(tmp_path, *words)
    (its,) = told["districts"]
    assert (told["suite"], its["suite"], its["name"]) == ("intl", "sm", "haidian")
    with Remote(told["url"]) as city, Remote(its["url"]) as district:
        check_levels(city, district)
        two = Town(tmp_path, city), Town(tmp_path / "districts" / "haidian", district)
        share(*two)
        dock(*two)
        shown = CliRunner().invoke(main, ["levels", "show", "--url", told["url"]])
        assert "海淀区 Haidian" in shown.output, shown.output
        page = city.octets("/levels").decode()
        assert "海淀区" in page and district.chain in page
        assert "changed there" in page and "cycle" in page
    stop(process)


def check_levels(city, district):
    found, down = city.get("/api/levels"), district.get("/api/levels")
    (anchored,) = found["chains"]
    assert (found["level"], down["level"]) == ("municipal", "district")
    assert anchored["state"] == "following" and anchored["height"] > 0
    assert (anchored["chain"], anchored["suite"]) == (district.chain, "sm")
    assert (anchored["zh"], anchored["code"]) == ("海淀区", "110108")
    assert down["chains"][0]["chain"] == city.chain


@dataclass
class Town:
    """One level: its home, its door, its people."""

    home: Path
    door: Remote

    def keys(self, name):
        return open_identity(self.home, name, self.door.suite_name, make=True)

    def does(self, name, *calls):
        outcome = self.door.send(self.keys(name), *calls)
        assert outcome.accepted, outcome

    def grant(self, contract, role, account):
        self.does("operator", call("governance", "grant_role", "test", role=role,
                                   scenario=contract, account=account))  # fmt: skip

    def uses(self, name):
        """Who used a person's data, as the person's own page says."""
        return self.door.as_(self.keys(name)).get("/api/me/uses")["uses"]


def share(city, district):
    """The city's department reads the district's table; the person sees it on both."""
    purpose, tag, fetch = "救助核对", b"t" * 32, district.keys("fetch")
    for town in (city, district):
        for contract in ("directory", "library", "sharing", "remote_sharing"):
            town.grant(contract, "department", town.keys("dept").account)
        town.grant("identity", "registrar", town.keys("bureau").account)
        person = town.keys("citizen").account
        town.does("bureau", call("identity", "bind_person", account=person, tag=tag))
    register_people(district)
    stand_in = district_account(city, district)
    district.grant("sharing", "department", stand_in)
    now = int(time.time() * 1000)
    terms = [["name"], [], now, now + 86_400_000, 60, 10, 100, "interface"]
    city.does("dept", call(
        "remote_sharing", "ask_for", "A1", route="haidian", table="people", terms=terms,
        purpose=purpose, legal_basis="办法", fetch_key=fetch.public,
    ))  # fmt: skip
    until(lambda: district.door.get("/api/scenarios/sharing/records")["records"])
    district.does("dept", call("sharing", "approve", "beijing.A1", terms=terms))
    request = b"r" * 32
    with closing(SubjectTags(district.home / "subjects.sqlite")) as tags:
        tags.keep({request.hex(): [tag]})  # as the owner's gateway does
    district.does("dept", call(
        "sharing", "receipt", "beijing.A1", request=request, columns=["name"], rows=3,
        at=int(time.time() * 1000), result=b"0" * 32, reader_key=fetch.public,
        reader_signature=fetch.sign(signed_message("beijing.A1", request)),
        subjects=b"s" * 32, subject_count=1,
    ))  # fmt: skip
    (there,) = district.uses("citizen")
    (here,) = until(lambda: city.uses("citizen"))
    assert here["receipt"] == there["receipt"] == request.hex()
    assert here["purpose"] == there["purpose"] == purpose
    assert here["chain"] == "haidian" and here["grant_state"] == "granted"
    assert there["reader_name"].endswith("（beijing）")


def dock(city, district):
    """A catalog is delegated and docked; what the district changes is drift above."""
    city.does("dept", *catalog_calls("UP", resource()))
    for town in (city, district):
        town.grant("docking", "department", town.keys("dept").account)
    city.does("dept", call("docking", "delegate", "D1", route="haidian", catalog="UP",
                           locked=["title", "items"]))  # fmt: skip
    (waiting,) = until(lambda: dockings(district))
    assert (waiting["state"], waiting["other"]) == ("waiting", "UP")
    district.does("dept", call("docking", "dock", "D1", catalog="C"))
    until(lambda: [each for each in dockings(city) if each["state"] == "docked"])
    changed = resource(cycle="weekly")
    district.does("dept", call("directory", "revise_catalog", "C", resource=changed))
    (seen,) = until(lambda: [each for each in dockings(city) if each["drift"]])
    assert (seen["other"], seen["drift"]) == ("C", ["cycle"])


def dockings(town):
    return town.door.get("/api/levels")["dockings"]


def district_account(city, district):
    """The account over there of the city's department, as the API tells it."""
    party = show(city.keys("dept").account)
    found = district.door.get("/api/levels/account", route="beijing", account=party)
    return parse(found["account"])


def register_people(district):
    """A duty, a system, a catalog and a table of the district's department."""
    columns = [["name", "text", "C", 40, False, "", "none", "none", ""]]
    found = ["public", "people", "table", "人员", ["name"], [], []]
    digest = district.door.digest(encode([*found, [each[:6] for each in columns]]))
    district.does(
        "dept",
        *catalog_calls("C", resource()),
        call("directory", "register_system", "S", duty="C-duty", title="系统"),
        call("library", "register_table", "people", catalog="C", system="S",
             structure=["db", *found, 9, 1, digest], columns=columns),
    )  # fmt: skip


def until(looked):
    """What is there as soon as something is there: the carrier takes a moment."""
    end = time.monotonic() + 60
    while not (found := looked()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)
    return found


@pytest.mark.long
def test_what_was_founded_goes_on_and_reports(tmp_path, monkeypatch):
    """The second time the city's doors speak TLS, and what crosses still crosses."""
    words = ("--port", str(free_port()), "--districts", "haidian:sm,通州")
    process, told = up(tmp_path, *words)
    with Remote(told["districts"][0]["url"]) as district:
        register(tmp_path / "districts" / "haidian", district)
    stop(process)
    certificate = certify_doors(tmp_path)
    process, again = up(tmp_path, "--port", words[1])
    monkeypatch.setenv("HUABIAO_CA", str(certificate))
    assert again["url"] == told["url"].replace("http:", "https:")
    for one, other in zip(told["districts"], again["districts"], strict=True):
        assert (one["chain"], one["url"]) == (other["chain"], other["url"])
    with Remote(again["url"]) as city:
        reported, *_ = until(lambda: city.get("/api/levels")["progress"][1:])
        assert reported["route"] == "haidian" and reported["total"]["duties"] == 1
        assert reported["excluded"] == 1 and reported["awaited"] == 0
    stop(process)


def certify_doors(home):
    """The certificate that the doors have from the next start on, its own CA."""
    certificate, key = home / "door.pem", home / "door.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "90", "-subj", "/CN=door",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    place = NodePlace("市级", tls_certificate="door.pem", tls_key="door.key")
    write_place(Home(home), place)
    return certificate


def register(home, district):
    """A department with a duty, and one that is classified."""
    operator = open_identity(home, "operator", "sm")
    open_dept = open_identity(home, "海淀区民政局", "sm", make=True)
    closed = open_identity(home, "某涉密单位", "sm", make=True)
    enlisted = [
        call("levels", "enlist", account=keys.account, title=keys.name,
             code=department_code(n), classified=keys is closed)
        for n, keys in enumerate((open_dept, closed), 1)
    ]  # fmt: skip
    granted = [
        call("governance", "grant_role", "test", scenario="directory",
             role="department", account=keys.account)
        for keys in (open_dept, closed)
    ]  # fmt: skip
    duty = call("directory", "register_duty", "D", office="处", title="救助",
                legal_source="社会救助暂行办法")  # fmt: skip
    assert district.send(operator, *enlisted, *granted).accepted
    assert district.send(closed, duty).code == "department.classified"
    assert district.send(open_dept, duty).accepted


@pytest.mark.parametrize("written", ["atlantis", "haidian,海淀", "haidian:rsa", ""])
def test_a_district_that_is_wrong_is_told_with_the_list(written, tmp_path):
    with pytest.raises(ValueError) as refused:
        read_districts(written)
    if written == "atlantis":
        assert all(each.zh in str(refused.value) for each in DISTRICTS)
    home = str(tmp_path / "home")
    words = ["up", "--home", home, "--districts", written, "--port", "9"]
    told = CliRunner().invoke(main, words)
    assert told.exit_code == 1 and not os.path.exists(home)


def test_names_in_both_languages_suites_and_ports():
    found = read_districts("Haidian, 朝阳:sm,通州区:8090,yanqing:pq:9000")
    assert [(each.district.name, each.suite, each.port) for each in found] == [
        ("haidian", None, None), ("chaoyang", "sm", None),
        ("tongzhou", None, 8090), ("yanqing", "pq", 9000),
    ]  # fmt: skip
    assert len({each.code for each in DISTRICTS}) == 16
