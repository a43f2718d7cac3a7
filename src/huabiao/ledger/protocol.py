"""
The kernel's own rules by number, so that software can be replaced node by node.

Governance names a protocol and the height from which it holds. Software that knows it
runs before and after that height; software that does not stops there, with a sentence,
instead of making another block than everyone else's. What changed with each number:

    1    the rules of version 0.1
    2    a chain may change its suite; a key of another suite has a code of its own
    3    contracts call one another, and check headers and states of other chains
    4    bundles of small envelopes are deflated (engines/cometbft/bundles.py)
"""

from huabiao.ledger.governed import Parameters

NEWEST = 4
"""The newest protocol that this software knows; it knows all before it too."""


class UpgradeNeeded(Exception):
    """This software does not know the rules of the next block."""


def in_force(parameters: Parameters, height: int, protocol: int) -> bool:
    """Whether the rules that came with a protocol hold at a height."""
    return parameters.protocol > protocol or (
        parameters.protocol == protocol and height >= parameters.protocol_from
    )


def require_known(parameters: Parameters, height: int) -> None:
    """Raise UpgradeNeeded if the block at this height needs newer software."""
    if parameters.protocol > NEWEST and height >= parameters.protocol_from:
        raise UpgradeNeeded(
            f"自高度 {parameters.protocol_from} 起，网络按协议 {parameters.protocol}"
            f" 运行，本节点的软件只到协议 {NEWEST}。"
            "请升级软件后重新启动，数据不受影响。"
            f" From height {parameters.protocol_from} on the network runs protocol"
            f" {parameters.protocol}; this node's software knows up to {NEWEST}."
            " Install the newer software and start again; nothing is lost."
        )


def coming(parameters: Parameters, height: int) -> str:
    """A warning for who must upgrade before a height; empty where nobody must."""
    if parameters.protocol <= NEWEST or height >= parameters.protocol_from:
        return ""
    left = parameters.protocol_from - height
    return (
        f"再过 {left} 个区块，高度 {parameters.protocol_from} 起按协议"
        f" {parameters.protocol} 运行，请在此前升级本节点的软件（现为 {NEWEST}）。"
        f" In {left} blocks, at height {parameters.protocol_from}, protocol"
        f" {parameters.protocol} begins: upgrade this node's software before"
        f" (it knows {NEWEST})."
    )
