"""
The data gateways beside a node: those of its home (services/gateway/stands), each
opened when the first reader asks for it, and whatever the day adds.
"""

from pathlib import Path

from sqlalchemy import create_engine

from huabiao.client.wallets import open_identity
from huabiao.crypto.address import parse
from huabiao.node.local_port import LocalPort
from huabiao.services.gateway import Gateway, tag_key
from huabiao.services.gateway.stands import Stand, read_stands
from huabiao.services.subject_tags import SubjectTags

CONNECTIONS = 8


class DataGateways(dict[bytes, Gateway]):
    """By the owner's account; KeyError where the home has none of that owner."""

    def __init__(self, folder: Path, port: LocalPort, tags: SubjectTags) -> None:
        self._folder, self._port, self._tags = folder, port, tags

    def __missing__(self, owner: bytes) -> Gateway:
        for stand in read_stands(self._folder):
            if parse(stand.account) == owner:
                self[owner] = self._open(stand)
                return self[owner]
        raise KeyError(owner)

    def _open(self, stand: Stand) -> Gateway:
        keys = open_identity(self._folder, stand.identity, self._port.suite_name)
        engine = create_engine(
            stand.database, pool_size=CONNECTIONS, max_overflow=CONNECTIONS
        )
        return Gateway(
            self._port, keys, engine, tag_key(self._folder), dict(stand.subjects),
            self._tags.keep,
        )  # fmt: skip
