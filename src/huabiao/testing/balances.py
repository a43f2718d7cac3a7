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

Standing = dict[str, int]


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
            keep(standing[path], account, decode(value)[0] if value else 0)
        elif path.removesuffix("_pending") in books:
            held = standing[path.removesuffix("_pending")]
            keep(held, f"pending {account}", decode(value)[2] if value else 0)
        elif not key:
            broken += [
                f"{height}: {path} {sentence}"
                for path, each in standing.items()
                for sentence in _faults(each, books[path].sources)
            ]
    return broken


def writes_of(city: City) -> Iterator[tuple[int, str, bytes | None]]:
    """(height, key, value) of each write, and an empty key where a block ends."""
    for height in range(1, city.ledger.height + 1):
        for receipt in receipts_of(decode_logged(city.ledger.log.read(height))):
            for result in receipt.results:
                yield from ((height, key, value) for key, value in result.writes)
        yield height, "", None


def keep(standing: Standing, account: str, amount: int) -> None:
    """Remember what stands on an account; one at zero is forgotten."""
    if amount:
        standing[account] = amount
    else:
        standing.pop(account, None)


def _faults(standing: Standing, sources: tuple[str, ...]) -> Iterator[str]:
    if sum(standing.values()):
        yield f"sums to {sum(standing.values())}"
    for account, amount in standing.items():
        if amount < 0 and account.partition("/")[0] not in sources:
            yield f"holds {amount} on {account}"
