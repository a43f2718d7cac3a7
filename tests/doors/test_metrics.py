"""
GET /api/metrics is Prometheus' text format, and its figures are what was done.

The parser here is strict on purpose, after
https://prometheus.io/docs/instrumenting/exposition_formats/ : every sample has a type
that was told before it, no series comes twice, and the text ends with a line feed.
"""

import os
import re
import shutil

import httpx
import pytest
from served_city import Served

from huabiao.client.port import Outcome
from huabiao.client.signing import call, sign_envelope
from huabiao.doors.api.metrics import write
from huabiao.node import measuring

Labels = tuple[tuple[str, str], ...]
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf"(?P<name>{NAME})(?:\{{(?P<labels>.*)\}})? (?P<value>\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')
ESCAPES = {r"\\": "\\", r"\"": '"', r"\n": "\n"}


def parse(text: str) -> dict[tuple[str, Labels], float]:
    """Every sample by name and labels; AssertionError for what is no such text."""
    assert text.endswith("\n")
    types: dict[str, str] = {}
    found: dict[tuple[str, Labels], float] = {}
    for line in text[:-1].split("\n"):
        if line.startswith("# "):
            word, name, rest = line[2:].split(" ", 2)
            assert word in ("HELP", "TYPE") and re.fullmatch(NAME, name), line
            if word == "TYPE":
                assert name not in types and rest in ("gauge", "counter"), line
                types[name] = rest
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, line
        name = sample["name"]
        assert name in types, f"{name} has no type"
        assert (types[name] == "counter") == name.endswith("_total"), name
        key = name, labels_of(sample["labels"] or "")
        assert key not in found, f"{key} comes twice"
        found[key] = float(sample["value"])
    return found


def labels_of(written: str) -> Labels:
    pairs, at = [], 0
    while at < len(written):
        label = LABEL.match(written, at)
        assert label, written
        value = re.sub(r"\\.", lambda each: ESCAPES[each[0]], label[2])
        pairs.append((label[1], value))
        at = label.end()
    return tuple(pairs)


def asked(served: Served) -> dict[tuple[str, Labels], float]:
    answer = httpx.get(f"{served.url}/api/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return parse(answer.text)


def code(name: str) -> tuple[str, Labels]:
    return "huabiao_envelopes_total", (("code", name),)


def test_metrics_tell_what_was_done(served: Served) -> None:
    city, keys = served.remote(), served.keys("measured")
    before = asked(served)
    notarise = call("evidence", "notarize", digests=[bytes(32)])
    good = [sign_envelope(city.chain, keys, [notarise]) for _ in range(3)]
    forged = bytearray(sign_envelope(city.chain, keys, [notarise]))
    forged[-1] ^= 1
    elsewhere = sign_envelope("another-chain", keys, [notarise])
    told = city.submit([*good, bytes(forged), b"\xc1", elsewhere])
    assert [each.code for each in told] == [
        "ok", "ok", "ok", "envelope.signature", "envelope.malformed", "envelope.chain",
    ]  # fmt: skip
    assert served.node.index.wait_for(told[0].height, 10)
    after = asked(served)

    def more(key: tuple[str, Labels]) -> float:
        return after[key] - before.get(key, 0)

    assert more(code("ok")) == 3
    for refused in ("signature", "malformed", "chain"):
        assert more(code(f"envelope.{refused}")) == 1
    assert after["huabiao_height", ()] == told[0].height == served.node.port.height
    assert more(("huabiao_blocks_total", ())) == more(("huabiao_height", ())) == 1
    assert after["huabiao_index_height", ()] == told[0].height
    assert after["huabiao_index_lag_blocks", ()] == 0
    assert after["huabiao_pool_envelopes", ()] == 0


def test_sizes_are_those_on_disk(served: Served) -> None:
    found = asked(served)
    segments = (served.home / "blocks").glob("*.log")
    assert found["huabiao_log_bytes", ()] == sum(e.stat().st_size for e in segments)
    size = shutil.disk_usage(served.home).total
    assert found["huabiao_disk_size_bytes", ()] == size
    memory = found["huabiao_resident_memory_bytes", (("process", "node"),)]
    assert 20 * 2**20 < memory < os.sysconf("SC_PHYS_PAGES") * 4096
    cpu = ("huabiao_cpu_seconds_total", (("process", "node"),))
    assert 0 < found[cpu] <= asked(served)[cpu]


def test_a_peer_may_call_itself_what_it_likes() -> None:
    name = 'a"b\\c\nd} 1'
    text = write({"chain": "c"}, {"peer_sent_bytes": {name: 2**40, "市": 7}})
    key = "huabiao_peer_sent_bytes_total"
    assert parse(text)[key, (("peer", name),)] == 2**40
    assert parse(text)[key, (("peer", "市"),)] == 7


def test_a_code_that_could_say_something_is_not_counted_by_name() -> None:
    counts = measuring.Counts()
    said = ["ok", "张三 13800000000", "x" * 65, *(f"c{n}" for n in range(500))]
    counts.add(Outcome("", 0, 0, code, "").code for code in said)
    found = counts.by_code()
    assert len(found) <= measuring.MOST_CODES + 1
    assert found["other"] == len(said) - len(found) + 1
    assert sum(found.values()) == len(said) and not any("张" in each for each in found)


@pytest.mark.parametrize(
    ("free", "total", "said"),
    [
        (2**30 - 1, 2**31, "1023 MiB"),
        (3 * 2**30, 100 * 2**30, "3.0%"),
        (2**36, 2**40, ""),
    ],
)
def test_a_disk_that_fills_is_an_alert(
    served: Served, monkeypatch: pytest.MonkeyPatch, free: int, total: int, said: str
) -> None:
    monkeypatch.setattr(measuring, "disk_left", lambda folder: (free, total))
    health = httpx.get(f"{served.url}/api/health").json()
    assert health["ok"] and health["disk_free"] == free
    alerts = [each for each in health["alerts"] if "MiB" in each]
    assert bool(alerts) == bool(said) and all(said in each for each in alerts)
    shown = served.run("status").output
    assert f"{free // 2**20} MiB" in shown and said in shown
    told = [line for line in shown.splitlines() if "警报" in line and "MiB" in line]
    assert bool(told) == bool(said)
