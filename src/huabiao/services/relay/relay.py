"""
Every link between some chains, each in a thread of its own, until told to stop.

The addresses are asked for the chains that they serve; a chain that is away is asked
again, and joins when it is there. For every client on one of these chains that follows
another of them there is a link. A chain that does not answer, or is busy, holds up its
own links and no others: each waits, twice as long after every failure.
"""

import contextlib
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from huabiao.client.port import Busy
from huabiao.client.remote import Answered, Remote, Unreachable
from huabiao.client.wallets import NoSuchIdentity
from huabiao.services.relay.doors import (
    ChainDoors,
    Connect,
    Door,
    Identities,
    introduced,
    sign_in_its_suite,
)
from huabiao.services.relay.figures import chain_figures, link_figures
from huabiao.services.relay.link import Link, Round, Trouble
from huabiao.services.relay.misbehaviour import watch

PAUSE_S, DISCOVER_S, LONGEST_S, LOOK_AGAIN_S = 0.25, 5.0, 30.0, 15.0
MOST_LINKS, MOST_QUIET = 1_000, 40
FOLLOWED = ("following", "frozen")
HELD_UP = (
    Unreachable, Busy, Answered, Trouble, ValueError, LookupError, TypeError,
    msgspec.MsgspecError,
)  # fmt: skip
"""A chain that is away or busy, or a door that answers what cannot be read."""

Say = Callable[[str, str], None]
"""What it is about, and the line; the same line again is for the listener to drop."""


