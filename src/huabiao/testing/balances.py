"""
Whether the books of every contract balance, at every height of a city's block log.

This is the first law of `huabiao.contracts.Books`, read from the receipts alone and not
from what the part itself says: after each block the balances of all accounts of a book
and the amounts that are pending sum to zero, and only sources are below zero.
"""

from collections.abc import Iterator

from huabiao.codec import decode
from huabiao.contracts import Books
from huabiao.ledger.block import decode_logged, receipts_of
from huabiao.testing.city import City

Standing = dict[str, tuple[int, str]]
"""What stands on an account, and of which thing, in books of many things."""


def unbalanced(city: City) -> list[str]:
    """Each height at which a book breaks its laws, as a sentence; none: it balances."""
    books = {
        f"{name}/{part.name}": part
        for name, contract in city.ledger.contracts.items()
        for part in contract.scenario.drawing.parts.values()
        if isinstance(part, Books)
    }
    standing: dict[str, Standing] = {path: {} for path in books}
    broken = []
    for height, key, value in writes_of(city):
        path, _, account = key.partition("/")
        part, _, account = account.partition("/")
        path = f"{path}/{part}"
        if path in books:
            thing = thing_of(books[path], account)
            keep(standing[path], account, decode(value)[0] if value else 0, thing)
        elif (book := path.removesuffix("_pending")) in books:
            held = decode(value) if value else ["", "", 0]
            thing = thing_of(books[book], held[0])
            keep(standing[book], f"pending {account}", held[2], thing)
        elif not key:
            broken += [
                f"{height}: {path} {sentence}"
                for path, each in standing.items()
                for sentence in _faults(each, books[path])
            ]
    return broken


def writes_of(city: City, first: int = 1) -> Iterator[tuple[int, str, bytes | None]]:
    """(height, key, value) of each write from a height on, and an empty key where a
    block ends."""
    for height in range(first, city.ledger.height + 1):
        for receipt in receipts_of(decode_logged(city.ledger.log.read(height))):
            for result in receipt.results:
                yield from ((height, key, value) for key, value in result.writes)
        yield height, "", None


def thing_of(book: Books, account: str) -> str:
    """Of which thing an account is; nothing in books of one."""
    return account.rpartition("@")[2] if book.many else ""


def keep(standing: Standing, account: str, amount: int, thing: str) -> None:
    """Remember what stands on an account; one at zero is forgotten."""
    if amount:
        standing[account] = amount, thing
    else:
        standing.pop(account, None)


def _faults(standing: Standing, book: Books) -> Iterator[str]:
    sums: dict[str, int] = {}
    for account, (amount, thing) in standing.items():
        sums[thing] = sums.get(thing, 0) + amount
        if amount < 0 and account.partition("@")[0].partition("/")[0] not in (
            book.sources
        ):
            yield f"holds {amount} on {account}"
    for thing, amount in sums.items():
        if amount:
            yield f"sums to {amount} {thing}".rstrip()
