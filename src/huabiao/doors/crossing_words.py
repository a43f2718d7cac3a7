"""
A crossing in words: what it waits for, for how long, and what to do if it is stuck.

Pure functions over what was read, so that page, API and command line say the same. A
sentence is 中文。 English., as everywhere.
"""

from dataclasses import dataclass, field
from typing import Any

from huabiao.doors.problems import both_languages

MINUTE_MS = 60_000
QUIET_MS, SLOW_MS = MINUTE_MS, 2 * MINUTE_MS
"""With a relay at work the other chain is heard of within seconds."""
LIGHT_CLIENT = "light_clients"

TRUST = {
    "light_client": "按对方成员签署的区块证书核验"
    " · checked by certificates of the other chain's own members",
    "attestors": "由约定的见证方 N 取 M 作证 · N of M named witnesses attest",
    "hash_time_lock": "不信任对方：凭秘密转移，到期退回"
    " · nothing is believed: a value moves on a secret, or returns in time",
}


@dataclass(frozen=True)
class OtherChain:
    """A client as far as words go: `state` is "expired" where its time is over."""

    name: str
    chain: str
    state: str
    newest_time: int = 0
    expires: int = 0
    why_frozen: str = ""


@dataclass(frozen=True)
class Way:
    """A route as far as words go, who paused it and when, and its window."""

    name: str
    chain: str
    state: str
    verifier: str
    client: OtherChain | None
    why_paused: str = ""
    paused_by: str = ""
    paused_at: str = ""
    most: int = 0
    out: int = 0
    came: int = 0
    window_left: int = 0


@dataclass(frozen=True)
class Told:
    """What a crossing does now, and what somebody must do for it to go on."""

    sentence: str
    todo: list[str] = field(default_factory=list)

    @property
    def stuck(self) -> bool:
        return bool(self.todo)


def lasting(milliseconds: int) -> tuple[str, str]:
    """A length of time in Chinese and in English, in its largest fitting unit."""
    seconds = max(0, milliseconds) // 1000
    for size, zh, en in (
        (86_400, "天", "d"),
        (3_600, "小时", "h"),
        (60, "分钟", "min"),
    ):
        if seconds >= 2 * size:
            return f"{seconds // size} {zh}", f"{seconds // size} {en}"
    return f"{seconds} 秒", f"{seconds} s"


def tell(record: dict[str, Any], way: Way | None, now: int) -> Told:
    """
    An outgoing crossing; `record` has its state and fields, instants in milliseconds.
    """
    chain, state = record["to"], record["state"]
    if state == "acknowledged":
        return Told(f"{chain} 已接收并确认。 {chain} received and acknowledged it.")
    if state == "declined":
        zh, en = both_languages(record["sentence"])
        return Told(
            f"{chain} 没有接受，此处已撤回（{record['code']}）：{zh or en}"
            f" {chain} declined it, and it is undone here: {en or zh}"
        )
    if state == "timed_out":
        return Told(
            f"{chain} 在时限内没有接收，此处已撤回。"
            f" {chain} did not receive it in its time; it is undone here."
        )
    zh, en = lasting(abs(record["timeout"] - now))
    if now < record["timeout"]:
        sentence = (
            f"等 {chain} 的确认，还剩 {zh}，之后退回。"
            f" Waits for {chain}'s acknowledgement, {en} left, then it is refunded."
        )
    else:
        sentence = (
            f"时限已过 {zh}；证明 {chain} 当时未收到，即退回。"
            f" Its time ended {en} ago; it is refunded as soon as it is shown that"
            f" {chain} had not received it."
        )
    return Told(sentence, _stuck(record, way, now))


