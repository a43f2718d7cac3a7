"""A city after its day, and a node without one, as the browser's tests reach them."""

from dataclasses import dataclass
from pathlib import Path

from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity


@dataclass
class PlayedCity:
    """A city after its day."""

    url: str
    home: Path

    def token(self, name: str) -> str:
        """A session of one of the day's identities, as `huabiao key token` opens it."""
        with Remote(self.url) as city:
            keys = open_identity(self.home, name, city.suite_name)
            return str(city.token(keys)["token"])

    def grant(self, scenario: str, role: str, name: str) -> None:
        """A role for an identity, made where it is not there, by the operator."""
        with Remote(self.url) as city:
            operator = open_identity(self.home, "operator", city.suite_name)
            keys = open_identity(self.home, name, city.suite_name, make=True)
            words = {"scenario": scenario, "role": role, "account": keys.account}
            outcome = city.send(
                operator, call("governance", "grant_role", "test", **words)
            )
            assert outcome.accepted, outcome


@dataclass
class BareNode:
    """A node of an empty city."""

    url: str
    home: Path
