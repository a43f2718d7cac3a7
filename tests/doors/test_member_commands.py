"""The life of a seat by the command line."""

from pathlib import Path
from typing import Any

from served_city import Served

from huabiao.client.signing import call

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