class Relay:
    """Carries between the chains at some addresses."""

    def __init__(
        self, urls: Sequence[str], identities: Identities, say: Say,
        pause: float = PAUSE_S, connect: Connect = Remote,
    ) -> None:  # fmt: skip
        self._urls, self._identities, self._say = list(urls), identities, say
        self._pause, self._connect = pause, connect
        self.chains: dict[str, ChainDoors] = {}
        self.links: dict[tuple[str, str, str], Link] = {}
        self.silent: dict[str, str] = {}

    def figures(self) -> dict[str, Any]:
        """Lag of every link and cost on every chain, as plain JSON."""
        now = int(time.time() * 1000)
        return {
            "links": [link_figures(link, now) for link in [*self.links.values()]],
            "chains": [chain_figures(chain) for chain in [*self.chains.values()]],
            "silent": dict(self.silent),
        }

    def discover(self) -> None:
        """Ask the addresses for chains and clients, and make a link for what is new."""
        self.chains, self.silent = introduced(
            self._urls, self._identities, self.chains, self._connect
        )
        for url, sentence in self.silent.items():
            self._say(f"address {url}", sentence)
        for here in self.chains.values():
            for client, followed in self._clients(here):
                there = self.chains.get(followed)
                if there is None:
                    continue
                key = here.name, there.name, client
                if key not in self.links and len(self.links) < MOST_LINKS:
                    self.links[key] = self._link(here, there, client)

    def _link(self, here: ChainDoors, there: ChainDoors, client: str) -> Link:
        link = Link(Door(here), Door(there), client, self._say)
        link.ask_block = self._asker(here.name, there.name)
        return link

    def _clients(self, here: ChainDoors) -> list[tuple[str, str]]:
        """Names of a chain's clients, and which chains they follow; what is signed
        there from now on is in the suite that it uses now."""
        with contextlib.closing(Door(here)) as door:
            try:
                found = door.records("light_clients", MOST_LINKS)
                clients = [
                    (str(each["id"]), str(each["fields"]["chain"]))
                    for each in found
                    if each["state"] in FOLLOWED
                ]
                if line := sign_in_its_suite(door, self._identities):
                    self._say(f"suite {here.name}", line)
            except (*HELD_UP, NoSuchIdentity) as error:
                self._say(f"chain {here.name}", f"{here.name}：{error}")
                return []
        return clients

    def _asker(self, here: str, there: str) -> Callable[[], None]:
        """How a link has the chain that it reads make a block: by what another link
        writes to it. Nobody writes to a chain that follows nobody here."""

        def ask() -> None:
            writing = [
                link for (name, _, _), link in [*self.links.items()] if name == there
            ]
            # The way back is the useful one; any other makes a block as well.
            writing.sort(key=lambda link: link.there.chain.name != here)
            if writing:
                writing[0].asked.set()
                return
            self._say(
                f"idle {there}",
                f"{there} 没有新区块，也不跟随别的链，中继无法让它出块；它自己的下一笔"
                f"业务会带来新区块。 {there} makes no block and follows no chain here:"
                " its own next envelope does.",
            )

        return ask

    # -- working ---------------------------------------------------------------

    def once(self) -> bool:
        """Do what there is to do now; whether no link was held up."""
        self.discover()
        for link in self.links.values():
            link.lag.trouble = ""
        quiet = 0
        while quiet < MOST_QUIET:
            rounds = [self._try(link) for link in self.links.values()]
            did = [done for done in rounds if done is not None]
            if any(done.sent for done in did):
                quiet = 0
            elif any(done.again for done in did):
                quiet += 1  # a certificate is on its way, or there are further pages
                time.sleep(self._pause)
            else:
                break
        for line in self._watched():
            self._say("misbehaviour", line)
        held_up = any(link.lag.trouble for link in self.links.values())
        return not held_up and not self.silent

    def run(self, stop: threading.Event) -> None:
        """Carry until told to stop. What nobody foresaw ends neither it nor a link."""
        threads: dict[Link, threading.Thread] = {}
        while not stop.is_set():
            self._guard("relay", "中继", self._survey)
            for link in self._alive(threads):
                if link not in threads:
                    carry = threading.Thread(target=self._carry_on, args=(link, stop))
                    threads[link] = carry
                    carry.start()
            stop.wait(DISCOVER_S)
        for thread in threads.values():
            thread.join()
        for link in self.links.values():
            link.close()

    def _survey(self) -> None:
        self.discover()
        for line in self._watched():
            self._say("misbehaviour", line)

    def _alive(self, threads: dict[Link, threading.Thread]) -> list[Link]:
        """Every link; in place of one whose thread has ended there is a new one, which
        remembers nothing of what ended it."""
        for key, link in self.links.items():
            if link in threads and not threads[link].is_alive():
                threads.pop(link).join()
                link.close()
                new = self._link(link.here.chain, link.there.chain, link.client)
                self.links[key] = new
        return [*self.links.values()]

    def _carry_on(self, link: Link, stop: threading.Event) -> None:
        self._guard(f"link {link.name}", link.name, lambda: self._carry(link, stop))

    def _guard(self, about: str, name: str, work: Callable[[], None]) -> None:
        """Do it, and tell of an exception that is no chain's doing."""
        try:
            work()
        except Exception as error:  # of whatever kind: it is begun anew
            at = traceback.extract_tb(error.__traceback__)[-1]
            self._say(
                about,
                f"{name}：意外中断（{error!r:.200}，{at.name} 第 {at.lineno} 行），"
                "稍后重新开始；请报告此行。"
                " Ended unexpectedly and begins anew: please report this line.",
            )

    def _watched(self) -> list[str]:
        found = []
        for chain in self.chains.values():
            try:
                found += watch(chain, [*self.links.values()])
            except HELD_UP as error:
                self._say(f"watch {chain.name}", f"{chain.name}：{error}")
        return found

    def _try(self, link: Link) -> Round | None:
        """A round, or None where it was held up; the lag says by what."""
        try:
            done = link.round()
        except HELD_UP as error:
            link.lag.trouble = str(error)
            self._say(f"link {link.name}", f"{link.name}：{error}")
            return None
        link.lag.trouble = ""
        return done

    def _carry(self, link: Link, stop: threading.Event) -> None:
        failures = 0
        while not stop.is_set():
            before = _heights(link)
            done = self._try(link)
            if done is None:
                failures += 1
                stop.wait(min(LONGEST_S, self._pause * 2**failures))
                continue
            failures = 0
            if not done.sent:
                stop.wait(self._pause)
                if not done.again:
                    self._wait_for_news(link, before, done.due, stop)

    def _wait_for_news(
        self, link: Link, before: tuple[int, int] | None, due: float,
        stop: threading.Event,
    ) -> None:  # fmt: skip
        """Until one of the two has another block than before the last round, until
        something is due, or for a while."""
        end = time.monotonic() + LOOK_AGAIN_S
        while not stop.is_set() and not link.asked.is_set():
            if time.monotonic() > end or time.time() * 1000 > due:
                return
            if _heights(link) != before:
                return
            stop.wait(self._pause)


def _heights(link: Link) -> tuple[int, int] | None:
    """Of both chains; None where one does not answer, which the round will tell."""
    try:
        return link.here.height(), link.there.height()
    except HELD_UP:
        return None
