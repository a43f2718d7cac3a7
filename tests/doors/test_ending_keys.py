"""A key that ends in thirty days is said in health, in status and by the doctor."""

import time

from served_city import Served

from huabiao.client.signing import call
from huabiao.node.ending_keys import EndingKeys

DAY_MS = 86_400_000


def watched(served: Served) -> EndingKeys:
    """The node's own, looking at the files anew."""
    ledger = served.node.ledger
    return EndingKeys(served.home, ledger.read, ledger.digest)


def test_the_last_thirty_days_of_an_identitys_key(served):
    keys, now = served.keys("ending"), time.time_ns() // 1_000_000
    end = now + 40 * DAY_MS

    def limit(until: int) -> None:
        done = served.remote().send(
            keys, call("identity", "limit_key", public=keys.public, until=until)
        )
        assert done.accepted, done

    limit(end)
    watcher = watched(served)
    assert "ending" not in watcher.warning(end - 30 * DAY_MS - 1)
    assert "ending（" in watcher.warning(end - 30 * DAY_MS)
    assert "ending（" in watcher.warning(end + DAY_MS)
    limit(now + 20 * DAY_MS)
    assert "ending（" in watched(served).warning()
    browser = served.browser("ending")
    assert "huabiao key rotate" in browser.get("/me").text
    served.node.port.warnings.append(watched(served).warning)
    try:
        city = served.remote()
        for path in ("/api/health", "/api/status"):
            assert "ending（" in " ".join(city.get(path)["alerts"])
        told = served.run("doctor")
        assert told.exit_code == 1 and "ending（" in told.output
    finally:
        served.node.port.warnings.pop()
    limit(0)
    assert "ending" not in watched(served).warning()
    assert "huabiao key rotate" not in browser.get("/me").text


def test_a_key_file_states_an_end_too_and_each_command_says_so(served: Served):
    served.json("key", "new", "brief", "--days", "12")
    assert "brief（" in watched(served).warning()
    for words in (("wallet", "show", "--as", "brief"), ("key", "list")):
        told = served.run(*words)
        assert told.exit_code == 0 and told.stderr.count("brief.json 还有 12 天") == 1
    served.json("key", "rotate", "brief", "--suspect-from", "2026-11-01T00:00:00Z")
    assert "brief" not in watched(served).warning()
    assert not served.run("wallet", "show", "--as", "brief").stderr
    did = served.json("did", "publish", "brief")["did"]
    keys = served.json("did", "show", did)["didDocumentMetadata"]["keyHistory"]
    [old] = [each for each in keys if "revoked" in each]
    assert old["suspectFrom"] == "2026-11-01T00:00:00Z"


def test_what_is_no_key_file_is_passed_over(served, tmp_path):
    (tmp_path / "wallets").mkdir()
    for name, text in (("a", "no json"), ("b", "[1]"), ("c", '{"public": 1}')):
        (tmp_path / "wallets" / f"{name}.json").write_text(text)
    ledger = served.node.ledger
    assert EndingKeys(tmp_path, ledger.read, ledger.digest).warning() == ""
