"""
Documents as their senders wrote them: HOME/documents/, under their digests.

The chain holds what a document did to the goods, and the document's digest. Everything
else in it (the times, the ids, sensors, transactions, extensions) lies here, at the
nodes that were given it, and the digest proves that it is what was captured.
"""

import contextlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from huabiao.durable import PUBLIC, write_whole
from huabiao.services.epcis.documents import (
    kind_of,
    listed_events,
    read_document,
)
from huabiao.services.epcis.names import NotEpcis, lot_path

Json = dict[str, Any]
GS1_CONTEXT = re.compile(
    r"^https?://(?:ref\.gs1\.org/standards/epcis|gs1\.github\.io/EPCIS|id\.gs1\.org)/"
)
INDEX = ".index"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class KeptDocuments:
    """The folder of one node. Whoever calls has compared the digest with the chain."""

    folder: Path

    def keep(self, digest: str, raw: bytes) -> None:
        """A document that can be read; durable when this returns."""
        index = msgspec.json.encode(index_of(raw))
        self.folder.mkdir(exist_ok=True)
        write_whole(self._path(digest, INDEX), index, PUBLIC)
        write_whole(self._path(digest), raw, PUBLIC)

    def find(self, digest: str) -> bytes | None:
        """A document, or None where this node was not given it."""
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError:
            return None

    def events(self, digest: str, paths: Collection[str]) -> list[Json] | None:
        """Its events that name one of these, as written and in the order of their
        times; None where this node was not given it."""
        raw = self.find(digest)
        if raw is None:
            return None
        index = msgspec.json.decode(self._path(digest, INDEX).read_bytes(), type=Index)
        return events_of(raw, index, paths)

    def _path(self, digest: str, suffix: str = ".jsonld") -> Path:
        if not _DIGEST.fullmatch(digest):
            raise FileNotFoundError(digest)
        return self.folder / (digest + suffix)


class Index(msgspec.Struct):
    """Where a document's events are: numbers of events from 0, in the order of their
    times, and for each name's path the events that have it."""

    order: list[int]
    places: dict[str, list[int]]


def index_of(raw: bytes) -> Index:
    """Made once, when a document is kept: to read ten thousand names takes a second."""
    index = Index([], {})
    for event in read_document(raw):
        index.order.append(event.number - 1)
        for name in dict.fromkeys(event.named):
            with contextlib.suppress(NotEpcis):
                index.places.setdefault(lot_path(name), []).append(event.number - 1)
    return index


def events_of(raw: bytes, index: Index, paths: Collection[str]) -> list[Json]:
    """The events that name one of these, each with what the document's `@context` adds
    to that of the standard."""
    wanted = {number for path in paths for number in index.places.get(path, ())}
    document = json.loads(raw.decode("utf-8-sig"))
    listed = listed_events(document)
    around = [] if document in listed else _own_terms(document)
    found = []
    for number in index.order:
        if number in wanted:
            written = listed[number]
            inner = [each for each in _own_terms(written) if each not in around]
            own = [*around, *inner]
            told = {name: value for name, value in written.items() if name != "isA"}
            told["type"] = kind_of(written)
            told.pop("@context", None)
            found.append(({"@context": own} if own else {}) | told)
    return found


def _own_terms(holder: Json) -> list[Any]:
    """What a `@context` says beside the standard's own, which every document has."""
    said = holder.get("@context", [])
    entries = said if isinstance(said, list) else [said]
    return [
        each
        for each in entries
        if each and not (isinstance(each, str) and GS1_CONTEXT.match(each))
    ]
