"""
Documents as their senders wrote them: HOME/documents/, one file under its digest.

The chain holds what a document did to the goods, and the document's digest. Everything
else in it (the times, the ids, sensors, transactions, extensions) lies here, at the
nodes that were given it, and the digest proves that it is what was captured.
"""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huabiao.durable import PUBLIC, write_whole
from huabiao.services.epcis.documents import (
    LARGEST_DOCUMENT,
    listed_events,
    read_document,
)
from huabiao.services.epcis.names import NotEpcis, lot_path

Json = dict[str, Any]
GS1_CONTEXT = re.compile(
    r"^https?://(?:ref\.gs1\.org/standards/epcis|gs1\.github\.io/EPCIS|id\.gs1\.org)/"
)
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class KeptDocuments:
    """The folder of one node. Whoever calls has compared the digest with the chain."""

    folder: Path

    def keep(self, digest: str, raw: bytes) -> None:
        """Durable when this returns; at most LARGEST_DOCUMENT bytes."""
        if len(raw) > LARGEST_DOCUMENT:
            raise ValueError("a document that nobody could have captured")
        self.folder.mkdir(exist_ok=True)
        write_whole(self._path(digest), raw, PUBLIC)

    def find(self, digest: str) -> bytes | None:
        """A document, or None where this node was not given it."""
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError:
            return None

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise FileNotFoundError(digest)
        return self.folder / f"{digest}.jsonld"


def events_about(raw: bytes, paths: Collection[str]) -> Iterator[Json]:
    """A document's events that name one of these, as written and in the order of their
    times, each with what the document's `@context` adds to that of the standard."""
    document = json.loads(raw.decode("utf-8-sig"))
    listed = listed_events(document)
    around = [] if document in listed else _own_terms(document)
    for event in read_document(raw):
        written = listed[event.number - 1]
        if any(path in paths for path in _named(event)):
            inner = [each for each in _own_terms(written) if each not in around]
            own = [*around, *inner]
            told = {name: value for name, value in written.items() if name != "isA"}
            told["type"] = event.kind
            told.pop("@context", None)
            yield ({"@context": own} if own else {}) | told


def _own_terms(holder: Json) -> list[Any]:
    """What a `@context` says beside the standard's own, which every document has."""
    said = holder.get("@context", [])
    entries = said if isinstance(said, list) else [said]
    return [
        each
        for each in entries
        if each and not (isinstance(each, str) and GS1_CONTEXT.match(each))
    ]


def _named(event: Any) -> Iterator[str]:
    names = [each.name for each in (*event.items, *event.inputs, *event.outputs)]
    for name in (*names, *([event.parent] if event.parent else [])):
        try:
            yield lot_path(name)
        except NotEpcis:
            continue
