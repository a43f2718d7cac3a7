"""A contract that uses each part in every way, for the tests of the parts' laws."""

from pathlib import Path

from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.testing.city import City

LAB = "laboratory"
HEAD = '''"""Every use of a part."""
from huabiao.contracts import (
    Approval, Books, Bytes, Code, Count, Day, Deadline, Digest, Fen, Grams, Labels,
    ListOf, Number, Objections, Party, Record, Scenario, Sealed, Text, Title, anyone,
    does,
)


class Bid(Record):
    """What is sealed."""

    price: Fen
    note: Text = ""


class Laboratory(Scenario):
    """Uses parts."""

    title = Title(zh="实验", en="Laboratory")
    visible = "public"
'''


def lab_city(folder: Path, body: str, *contracts: str) -> City:
    """A city with governance, the named platform contracts and a laboratory."""
    named = [f"class {name}(Scenario)" for name in contracts]
    others = [
        source for source in shipped_sources() if any(name in source for name in named)
    ]
    return City(folder, sources=[*founding_sources(), *others, HEAD + body])
