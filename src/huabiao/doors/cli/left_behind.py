"""
Who could sign nothing any more after a change of suite: accounts that hold a role,
stand for an organisation or have registered keys, and have none of the suite to come.

An account that nobody gave anything is not told of: whoever only ever signed with a key
of its own makes a new identity (docs/suites.md).
"""

from huabiao.crypto.address import parse, show
from huabiao.crypto.suite import suite
from huabiao.doors.cli.footing import entries
from huabiao.doors.cli.settings import Failed, Settings

NAMED = 5


def accounts_without(settings: Settings, suite_name: str) -> list[str]:
    """Those accounts, in hexadecimal, in order."""
    held = [
        key.rpartition("/")[2] for key in entries(settings, "governance", "roles", "")
    ]
    for contract in ("governance", "organisations"):
        held += entries(settings, contract, "accounts", "")
    size, standing = suite(suite_name).public_size, set[str]()
    for entry in entries(settings, "identity", "keys", "").values():
        account = parse(entry["account"]).hex()
        held.append(account)
        if len(bytes.fromhex(entry["public"])) == size and not entry["revoked_at"]:
            standing.add(account)
    closed = entries(settings, "identity", "accounts", "")
    gone = {key for key, entry in closed.items() if entry["closed_at"]}
    return sorted({*held} - standing - gone)


def refuse_to_leave(settings: Settings) -> None:
    """Failed, with how many, where a change now would leave accounts behind."""
    coming = entries(settings, "suites", "coming", "").get("")
    if coming is None:
        return  # nothing is due: the chain says so
    left = accounts_without(settings, coming["suite"])
    if left:
        named = "、".join(show(bytes.fromhex(each)) for each in left[:NAMED])
        more = "…" if len(left) > NAMED else ""
        raise Failed(
            f"{len(left)} 个账户有角色、单位或登记的密钥，却没有套件 {coming['suite']}"
            f" 的密钥，更替后不能再签署：{named}{more}。请其先运行 huabiao key join；"
            "仍要更替，加 --leave-behind。"
            f" {len(left)} accounts that hold a role, an organisation or a registered"
            f" key have none of the suite {coming['suite']} and could sign nothing"
            " after the change: they run huabiao key join first. To change all the"
            " same, say --leave-behind."
        )
