"""Predicates from the command line: from issuer to holder, from holder to verifier."""

import json
from pathlib import Path

import pytest
from served_city import Served

from huabiao.client.signing import call

TYPE = "PersonalFacts"


@pytest.mark.long  # a definition's safe primes take ten seconds to a minute
def test_from_issuer_to_verifier(served: Served, tmp_path: Path):
    served.grant("accreditation", "root", "accreditor")
    far, city = 1_999_999_999_000, served.remote()
    for sender, made in (
        ("accreditor", call("accreditation", "accredit_body", types=[TYPE], until=far,
                            account=served.keys("facts board").account)),
        ("facts board", call("accreditation", "accredit_issuer", credential_type=TYPE,
                             until=far, account=served.keys("registry").account)),
    ):  # fmt: skip
        assert city.send(served.keys(sender), made).accepted
    (tmp_path / "values").write_text('{"birth": 19900102, "income": 250000}')
    served.keys("zhao")

    def run(name: str, *words: str, out: str = "", **who: str):
        given = [str(tmp_path / word) if word in FILES else word for word in words]
        given += ["--by", str(tmp_path / "facts")] if name != "define" else []
        given += ["--out", str(tmp_path / out)] if out else []
        return served.run(
            "predicate", name, *given, *(("--as", who["by"]) if who else ())
        )

    for step in (
        run("define", TYPE, "--name", "birth", "--name", "income", out="facts",
            by="registry"),
        run("offer", out="offer", by="registry"),
        run("request", "offer", out="asked", by="zhao"),
        run("issue", "offer", "asked", "values", "--until", "20991231", out="given",
            by="registry"),
        run("hold", "given", "asked.kept", out="held", by="zhao"),
        run("ask", "--over", "18", "--holds", "income>=120000", out="question"),
        run("prove", "question", "held", out="proof", by="zhao"),
    ):  # fmt: skip
        assert step.exit_code == 0, step.output
    told = run("verify", "question", "proof", "--json")
    learned = json.loads(told.stdout)
    assert learned["shown"] == {} and "income>=120000" in learned["holds"]
    assert "19900102" not in told.output and "250000" not in told.output
    assert run("verify", "question", "proof").exit_code != 0  # the question is used up


FILES = {"offer", "asked", "values", "given", "asked.kept", "held", "question", "proof"}
