"""
What is wrong with the voters: why no block comes, who is missing, who votes twice.

Blocks need more than two thirds of the power. Who is connected is known from CometBFT's
peers; when an organisation last voted, from the commits that this node has seen.
"""

import time
from datetime import UTC, datetime

from huabiao.engines.cometbft.rpc import Seen
from huabiao.engines.cometbft.seats import Voters


def why_stalled(seconds: float, voters: Voters, seen: Seen) -> str:
    """One sentence in each language."""
    lasting = f"{seconds:.0f} 秒没有新区块", f"No block for {seconds:.0f} s"
    if not seen.reachable:
        return (
            f"{lasting[0]}：本机共识引擎没有应答，请看 engine/cometbft.log。"
            f" {lasting[1]}: this node's consensus engine does not answer; see"
            " engine/cometbft.log."
        )
    if seen.catching_up:
        return (
            f"{lasting[0]}：本节点正在追赶，已到引擎高度 {seen.order}。"
            f" {lasting[1]}: this node is catching up, at the engine's height"
            f" {seen.order}."
        )
    connected = {peer["name"] for peer in seen.peers}
    missing = [name for name in voters.others() if name not in connected]
    if not missing:
        return (
            f"{lasting[0]}：各单位都已连接，正在等待三分之二以上的投票。"
            f" {lasting[1]}: everyone is connected; waiting for votes of more than two"
            " thirds."
        )
    told = [f"{name}（{last_seen(voters, name)[0]}）" for name in missing]
    told_en = [f"{name} ({last_seen(voters, name)[1]})" for name in missing]
    return (
        f"{lasting[0]}：等待 {'、'.join(told)}。请与其核对节点与网络。"
        f" {lasting[1]}: waiting for {', '.join(told_en)}. Ask them about their nodes"
        " and the network between."
    )


def why_doubled(name: str, order: int) -> str:
    """What to do about a member whose key signs for two engines, or that lies."""
    return (
        f"{name} 在引擎高度 {order} 给两个区块投了票：它的投票密钥可能用在两台"
        "机器上，或已泄露。请与其核对，必要时暂停其席位（huabiao member suspend）。"
        f" {name} voted for two blocks at the engine's height {order}: its voting key"
        " may run on two machines, or be stolen. Ask them; suspend the seat"
        " (huabiao member suspend) if need be."
    )


def last_seen(voters: Voters, name: str) -> tuple[str, str]:
    """When an organisation last voted, in both languages."""
    at = voters.last_vote(name)
    if not at:
        return "启动以来未见", "not seen since this node started"
    when = datetime.fromtimestamp(at / 1000, UTC).strftime("%H:%M:%S")
    ago = max(0, int(time.time() - at / 1000))
    return f"最后一票 {ago} 秒前", f"last seen {when} UTC, {ago} s ago"
