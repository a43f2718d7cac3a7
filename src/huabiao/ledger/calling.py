"""
One contract calls another: who may be called, and as whom.

A call runs as an account of the calling contract's own, that no key signs for:

    account = digest(b"huabiao contract account" ‖ 0x00 ‖
                     encode([contract, on behalf]))[:20]     contracts.context

`on behalf` are bytes of the caller's choice, such as who asked from another chain: so
one contract may act for many, each with an account, and roles, of their own. A contract
that is under way is not called again before it has ended, and what governs the chain
itself is for people alone.
"""

from huabiao.contracts.context import Refused

DEEPEST = 4
BY_PEOPLE_ALONE = (
    "accreditation", "governance", "identity", "membership", "organisations",
    "recovery", "suites",
)  # fmt: skip


def require_callable(contract: str, under_way: list[str]) -> None:
    """Refuse a call that would come back to who is under way, or reach too far."""
    if contract in BY_PEOPLE_ALONE:
        raise Refused(
            "call.people",
            f"合约不可调用“{contract}”：须由人签名。"
            f" No contract calls {contract!r}: a person signs that.",
        )
    if contract in under_way:
        raise Refused(
            "call.returns",
            f"“{contract}”正在执行，不可再次调用。"
            f" {contract!r} is under way: it cannot be called again before it ends.",
        )
    if len(under_way) >= DEEPEST:
        raise Refused(
            "call.deep",
            f"合约相互调用超过 {DEEPEST} 层。"
            f" Contracts call each other more than {DEEPEST} deep.",
        )