def _stuck(record: dict[str, Any], way: Way | None, now: int) -> list[str]:
    if way is None:
        return [
            f"路由“{record['route']}”读不到。"
            f" The route {record['route']!r} cannot be read."
        ]
    found = way_todo(way)
    if found or way.verifier != LIGHT_CLIENT or way.client is None:
        return found
    age, chain = now - record["sent_at"], record["to"]
    zh, en = lasting(age)
    if way.client.newest_time < record["sent_at"] and age > QUIET_MS:
        return [
            f"发出已 {zh}，此后没有 {chain} 的区块头到来：可能没有中继在运行。"
            "运行 huabiao relay 本链地址 对方地址。"
            f" No header of {chain} came since it was sent {en} ago: perhaps no relay"
            " runs. Run huabiao relay THIS-URL OTHER-URL."
        ]
    if now >= record["timeout"] and way.client.newest_time >= record["timeout"]:
        return [
            "退回所需的证明已可取得，等中继带来：huabiao relay --once 两链地址。"
            " What refunds it can be proved by now; a relay brings it: huabiao relay"
            " --once with both addresses."
        ]
    if age > SLOW_MS and now < record["timeout"]:
        return [
            f"{chain} 有新区块头却未接收此件：看中继的输出，并在 {chain} 上运行 huabiao"
            " chain list，那边的路由可能暂停、到达限速或轻客户端过期；否则到期退回。"
            f" {chain} is heard of but did not take it: read what the relay says, and"
            f" run huabiao chain list on {chain}; its route may be paused or at its"
            " limit, its client expired. Otherwise it is refunded in time."
        ]
    return []


def client_todo(client: OtherChain) -> list[str]:
    """What is to be done for a client that proves nothing now."""
    recover = f"huabiao chain recover {client.name} 对方地址 OTHER-URL"
    if client.state == "frozen":
        zh, en = both_languages(client.why_frozen)
        return [
            f"轻客户端“{client.name}”已冻结（{zh.rstrip('。')}）：管理员与"
            f" {client.chain} 核对后恢复：{recover}。"
            f" The client {client.name!r} is frozen ({en.rstrip('.')}): the"
            f" administrators ask {client.chain} what happened, and recover it."
        ]
    if client.state == "expired":
        return [
            f"轻客户端“{client.name}”已过信任期：管理员与 {client.chain} 核对成员后"
            f"恢复：{recover}；并让中继一直运行。"
            f" The client {client.name!r} has expired: the administrators compare its"
            f" members with {client.chain}, recover it, and let a relay run."
        ]
    if client.state in ("proposed", "retired"):
        return [
            f"轻客户端“{client.name}”不在跟随中（{client.state}）：huabiao chain list。"
            f" The client {client.name!r} follows nothing: it is {client.state}."
        ]
    return []


def way_todo(way: Way) -> list[str]:
    """What keeps a route from carrying, and what is to be done."""
    found = client_todo(way.client) if way.client else []
    if way.state == "paused":
        who = way.paused_by or "跨链值守 a route guard"
        found.append(
            f"路由“{way.name}”由 {who} 于 {way.paused_at or '—'} 暂停：{way.why_paused}"
            f"。原因消除后管理员恢复：huabiao call routes resume {way.name} --as 身份；"
            "已发出的件仍会得到确认，或到期退回。"
            f" The route {way.name!r} is paused; the administrators resume it when the"
            " cause is gone. What is under way is still acknowledged, or refunded."
        )
    if way.state == "closed":
        found.append(
            f"路由“{way.name}”已关闭，不再收发；在途的仍会了结。"
            f" The route {way.name!r} is closed; what is under way still ends."
        )
    if way.most and max(way.came, way.out) >= way.most:
        zh, en = lasting(way.window_left)
        found.append(
            f"路由“{way.name}”本时段已达上限 {way.most} 件，{zh}后继续，无须处理。"
            f" The limit of {way.most} packets is reached; it goes on in {en}."
        )
    return found


def tell_received(chain: str, code: str, sentence: str) -> Told:
    """An incoming packet; it has ended here, and the sender hears of it by a relay."""
    if code == "ok":
        return Told(
            f"已从 {chain} 收到并交付；中继把确认带回去。"
            f" Received from {chain} and handed over; a relay brings that back."
        )
    zh, en = both_languages(sentence)
    return Told(
        f"从 {chain} 收到而未接受，那边会撤回（{code}）：{zh or en}"
        f" Received from {chain} and declined; it is undone there: {en or zh}"
    )
