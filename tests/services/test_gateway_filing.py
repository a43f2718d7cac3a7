"""Entries share envelopes: those that come while two are on their way go together."""

import asyncio
from collections.abc import Sequence

from huabiao.client.port import Outcome
from huabiao.client.signing import call
from huabiao.services.gateway.filing import MOST_UNDER_WAY, Entry, Filing


class Post:
    """Takes envelopes, and answers when it is told to."""

    def __init__(self, code: str = "ok") -> None:
        self.sent: list[list[str]] = []
        self.open, self.code = asyncio.Event(), code

    async def submit(self, entries: Sequence[Entry]) -> Outcome:
        keys = [entry.call.key for entry in entries]
        self.sent.append(keys)
        await self.open.wait()
        refused = self.code != "ok" and "bad" in keys
        return Outcome("id", 1, 0, self.code if refused else "ok", "")


def entry(key: str) -> Entry:
    return Entry(call("sharing", "receipt", key))


async def begin(filing: Filing, post: Post, key: str) -> "asyncio.Task[Outcome]":
    """File an entry; returns when an envelope with it is on its way."""
    before = len(post.sent)
    filed = asyncio.create_task(filing.file(entry(key)))
    while len(post.sent) == before:
        await asyncio.sleep(0)
    return filed


def test_under_load_they_gather_until_an_envelope_is_filed() -> None:
    async def told() -> None:
        post = Post()
        filing = Filing(post.submit)
        first = [await begin(filing, post, f"{n}") for n in range(MOST_UNDER_WAY)]
        crowd = [asyncio.create_task(filing.file(entry(f"c{n}"))) for n in range(300)]
        await asyncio.sleep(0)
        assert len(post.sent) == MOST_UNDER_WAY
        post.open.set()
        outcomes = await asyncio.gather(*first, *crowd)
        assert all(each.accepted for each in outcomes)
        assert [len(keys) for keys in post.sent] == [1] * MOST_UNDER_WAY + [250, 50]

    asyncio.run(told())


def test_one_that_spoils_its_envelope_stops_no_other_nor_those_that_wait() -> None:
    async def told() -> None:
        post = Post("grant.ended")
        filing = Filing(post.submit)
        first = [await begin(filing, post, f"{n}") for n in range(MOST_UNDER_WAY)]
        waiting = [
            asyncio.create_task(filing.file(entry(key))) for key in ("a", "bad", "b")
        ]
        await asyncio.sleep(0)
        post.open.set()
        codes = [each.code for each in await asyncio.gather(*first, *waiting)]
        assert codes == ["ok"] * (MOST_UNDER_WAY + 1) + ["grant.ended", "ok"]

    asyncio.run(told())
