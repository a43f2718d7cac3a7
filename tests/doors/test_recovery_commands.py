"""A person loses every key and comes back by commands alone, two days later."""

import shutil
import time
from pathlib import Path

import pytest
from served_city import Served, serving

from huabiao.crypto.address import show

DAYS = 86_400
GUARDIANS, FRIEND = ("姐姐", "同事", "邻居"), ("--as", "朋友")


@pytest.fixture
def lost(tmp_path: Path) -> "tuple[Served, str]":
    """A city, and the account of somebody whose key file is gone."""
    with serving(tmp_path / "city", "intl") as city:
        for name in ("失主", "朋友", *GUARDIANS):
            city.keys(name)
        named = ("recovery", "guardians", *GUARDIANS, "--needed", "2", "--as", "失主")
        assert city.json(*named)["accepted"]
        account = show(city.keys("失主").account)
        key = city.home / "wallets" / "失主.json"
        shutil.move(key, tmp_path / "thief.json")
        yield city, account


def ask(city: Served, case: str, account: str, name: str = "重来") -> bool:
    asked = ("recovery", "ask", case, account, "--name", name, *FRIEND)
    return bool(city.json(*asked)["accepted"])


def agree(city: Served, case: str) -> None:
    for guardian in GUARDIANS[:2]:
        assert city.json("recovery", "agree", case, "--as", guardian)["accepted"]


def test_who_lost_every_key_comes_back(lost, monkeypatch):
    city, account = lost
    assert ask(city, "r1", account)
    assert ask(city, "r2", account), "asked again: the same key, which lies here"
    wrong = city.json("recovery", "agree", "r1", *FRIEND)
    assert not wrong["accepted"] and wrong["sentence"]
    agree(city, "r1")
    early = city.run("recovery", "finish", "r1", *FRIEND)
    assert early.exit_code == 1 and "recovery.early" in early.stderr

    now = time.time
    monkeypatch.setattr("time.time", lambda: now() + 2 * DAYS + 60)
    assert city.json("recovery", "finish", "r1", *FRIEND)["accepted"]
    assert show(city.keys("重来").account) == account
    document = city.home / "note.txt"
    document.write_text("回来了", "utf-8")
    assert city.json("notarize", str(document), "--as", "重来")["records"]
    shutil.move(city.home.parent / "thief.json", city.home / "wallets" / "贼.json")
    stolen = city.run("key", "token", "贼")
    assert stolen.exit_code == 1 and "retired" in stolen.stderr


def test_who_has_a_key_objects_and_another_name_is_not_taken(lost):
    city, account = lost
    assert ask(city, "r1", account)
    agree(city, "r1")
    taken = city.run("recovery", "ask", "r3", account, "--name", "同事", *FRIEND)
    assert taken.exit_code == 1 and "another name" in taken.stderr
    shutil.move(city.home.parent / "thief.json", city.home / "wallets" / "失主.json")
    objection = ("recovery", "object", "r1", "密钥还在", "--as", "失主")
    assert city.json(*objection)["accepted"]
    shown = city.json("show", "recovery", "r1")
    assert shown["state"] == "contested"
