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

import pytest
from click.testing import CliRunner

from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.doors.cli import main
from huabiao.node.districts import DISTRICTS, read_districts
from huabiao.services.databases.place import free_port
from huabiao.services.databases.population import department_code


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


def test_a_city_and_a_district_come_up_and_go_on(tmp_path):
    city_port, district_port = free_port(0), free_port(0)
    words = ("--port", str(city_port), "--districts", f"海淀:sm:{district_port}")
    process, told = up(tmp_path, *words)
    (its,) = told["districts"]
    assert (told["suite"], its["suite"], its["name"]) == ("intl", "sm", "haidian")
    with Remote(told["url"]) as city, Remote(its["url"]) as district:
        found = city.get("/api/levels")
        (anchored,) = found["chains"]
        assert found["level"] == "municipal" and anchored["state"] == "following"
        assert anchored["chain"] == district.chain and anchored["height"] > 0
        assert (anchored["zh"], anchored["code"]) == ("海淀区", "110108")
        down = district.get("/api/levels")
        assert down["level"] == "district"
        assert down["chains"][0]["chain"] == city.chain
        register(tmp_path / "districts" / "haidian", district)
        shown = CliRunner().invoke(main, ["levels", "show", "--url", told["url"]])
        assert "海淀区 Haidian" in shown.output, shown.output
        page = city.octets("/levels").decode()
        assert "海淀区" in page and district.chain in page
    stop(process)
    process, again = up(tmp_path, "--port", str(city_port))
    (other,) = again["districts"]
    assert other["chain"] == its["chain"] and other["url"] == its["url"]
    with Remote(again["url"]) as city:
        (reported,) = wait_for_report(city)
        assert reported["route"] == "haidian" and reported["total"]["duties"] == 1
        assert reported["excluded"] == 1 and reported["awaited"] == 0
    stop(process)


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


def wait_for_report(city):
    """The district reports when it comes up again; its packet takes a moment."""
    end = time.monotonic() + 60
    while not (found := city.get("/api/levels")["progress"][1:]):
        assert time.monotonic() < end, "no report came"
        time.sleep(0.05)
    return found


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
