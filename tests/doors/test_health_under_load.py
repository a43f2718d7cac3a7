"""
Health and metrics answer within a second while a client floods the node: the bound of
the issue.
"""

import asyncio
import subprocess
import sys
import time

import httpx
import msgspec
from served_city import Served

from huabiao.client.signing import call, sign_envelope

FLOOD = """
import sys, time, httpx
body = open(sys.argv[2], "rb").read()
print("go", flush=True)
end, sent = time.monotonic() + 4, 0
with httpx.Client(base_url=sys.argv[1], timeout=60) as city:
    while time.monotonic() < end:
        answer = city.post("/api/envelopes", content=body,
                           headers={"content-type": "application/msgpack"})
        sent += answer.status_code == 200
print(sent, flush=True)
"""


def test_health_answers_within_a_second(served: Served, tmp_path) -> None:
    chain, keys = served.remote().chain, served.keys("flood")
    until = int(time.time() * 1000) + 240_000
    envelopes = [
        sign_envelope(
            chain, keys, [call("evidence", "notarize", digests=[bytes(32)])],
            valid_until=until,
        )
        for _ in range(1_000)
    ]  # fmt: skip
    (tmp_path / "body").write_bytes(msgspec.msgpack.encode(envelopes))
    words = [sys.executable, "-c", FLOOD, served.url, str(tmp_path / "body")]
    floods = [subprocess.Popen(words, stdout=subprocess.PIPE) for _ in range(2)]
    for flood in floods:
        assert flood.stdout is not None and flood.stdout.readline() == b"go\n"
    waits = asyncio.run(ask(served.url))
    assert len(waits) > 10
    for flood in floods:
        out, _ = flood.communicate(timeout=120)
        assert int(out) > 0, "the flood never got through"
    assert max(waits) < 1.0, waits


async def ask(url: str) -> list[float]:
    waits = []
    async with httpx.AsyncClient(base_url=url, timeout=30) as city:
        end = time.monotonic() + 3
        while time.monotonic() < end:
            for path in ("/api/health", "/api/metrics"):
                before = time.monotonic()
                answer = await city.get(path)
                waits.append(time.monotonic() - before)
                assert answer.status_code == 200
                if path == "/api/health":
                    assert answer.json()["ok"]
            await asyncio.sleep(0.05)
    return waits
