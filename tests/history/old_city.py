"""A city with a past: small segments, a hand-over, files that were notarised."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from huabiao.codec import encode
from huabiao.doors.cli import main
from huabiao.ledger.founding import founding_writes
from huabiao.node.home import Home
from huabiao.node.proving import genesis_members
from huabiao.node.read_model import DurableBlocks
from huabiao.services.index import Index
from huabiao.testing.city import City

SEGMENT_BYTES = 6_000
FILES = [b"a contract", b"a photograph"]


class OldCity:
    """Forty blocks in a home; the member rotates its key at the fifteenth."""

    def __init__(self, folder: Path, suite: str = "intl") -> None:
        self.folder, self.home = folder, folder / "home"
        self.city = city = City(self.home, suite)
        city.ledger.log.segment_bytes = SEGMENT_BYTES
        Home(self.home).genesis.write_bytes(encode(city.genesis))
        self.trust = folder / "trust.json"
        members = [
            {"name": m.name, "public": m.public.hex(), "power": m.power}
            for m in genesis_members(city.ledger)
        ]
        document = {"version": 1, "chain": "test-city", "suite": suite}
        self.trust.write_text(json.dumps({**document, "members": members}))
        self.early = self.notarise()
        self.grow(13)
        city.rotate_member(city.cast("new member"))
        self.grow(24)
        self.late = self.notarise()

    def notarise(self) -> str:
        digests = b"".join(self.city.ledger.digest(file) for file in FILES)
        clerk = self.city.cast("clerk")
        receipt = self.city.call(clerk, "evidence", "notarize", digests=[digests])
        return receipt.envelope.hex()

    def grow(self, blocks: int) -> None:
        for _ in range(blocks):
            self.city.pass_time(60_000)
            self.notarise()

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(main, list(words))

    def json(self, *words: str, code: int = 0) -> Any:
        """The JSON that a command gives, after it left with this exit code."""
        done = self.run(*words, "--json")
        assert done.exit_code == code, (done.output, done.exception)
        return json.loads(done.stdout.strip().splitlines()[-1])

    def archive(self, *words: str) -> Any:
        archive, home = str(self.folder / "archive"), str(self.home)
        return self.json("archive", "--home", home, "-o", archive, *words)

    def verify_archive(self, code: int = 0) -> Any:
        archive, trust = str(self.folder / "archive"), str(self.trust)
        return self.json("archive", "verify", archive, "--trust", trust, code=code)

    def index(self) -> None:
        """The read model, as far as the log is."""
        genesis = self.city.genesis
        index = Index(
            self.home / "index.sqlite", lambda: founding_writes(genesis).items()
        )
        blocks = DurableBlocks(self.home / "blocks", genesis.chain, genesis.suite)
        blocks.height = self.city.ledger.height
        index.add_blocks(list(blocks.blocks(index.height + 1)))
        index.close()

    def prune(self, *words: str, code: int = 0) -> Any:
        return self.json("prune", "--home", str(self.home), *words, code=code)
