"""
Finding anything by what one has in hand: a height, an envelope, an account, the number
of a record, words of the directory.

What is found is an address of a page, and says no more than that page does.
"""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

from huabiao.crypto.address import parse, show
from huabiao.doors.city import City

MOST_DIGITS = 12


class Found(NamedTuple):
    """What something is, in both languages; how it is called; its page."""

    zh: str
    en: str
    name: str
    address: str


def find(city: City, text: str) -> list[Found]:
    """Everything that is called so, exactly; nothing is guessed."""
    city.caught_up()
    return [
        *_block(city, text),
        *_envelope(city, text),
        *_account(city, text),
        *_records(city, text),
    ]


def _block(city: City, text: str) -> Iterator[Found]:
    short = text.isdecimal() and len(text) <= MOST_DIGITS
    if short and 1 <= int(text) <= city.port.height:
        height = str(int(text))
        yield Found("区块", "block", height, f"/blocks/{height}")


def _envelope(city: City, text: str) -> Iterator[Found]:
    """By its id or its first 16 digits; `id.n` is what notarised files are told."""
    place = city.index.locate(text.split(".")[0])
    found = city.port.envelope(*place) if place is not None else None
    if found is not None:
        id_ = found.envelope.id.hex()
        yield Found("信封", "envelope", id_, f"/envelopes/{id_}")


def _account(city: City, text: str) -> Iterator[Found]:
    try:
        account = parse(text)
    except ValueError:
        return
    yield Found(
        "账户", "account", city.organisation(account), f"/accounts/{show(account)}"
    )


def _records(city: City, text: str) -> Iterator[Found]:
    """In every scenario, or in the one before a slash."""
    first, slash, rest = text.partition("/")
    for name, description in city.descriptions().items():
        key = rest if slash and first == name else text
        if description["record"] and city.port.read(f"{name}/record/{key}"):
            title = description["title"]
            yield Found(
                title["zh"], title["en"], key, f"/scenarios/{name}/{quote(key)}"
            )
