"""How a gateway stands, in words: whom it trusts, what is under way, what to do."""

import time
from typing import Any, NamedTuple

from huabiao.client.remote import Remote
from huabiao.services.foreign.home_side import GATEWAYS, MESSAGES

TRUST = {
    "attestors": "见证方：{needed}/{of} 方一致才采信 · {needed} of {of} attestors",
    "hash_time_lock": "仅哈希时间锁，不采信对方数据 · hash and time lock only",
    "signed_log": "对方日志的签名 · the signature of the log itself",
}
MOST = 50


class Told(NamedTuple):
    """The same as JSON and as text."""

    document: dict[str, Any]
    text: str


def told_of(city: Remote, name: str) -> Told:
    """A gateway and its messages that wait."""
    record = city.get(f"/api/scenarios/{GATEWAYS}/records/{name}")
    fields = record["fields"]
    trust = TRUST[fields["trust"]].format(
        needed=fields["needed"], of=len(fields["attestors"])
    )
    title = record["state_title"]
    lines = [
        f"{name}  {title['zh']} · {title['en']}",
        f"网络 network  {fields['network']}",
        f"信任 trust    {trust}",
    ]
    if fields["struck"]:
        lines.append(f"已除名 struck  {'、'.join(fields['struck'])}")
    if record["state"] == "frozen":
        lines.append(
            f"原因 reason   {fields['reason']}；须由管理员更换见证方（rotate）后恢复"
            " · administrators seat attestors (rotate) to open it again"
        )
    waiting = city.get(
        f"/api/scenarios/{MESSAGES}/records",
        where=f"gateway={name}", state="waiting", limit=MOST,
    )["records"]  # fmt: skip
    now = int(time.time())
    lines += [_message(each, now) for each in waiting]
    document = {
        "gateway": name, "state": record["state"], "trust": fields["trust"],
        "trust_sentence": trust, "reason": fields["reason"],
        "waiting": [each["id"] for each in waiting],
    }  # fmt: skip
    return Told(document, "\n".join(lines))


def _message(record: dict[str, Any], now: int) -> str:
    left = record["fields"]["timeout"] - now
    if left > 0:
        return (
            f"{record['id']}  等待对方收到，余 {left} 秒，逾期退回"
            f" · waits to arrive, {left} s left, then it is returned"
        )
    return (
        f"{record['id']}  已过期限：见证方见证对方此后的区块后退回；请确认"
        " gateway run 在运行 · its time is over: it is returned when a later block"
        " there is attested; see that gateway run is running"
    )
