"""What a stranger may send to the doors: each is refused, and the city serves on."""

import gzip
import json
import socket
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from served_city import Served

from huabiao.client.signing import call, sign_envelope
from huabiao.doors.api.guard import LARGEST_BODY

PACKED = {"content-type": "application/msgpack"}


def post(served: Served, content: bytes, **headers: str) -> httpx.Response:
    return httpx.post(
        served.url + "/api/envelopes", content=content, headers=PACKED | headers,
        timeout=30,
    )  # fmt: skip


def is_well(served: Served) -> bool:
    answer = httpx.get(served.url + "/api/health", timeout=5)
    return answer.status_code == 200 and bool(answer.json()["ok"])


def test_an_envelope_with_any_one_byte_changed_is_refused(served: Served) -> None:
    keys, chain = served.keys("hostile"), served.remote().chain
    note = call("evidence", "notarize", digests=[bytes(range(32))])
    whole = sign_envelope(chain, keys, [note])
    spoiled = [
        whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :]
        for at in range(len(whole))
    ]
    spoiled += [whole[:length] for length in range(0, len(whole), 7)]
    spoiled += [whole + b"\x00", whole + whole]
    answers = post(served, msgspec.msgpack.encode(spoiled)).json()
    assert len(answers) == len(spoiled)
    accepted = [n for n, each in enumerate(answers) if each["accepted"]]
    assert accepted == []
    assert {each["code"] for each in answers} <= {
        "envelope.malformed", "envelope.signature", "envelope.chain",
        "envelope.validity",
    }  # fmt: skip
    assert post(served, msgspec.msgpack.encode([whole])).json()[0]["accepted"]
    again = post(served, msgspec.msgpack.encode([whole])).json()[0]
    assert again["code"] == "envelope.replayed"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\x00", b"\xc1", b"\x91", b"\xdd" + b"\xff" * 4, b"\xc6" + b"\xff" * 4,
        b"\x91" * 100_000, b"\xdf\x7f\xff\xff\xff" * 10, b"[]", b"\x90",
        msgspec.msgpack.encode([1, 2]), msgspec.msgpack.encode({"a": 1}),
    ],
)  # fmt: skip
def test_bytes_that_are_no_list_of_envelopes(served: Served, body: bytes) -> None:
    answer = post(served, body)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert is_well(served)


def test_a_compressed_body_is_not_unpacked(served: Served) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 100_000
    answer = post(served, bomb, **{"content-encoding": "gzip"})
    assert 400 <= answer.status_code < 500
    assert is_well(served)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/prepare", b'{"signer":' + b"[" * 50_000),
        ("/api/prepare", b'{"calls":' + b'{"a":' * 20_000),
        ("/api/prepare", b'{"signer":"00","signer":"11","calls":[]}'),
        ("/api/prepare", b"\xff\xfe{}"),
        ("/api/session", b'{"challenge":"' + b"0" * 1_000_000 + b'"}'),
        ("/api/session", json.dumps({"challenge": "\ud800"}).encode()),
        ("/api/envelopes/signed", b'{"body":"zz","signature":"00"}'),
        ("/api/sharing/fetch", b"\x93\xc4\x00\xc4\x00\xc4\x00"),
    ],
)
def test_hostile_documents(served: Served, path: str, body: bytes) -> None:
    answer = httpx.post(
        served.url + path, content=body, headers={"content-type": "application/json"},
        timeout=30,
    )  # fmt: skip
    assert 400 <= answer.status_code < 500, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert is_well(served)


@pytest.mark.parametrize(
    "path",
    [
        "/api/../../etc/passwd", "/static/../../../etc/passwd",
        "/api/proofs/..%2f..%2fx", "/static/%2e%2e/%2e%2e/render.py",
        "/api/scenarios/%00", "/api/envelopes/%ff",
        "/api/directory/search?q=%25%27%22%3b--",
        "/api/directory/search?q=" + "a" * 300,
        "/api/blocks/99999999999999999999", "/api/accounts/hb1%0d%0aset-cookie:x",
        "/api/scenarios/hazardous_waste/records?limit=1000000",
        "/api/scenarios/hazardous_waste/records?after=%27%20OR%201=1",
    ],
)  # fmt: skip
def test_hostile_addresses(served: Served, path: str) -> None:
    answer = httpx.get(served.url + path, timeout=30)
    assert answer.status_code < 500
    assert b"root:" not in answer.content and b"import " not in answer.content
    assert is_well(served)


def test_a_body_that_never_ends_is_cut_off(served: Served) -> None:
    place = urlsplit(served.url)
    with socket.create_connection((place.hostname, place.port), timeout=30) as line:
        line.sendall(
            b"POST /api/envelopes HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n"
            b"content-type: application/msgpack\r\n\r\n"
        )
        chunk = b"10000\r\n" + bytes(65_536) + b"\r\n"
        sent = 0
        try:
            while sent <= 3 * LARGEST_BODY:
                line.sendall(chunk)
                sent += 65_536
        except OSError:
            pass  # the server hung up
        else:
            assert b"413" in line.recv(200)
    assert is_well(served)
