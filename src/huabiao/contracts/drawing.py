"""
Roles, states and moves: the drawing of a scenario.

    drafted >> moving                  one state to another
    (drafted | returned) >> moving     from either
    moving >> (received | lost)        the operation returns the state it chose
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Title:
    """A name in Chinese and English."""

    zh: str
    en: str


class Role:
    """Who may act. The scenario's lead unit grants and withdraws it."""

    def __init__(self, zh: str, en: str = "") -> None:
        self.zh, self.en, self.name = zh, en, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Role({self.name})"


anyone = Role("任何账户", "anyone")
anyone.name = "anyone"
founder = Role("创世", "genesis")
founder.name = "founder"


CONTRACT = "contract:"


def contract(name: str) -> Role:
    """Nobody but another contract: `by=contract("packets")`."""
    role = Role(f"合约 {name}", f"contract {name}")
    role.name = CONTRACT + name
    return role


class State:
    """Where a record stands in its life."""

    def __init__(self, zh: str, en: str = "", *, final: bool = False) -> None:
        self.zh, self.en, self.final, self.name = zh, en, final, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __or__(self, other: "State | States") -> "States":
        return States((self,)) | other

    def __rshift__(self, other: "State | States") -> "Move":
        return Move((self,), _states(other))

    def __repr__(self) -> str:
        return f"State({self.name})"


class States:
    """Several states, on one side of a move."""

    def __init__(self, members: tuple[State, ...]) -> None:
        self.members = members

    def __or__(self, other: "State | States") -> "States":
        return States(self.members + _states(other))

    def __rshift__(self, other: "State | States") -> "Move":
        return Move(self.members, _states(other))


@dataclass(frozen=True)
class Move:
    """From one of some states to one of some states."""

    sources: tuple[State, ...]
    targets: tuple[State, ...]


def _states(side: State | States) -> tuple[State, ...]:
    return (side,) if isinstance(side, State) else side.members
