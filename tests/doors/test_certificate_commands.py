"""An organisation's authority by the command line, and its word on the chain."""

from pathlib import Path

import pytest
from served_city import Served

from huabiao.crypto.address import show

CODE = "91110000600037341L"
PORT = "港务局"
LATER = "2099-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def ca(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority") / "ca"
    made = served.run("certificate", "init", str(folder), "--name", "港务局 CA")
    assert made.exit_code == 0, made.stderr
    served.keys(PORT)
    return folder


def test_a_certificate_lives_and_ends_where_everyone_sees(
    served: Served, ca: Path, tmp_path: Path
) -> None:
    at = ("--ca", str(ca), "--as", PORT)
    issued = served.json(
        "certificate", "issue", "door", *at, "--host", "localhost",
        "--organisation", PORT, "--code", CODE, "-o", str(tmp_path),
    )  # fmt: skip
    assert issued["anchored_at"] > 0 and Path(issued["file"]) == tmp_path / "door.pem"
    assert (tmp_path / "door.key").stat().st_mode & 0o777 == 0o600
    # the city's first block may find its read model still starting
    served.node.index.wait_for(served.node.port.height, 60)
    shown = served.json("certificate", "show", issued["file"])
    account = show(served.keys(PORT).account)
    assert [(e["account"], e["revoked"]) for e in shown["anchored"]] == [
        (account, False)
    ]

    renewed = served.json("certificate", "renew", issued["serial"], *at)
    assert renewed["serial"] != issued["serial"]
    reason = ("--reason", "keyCompromise")
    served.json("certificate", "revoke", issued["serial"], *at, *reason)
    gone = served.run("certificate", "show", issued["file"])
    assert gone.exit_code == 1 and "revoked: keyCompromise" in gone.stdout
    stands = served.run("certificate", "show", renewed["file"])
    assert stands.exit_code == 0 and "有效 · stands" in stands.stdout
    assert (ca / "crl.pem").read_text().startswith("-----BEGIN X509 CRL")

    listed = served.json("certificate", "list", "--ca", str(ca))["certificates"]
    assert [each["reason"] for each in listed] == ["keyCompromise", ""]
    assert served.json("certificate", "crl", "--ca", str(ca))["file"].endswith(".pem")
    again = served.run("certificate", "revoke", issued["serial"], *at)
    assert again.exit_code == 1 and "revoked already" in again.stderr


def test_nobody_speaks_for_another(served: Served, ca: Path, tmp_path: Path) -> None:
    issued = served.json(
        "certificate", "issue", "gate", "--ca", str(ca), "--as", PORT,
        "-o", str(tmp_path),
    )  # fmt: skip
    stranger = served.keys("stranger")
    [entry] = served.json("certificate", "show", issued["file"])["anchored"]
    [key] = [
        each["key"]
        for each in served.remote().get("/api/scenarios/certificates/parts/anchored")[
            "entries"
        ]
        if each["entry"]["serial"] == issued["serial"]
    ]
    digest = key.split(".")[0]
    city = served.remote()
    said = {"certificate": digest, "reason": "superseded"}
    refused = city.call(stranger, "certificates", "revoke", "", said)
    assert not refused.accepted
    # the same digest, under the stranger's own account: another entry
    copied = {
        "certificate": digest,
        "serial": "1",
        "subject": "x",
        "ends": LATER,
    }
    assert city.call(stranger, "certificates", "anchor", "", copied).accepted
    shown = served.json("certificate", "show", issued["file"])["anchored"]
    assert len(shown) == 2 and entry in shown
    assert not any(each["revoked"] for each in shown)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"ends": "2020-01-01T00:00:00Z"}, "certificate.ended"),
        ({"serial": ""}, "certificate.text"),
        ({"subject": "x" * 201}, "certificate.text"),
    ],
)
def test_what_the_contract_does_not_take(
    served: Served, said: dict[str, object], code: str
) -> None:
    well = {
        "certificate": "07" * 32,
        "serial": "1",
        "subject": "x",
        "ends": LATER,
    }
    city, keys = served.remote(), served.keys("stranger")
    assert city.call(keys, "certificates", "anchor", "", {**well, **said}).code == code
    revoked = {"certificate": "07" * 32, "reason": "lost"}
    outcome = city.call(keys, "certificates", "revoke", "", revoked)
    assert outcome.code == "certificate.reason"


def test_a_code_with_a_false_check_character_is_refused(
    served: Served, ca: Path, tmp_path: Path
) -> None:
    refused = served.run(
        "certificate", "issue", "x", "--ca", str(ca), "--code", CODE[:-1] + "A",
        "-o", str(tmp_path),
    )  # fmt: skip
    assert refused.exit_code == 1 and "GB 32100" in refused.stderr
    assert not list(tmp_path.iterdir())
