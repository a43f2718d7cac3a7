"""
What stands behind every door: the node, its read model, the sessions, the contracts.

Doors ask here for Descriptions, for the records as people read them, and for whether a
viewer may see one.
"""

import functools
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from huabiao.client.described import parties_in, parties_in_entry, show_stored_record
from huabiao.client.port import Port
from huabiao.codec import decode
from huabiao.crypto.address import parse as parse_account
from huabiao.crypto.address import show as show_account
from huabiao.doors.glimpses import Glimpse, Glimpses
from huabiao.doors.problems import Problem, not_found
from huabiao.doors.sessions import Sessions
from huabiao.doors.visibility import (
    Sight,
    Subject,
    is_public_part,
    may_open,
    may_see,
)
from huabiao.services.index import FollowedIndex
from huabiao.services.subject_tags import SubjectTags

CATCH_UP_SECONDS = 2.0
MOST_EXPORTS = 8
"""Each holds a thread for as long as somebody takes to read it."""


@dataclass
class City:
    """One node as its doors see it."""

    port: Port
    index: FollowedIndex
    services: dict[str, Any]
    sessions: Sessions
    exports: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MOST_EXPORTS)
    )
    _glimpses: Glimpses = field(default_factory=Glimpses)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _shown: tuple[bytes | None, int] = (None, 0)
    _descriptions: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def tags(self) -> SubjectTags:
        """Under which receipts a person's data went out."""
        tags: SubjectTags = self.services["tags"]
        return tags

    def descriptions(self) -> dict[str, dict[str, Any]]:
        """Every Description in force; read anew when governance installs one, and
        with each block while a version waits for its height."""
        installed = self.port.read("governance/installed")
        highest = decode(installed)[2] if installed else 0
        shown = installed, min(self.port.height + 1, highest)
        with self._lock:
            if shown != self._shown or not self._descriptions:
                self._descriptions = self.port.descriptions()
                self._shown = shown
            return self._descriptions

    def glimpse(self, height: int) -> Glimpse | None:
        """A block as lists show it; None where the node has no such block."""
        return self._glimpses.of(self.port, height)

    def description(self, scenario: str) -> dict[str, Any]:
        found = self.descriptions().get(scenario)
        if found is None:
            raise not_found(
                f"链上没有场景“{scenario[:80]}”",
                f"The chain holds no scenario {scenario[:80]!r}",
            )
        return found

    def sight(
        self,
        description: dict[str, Any],
        key: str,
        viewer: bytes | None,
        stored: bytes | None = None,
    ) -> Sight:
        """What a viewer sees of a record, or of what else lies under a key."""
        return may_see(
            description, self._subject(description, key, stored), viewer, self.port
        )

    def sights(
        self,
        description: dict[str, Any],
        records: Mapping[str, bytes],
        viewer: bytes | None,
    ) -> list[Sight]:
        """The same of many records, id and stored value, with one query for all."""

        @functools.cache
        def acted(account: bytes) -> set[str]:
            return self.index.acted_on(description["name"], account, list(records))

        def subject(key: str, stored: bytes) -> Subject:
            parties = functools.partial(parties_in, description, stored)
            return Subject(key, parties, lambda account: key in acted(account))

        return [
            may_see(description, subject(key, stored), viewer, self.port)
            for key, stored in records.items()
        ]

    def opens(self, description: dict[str, Any], key: str, viewer: bytes) -> bool:
        """Whether a viewer may have personal and secret values under a key opened."""
        return may_open(description, self._subject(description, key), viewer, self.port)

    def _subject(
        self, description: dict[str, Any], key: str, stored: bytes | None = None
    ) -> Subject:
        name = description["name"]

        def parties() -> set[bytes]:
            value = stored
            if value is None and description["record"]:
                value = self.port.read(f"{name}/record/{key}")
            if value is not None:
                return parties_in(description, value)
            return self._parties_of_entries(description, key)

        def acted(account: bytes) -> bool:
            return key in self.index.acted_on(name, account, [key])

        return Subject(key, parties, acted)

    def _parties_of_entries(self, description: dict[str, Any], key: str) -> set[bytes]:
        """The accounts in whatever the parts of a contract hold under a key."""
        found: set[bytes] = set()
        for part in description["parts"] if key else ():
            stored = self.port.read(f"{description['name']}/{part}/{key}")
            if stored is not None:
                found |= parties_in_entry(description, part, stored)
        return found

    def sees_entry(
        self,
        description: dict[str, Any],
        part: str,
        key: str,
        stored: bytes,
        viewer: bytes | None,
    ) -> bool:
        """Whether a viewer sees an entry of a part: all or nothing. What a party owns
        is no public total, also where the part is public."""
        parties = parties_in_entry(description, part, stored)
        if not parties and is_public_part(description, part):
            return True
        subject = Subject(key, lambda: parties, lambda account: False)
        return may_see(description, subject, viewer, self.port).whole

    def caught_up(self) -> None:
        """Let the read model reach the newest block, for a moment at most, so that a
        client finds at once what it has just been told is final."""
        if self.index.height < self.port.height:
            self.index.wait_for(self.port.height, CATCH_UP_SECONDS)

    def nothing_found(self, zh: str, en: str) -> Problem:
        """Problem 404, or 503 where the read model is behind and cannot tell."""
        behind = self.port.height - self.index.height
        if behind <= 0:
            return not_found(zh, en)
        return Problem(
            503,
            "index.behind",
            f"读模型落后 {behind} 个区块，尚不知道：{zh}。"
            f" The read model is {behind} blocks behind and does not know yet: {en}.",
            "请稍后再问。 Ask again in a moment.",
        )

    def record(
        self, scenario: str, key: str, viewer: bytes | None, at: int | None = None
    ) -> dict[str, Any]:
        """A record as a viewer sees it, newest or at a height; Problem 404."""
        description = self.description(scenario)
        path = f"{scenario}/record/{key}"
        if at is None:
            stored = self.port.read(path)
        else:
            self.caught_up()
            stored = self.index.value_at(path, at)
        if stored is None or description["record"] is None:
            raise not_found(
                f"没有编号为“{key[:80]}”的{description['title']['zh']}"
                + ("" if at is None else f"（高度 {at}）"),
                f"There is no {scenario} {key[:80]!r}"
                + ("" if at is None else f" at height {at}"),
            )
        sight = self.sight(description, key, viewer, stored)
        return self.shown(description, key, stored, sight) | {"at": at}

    def shown(
        self, description: dict[str, Any], key: str, stored: bytes, sight: Sight
    ) -> dict[str, Any]:
        """A stored record as plain JSON, no more of it than is seen."""
        record = show_stored_record(description, stored)
        return {
            "scenario": description["name"],
            "id": key,
            "state": record["state"],
            "state_title": description["states"].get(record["state"], {}),
            "revision": record["revision"],
            "fields": sight.of(record["fields"]),
            "complete": sight.whole,
        }

    def organisation(self, account: bytes) -> str:
        """The registered name of an account, or how the account is written."""
        stored = self.port.read(f"governance/accounts/{account.hex()}")
        if stored is None:
            stored = self.port.read(f"organisations/accounts/{account.hex()}")
            code = decode(stored)[0] if stored else ""
            stored = self.port.read(f"organisations/organisations/{code}")
        if stored is None:
            return self._of_another_chain(account)
        return str(decode(stored)[0])

    def _of_another_chain(self, account: bytes) -> str:
        """The name of a department of another chain that acts here by an account."""
        stored = self.port.read(f"remote_sharing/readers/{account.hex()}")
        if stored is None:
            return show_account(account)
        route, _, party, name = decode(stored)
        return f"{name or show_account(party)}（{route}）"

    def name_of(self, written: str) -> str:
        """The same of a written account; what is no account stays as it is."""
        try:
            return self.organisation(parse_account(written))
        except ValueError:
            return written
