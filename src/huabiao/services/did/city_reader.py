"""
A city's chain as our DID method reads it: the newest from the node, what was from the
read model.
"""

import os

from huabiao.client.port import Port
from huabiao.client.trusting import trusted
from huabiao.services.did.resolver import Resolver
from huabiao.services.did.web_method import WebDids
from huabiao.services.index import FollowedIndex

SETTING = "HUABIAO_DID_WEB"
CATCH_UP_SECONDS = 2.0


class CityReader:
    """`chain_method.ChainReader` over a node and its read model."""

    def __init__(self, port: Port, index: FollowedIndex) -> None:
        self._port, self._index = port, index

    @property
    def chain(self) -> str:
        return self._port.chain

    @property
    def suite_name(self) -> str:
        return self._port.suite_name

    def value(self, key: str, height: int | None) -> bytes | None:
        if height is None:
            return self._port.read(key)
        self._caught_up()
        return self._index.value_at(key, height)

    def height_at(self, time: int) -> int:
        self._caught_up()
        return self._index.height_at(time)

    def time_of(self, height: int) -> int:
        self._caught_up()
        return self._index.time_of(height)

    def _caught_up(self) -> None:
        self._index.wait_for(self._port.height, CATCH_UP_SECONDS)


def city_resolver(port: Port, index: FollowedIndex) -> Resolver:
    """
    The resolver of a city. HUABIAO_DID_WEB says which did:web it fetches: `public`
    (where nothing is said), `private` too, for partners in a network of one's own, or
    `off`. ValueError for anything else.
    """
    setting = os.environ.get(SETTING) or "public"
    if setting not in ("public", "private", "off"):
        raise ValueError(
            f"{SETTING} 应为 public、private 或 off，得到“{setting}”。"
            f" {SETTING} is public, private or off, not {setting!r}."
        )
    context = trusted("https://")
    web = WebDids(setting == "private", None if isinstance(context, bool) else context)
    return Resolver(CityReader(port, index), None if setting == "off" else web)
