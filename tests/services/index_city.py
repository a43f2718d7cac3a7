"""A test city whose blocks an index can follow, and a small contract to search in."""

import inspect
import threading
from collections.abc import Iterator
from typing import Any

from huabiao.crypto.keys import Keys
from huabiao.ledger.block import decode_logged
from huabiao.platform import governance, membership
from huabiao.proofs.header import decode_header, header_hash
from huabiao.scenarios import hazardous_waste
from huabiao.services.index import Index, KeptBlock
from huabiao.testing import City

SOURCES = [
    inspect.getsource(module) for module in (governance, membership, hazardous_waste)
]
WASTE = "hazardous_waste"
DIRECTORY = '''
"""A directory for the test of the search: columns and who answers for them."""

from huabiao.contracts import (
    ListOf, Maybe, Party, Record, Registry, Scenario, Text, Title, anyone, does,
)


class Column(Record):
    owner: Party
    title: Text
    words: ListOf[Text]


class Receipt(Record):
    reader: Party
    columns: ListOf[Text]
    grant: Text


class Condition(Record):
    column: Text
    values: ListOf[Text]


class Terms(Record):
    conditions: ListOf[Condition]


class Grant(Record):
    purpose: Text
    terms: Maybe[Terms] = None


class {name}(Scenario):
    """Columns that people look for."""

    title = Title(zh="目录", en="Directory")

    columns = Registry(Column)
    receipts = Registry(Receipt)
    grants = Registry(Grant)

    @does(by=anyone, keyed=True)
    def register(self, title: Text, words: ListOf[Text]) -> None:
        """Register a column."""
        self.columns.put(self.key, Column(self.caller, title, words))

    @does(by=anyone, keyed=True)
    def strike(self) -> None:
        """Remove a column."""
        self.columns.remove(self.key)

    @does(by=anyone, keyed=True)
    def grant(self, purpose: Text, terms: Maybe[Terms] = None) -> None:
        """Grant something."""
        self.grants.add(self.key, Grant(purpose, terms))

    @does(by=anyone, keyed=True)
    def receive(self, columns: ListOf[Text], grant: Text) -> None:
        """Receipt something."""
        self.receipts.add(self.key, Receipt(self.caller, columns, grant))
'''


def view(city: City, height: int) -> KeptBlock:
    """A block as the city's log holds it."""
    ledger = city.ledger
    kept = decode_logged(ledger.log.read(height))
    header, hash_ = decode_header(kept.header), header_hash(ledger.digest, kept.header)
    return KeptBlock(header, hash_, kept.envelopes, kept.receipts)


class CityPort:
    """The part of a port that the index asks for, over a test city."""

    chain = "test-city"

    def __init__(self, city: City) -> None:
        self.city = city

    @property
    def height(self) -> int:
        return self.city.ledger.height

    def block(self, height: int) -> KeptBlock | None:
        return view(self.city, height) if 1 <= height <= self.height else None

    def blocks(self, start: int) -> Iterator[KeptBlock]:
        for height in range(start, self.height + 1):
            yield view(self.city, height)

    def descriptions(self) -> dict[str, dict[str, Any]]:
        contracts = self.city.ledger.contracts
        return {name: loaded.description for name, loaded in contracts.items()}

    def wait_for(self, height: int, seconds: float) -> bool:
        threading.Event().wait(min(seconds, 0.01))
        return self.height >= height


def take_in(index: Index, city: City) -> Index:
    """Bring an index to the city's height."""
    port = CityPort(city)
    for block in port.blocks(index.height + 1):
        index.add_block(block, port.descriptions())
    return index


def install(city: City, name: str) -> None:
    """Put the test's contract on the chain under a name."""
    source = DIRECTORY.replace("{name}", name)
    proposal = f"install-{name}"
    city.call(
        city.admin, "governance", "propose", proposal,
        action="install_contract", source=source,
    )  # fmt: skip
    city.call(city.admin, "governance", "approve", proposal)


def cast(city: City) -> tuple[Keys, Keys, Keys]:
    """A plant, a truck and a furnace, each with its role."""
    names = ("generator", "carrier", "facility")
    found = tuple(city.cast(name) for name in names)
    for role, keys in zip(names, found, strict=True):
        city.grant(WASTE, role, keys)
    return found  # type: ignore[return-value]


def drafted(city: City, plant: Keys, *ids: str, code: str = "900-041-49") -> None:
    """Manifests of the plant, each in a block of its own."""
    for id_ in ids:
        city.call(plant, WASTE, "draft", id_, waste_code=code, declared=1000)
