"""
`huabiao up --districts`: both levels in one process, followed, reported, and going on
when they are started again. The real command, its doors over HTTP.
"""

import os
import subprocess

import pytest
from click.testing import CliRunner
from running_levels import stop, until, up
from two_levels import catalog_calls, resource

from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.doors.cli import main
from huabiao.node.districts import DISTRICTS, read_districts
from huabiao.node.home import Home
from huabiao.node.place import NodePlace, write_place
from huabiao.services.databases.population import department_code
from huabiao.testing.ports import free_port


def test_a_city_and_a_district_dock_what_they_hold(towns):
    city, district = towns
    check_levels(city.door, district.door)
    dock(city, district)
    shown = city.run("levels", "show")
    assert "海淀区 Haidian" in shown.output, shown.output
    page = city.door.octets("/levels").decode()
    assert "海淀区" in page and district.door.chain in page
    assert "changed there" in page and "cycle" in page


def check_levels(city, district):
    found, down = city.get("/api/levels"), district.get("/api/levels")
    (anchored,) = found["chains"]
    assert (found["level"], down["level"]) == ("municipal", "district")
    assert anchored["state"] == "following" and anchored["height"] > 0
    assert (anchored["chain"], anchored["suite"]) == (district.chain, "sm")
    assert (anchored["zh"], anchored["code"]) == ("海淀区", "110108")
    assert down["chains"][0]["chain"] == city.chain


def dock(city, district):
    """A catalog is delegated and docked; what the district changes is drift above."""
    for town, catalog in ((city, "UP"), (district, "C")):
        for contract in ("directory", "docking"):
            town.grant(contract, "department", town.keys("dept").account)
        town.does("dept", *catalog_calls(catalog, resource()))
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
