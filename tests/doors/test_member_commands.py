"""The life of a seat by the command line."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from served_city import Served

from huabiao.client.signing import call
from huabiao.crypto.keys import generate
from huabiao.crypto.stores.signer_socket import open_signer
from huabiao.services.signer.guard import Guard
from huabiao.services.signer.server import SignerServer

PORT = "港务局"
ENGINE = "07" * 32


def list_organisation(served: Served) -> None:
    organisation = [PORT, "11310000000000000X", served.keys(PORT).account, 0]
    change: Any = {"action": "add_organisation", "organisation": organisation}
    outcome = served.remote().send(
        served.keys("operator"),
        call("governance", "propose", "list the port", **change),
        call("governance", "approve", "list the port"),
    )
    assert outcome.accepted, outcome


@contextlib.contextmanager
def signer_at(folder: Path) -> Iterator[Path]:
    """A signer with a key of its own, in this process."""
    guard = Guard(generate("port", "intl"), folder / "state")
    server = SignerServer(guard, folder / "signer.sock")
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server.path
    server.stop()
    thread.join(10)
    guard.close()


def rotate_to_a_signer(served: Served, folder: Path) -> None:
    """The home is told where the key is, so that its node finds it."""
    with signer_at(folder) as signer:
        rotating = ("member", "rotate", "port", "--key", f"unix:{signer}")
        assert served.json(*rotating, "--as", PORT)["accepted"]
        public = open_signer(signer).public.hex()
        assert seats(served)["port"]["public"] == public
    [named] = served.home.glob("member-*.signer")
    assert named.read_text() == f"unix:{signer}\n" and named.stem.endswith(public[:12])
    named.unlink()


def seats(served: Served) -> dict[str, Any]:
    found = served.json("member", "list")["seats"]
    return {each["id"]: {"state": each["state"], **each["fields"]} for each in found}


def test_a_seat_is_applied_for_taken_rotated_suspended_and_left(
    served: Served, tmp_path: Path
) -> None:
    first, second = str(tmp_path / "first.json"), str(tmp_path / "second.json")
    keys = ("--engine-key", ENGINE, "--as", PORT)
    applying = ("member", "apply", "port", "--power", "1", "--key", first, *keys)
    served.keys(PORT)
    refused = served.run(*applying)
    assert refused.exit_code == 1 and "organisation.unlisted" in refused.stderr
    list_organisation(served)
    said = served.json(*applying)
    assert said["accepted"], said
    assert seats(served)["port"]["state"] == "applied"
    operator = ("--as", "operator")
    # the node's engine signs alone, so its own seat outweighs the newcomer's
    assert served.json("member", "weigh", "city", "--power", "90", *operator)[
        "accepted"
    ]
    assert served.json("member", "approve", "port", *operator)["accepted"]
    taken = seats(served)["port"]
    assert (taken["state"], taken["engine_key"]) == ("seated", ENGINE)
    names = [each["name"] for each in served.remote().status()["members"]]
    assert names == ["city", "port"]

    rotating = ("member", "rotate", "port", "--key", second, "--as", PORT)
    assert served.json(*rotating)["accepted"]
    rotated = seats(served)["port"]
    assert rotated["public"] != taken["public"]
    assert rotated["engine_key"] == ENGINE
    rotate_to_a_signer(served, tmp_path)

    for act, state in (("suspend", "suspended"), ("readmit", "seated")):
        assert served.json("member", act, "port", *operator)["accepted"]
        assert seats(served)["port"]["state"] == state
    refused = served.run("member", "leave", "port", *operator)
    assert refused.exit_code == 1 and "party.other" in refused.stderr
    assert served.json("member", "leave", "port", "--as", PORT)["accepted"]
    assert seats(served)["port"]["state"] == "left"
    assert "port  left" in served.run("member", "list").stdout


def test_an_engine_key_that_is_no_hexadecimal_is_a_sentence(
    served: Served, tmp_path: Path
) -> None:
    served.keys("someone")
    result = served.run(
        "member", "apply", "x", "--power", "1", "--key", str(tmp_path / "x.json"),
        "--engine-key", "zz", "--as", "someone",
    )  # fmt: skip
    assert result.exit_code == 1 and "hexadecimal" in result.stderr
