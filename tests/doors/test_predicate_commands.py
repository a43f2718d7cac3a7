"""
Predicates from the command line: from issuer to holder, from holder to verifier.

The definition's primes are stored ones (tests/vectors/predicates.json), as to make some
takes a minute; the long test makes its own with `predicate define`.
"""

import json
from pathlib import Path

import pytest
from click.testing import Result
from served_city import Served

from huabiao.client.sealed_folder import SealedFolder
from huabiao.client.signing import call
from huabiao.services import predicates
from huabiao.services.credentials import jws
from huabiao.services.credentials.dids import chain_signer
from huabiao.services.credentials.jws import read_payload

TYPE = "PersonalFacts"
STORED = json.loads(
    Path(__file__).parents[1].joinpath("vectors/predicates.json").read_text("utf-8")
)
FILES = {"offer", "asked", "values", "given", "question", "proof"}
VALUES = {"birth": 19900102, "income": 250000, "name": "赵师傅"}


@pytest.fixture
def accredited(served: Served) -> Served:
    """`registry` may issue the type."""
    served.grant("accreditation", "root", "accreditor")
    far, city = 1_999_999_999_000, served.remote()
    for sender, made in (
        ("accreditor", call("accreditation", "accredit_body", types=[TYPE], until=far,
                            account=served.keys("facts board").account)),
        ("facts board", call("accreditation", "accredit_issuer", credential_type=TYPE,
                             until=far, account=served.keys("registry").account)),
    ):  # fmt: skip
        told = city.send(served.keys(sender), made)
        assert told.accepted or told.code == "entry.exists", told
    served.keys("zhao")
    return served


class Desk:
    """The commands, with files of a folder by their names."""

    def __init__(self, served: Served, folder: Path) -> None:
        self.served, self.folder = served, folder
        (folder / "values").write_text(json.dumps(VALUES, ensure_ascii=False), "utf-8")

    def run(self, name: str, *words: str, out: str = "", by: str = "") -> Result:
        given = [str(self.folder / each) if each in FILES else each for each in words]
        given += ["--by", str(self.folder / "facts")] if name != "define" else []
        given += ["--out", str(self.folder / out)] if out else []
        return self.served.run("predicate", name, *given, *(("--as", by) if by else ()))

    def from_issuer_to_verifier(self) -> None:
        for step in (
            self.run("offer", out="offer", by="registry"),
            self.run("request", "offer", out="asked", by="zhao"),
            self.run("issue", "offer", "asked", "values", "--until", "20991231",
                     out="given", by="registry"),
            self.run("hold", "given", by="zhao"),
            self.run("ask", "--over", "18", "--holds", "income>=120000",
                     out="question"),
            self.run("prove", "question", out="proof", by="zhao"),
        ):  # fmt: skip
            assert step.exit_code == 0, step.output
        told = self.run("verify", "question", "proof", "--json")
        learned = json.loads(told.stdout)
        assert learned["shown"] == {} and "income>=120000" in learned["holds"]
        assert "19900102" not in told.output and "250000" not in told.output
        assert self.run("verify", "question", "proof").exit_code, "it is used up"


def define_as_stored(served: Served, facts: Path) -> None:
    """What `predicate define` leaves, with primes that were made before: an issuer's
    private key as an earlier version left it, open in a file."""
    registry, city = served.keys("registry"), served.remote()
    published = call("identity", "publish_key", public=registry.public)
    assert city.send(registry, published).code in ("ok", "entry.exists")
    signer = chain_signer(registry, city.chain)
    old = read_payload(STORED["public"])
    payload = json.loads(json.dumps(old).replace(old["iss"], signer.did))
    facts.write_text(jws.sign({"typ": predicates.TYPE}, payload, signer))
    earlier = served.home / "issued" / f"registry.{TYPE}.predicates.json"
    earlier.parent.mkdir(exist_ok=True)
    earlier.write_text(json.dumps(STORED["private"]))


def test_from_issuer_to_verifier_with_nothing_left_open(
    accredited: Served, tmp_path: Path
) -> None:
    desk, home = Desk(accredited, tmp_path), accredited.home
    define_as_stored(accredited, tmp_path / "facts")
    desk.from_issuer_to_verifier()

    assert not (home / "issued" / f"registry.{TYPE}.predicates.json").exists()
    assert not (tmp_path / "given").exists(), "the wallet has it"
    kept = [path for path in (home / "credentials").rglob("*") if path.is_file()]
    prime = STORED["private"]["private"]["value"]["p_key"]["p"]
    everything = b"".join(path.read_bytes() for path in kept)
    for secret in (prime, "19900102", "赵师傅"):
        assert secret.encode() not in everything
    issuer, holder = (SealedFolder(home, name) for name in ("registry", "zhao"))
    assert prime in issuer.read(f"{TYPE}.predicates")
    (held,) = (name for name in holder.names() if name.endswith(".held"))
    assert json.loads(holder.read(held))["values"]["name"]["raw"] == "赵师傅"

    again = desk.run("hold", "given", by="zhao")
    assert again.exit_code == 2, "the file is gone"
    desk.run("ask", "--over", "18", out="question")
    other = desk.run("prove", "question", out="proof", by="facts board")
    assert other.exit_code == 1 and "There is no" in other.stderr


@pytest.mark.long  # a definition's safe primes take ten seconds to a minute
def test_a_definition_of_its_own(accredited: Served, tmp_path: Path) -> None:
    desk = Desk(accredited, tmp_path)
    names = [word for name in VALUES for word in ("--name", name)]
    defined = desk.run("define", TYPE, *names, out="facts", by="registry")
    assert defined.exit_code == 0, defined.output
    desk.from_issuer_to_verifier()
