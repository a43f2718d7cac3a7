"""
Attestor: says on our chain what is final on Ethereum, and signs for Ethereum what
stands on our chain. It needs a node of each that it trusts, and believes nobody else.

It attests the heights at which the gateway's contract spoke, and, while a message of
ours waits there, the newest height that is a multiple of the gateway's stride: by that
one its time is seen to be over. It keeps no file: what it has done is on the chain.
"""

from collections.abc import Callable
from functools import partial

from coincurve import PrivateKey

from huabiao.services.foreign.contract import Sent
from huabiao.services.foreign.ethereum_blocks import read_header
from huabiao.services.foreign.far_side import FarSide, Said
from huabiao.services.foreign.home_side import Gateway, HomeSide, Outbound
from huabiao.services.foreign.running import try_all
from huabiao.services.foreign.statements import (
    Domain,
    Statement,
    address_of,
    message_body,
    sign,
    timeout_body,
)

Say = Callable[[str], None]


class Attestor:
    """One attestor at work; `step` does what there is to do now."""

    def __init__(self, home: HomeSide, far: FarSide, key: PrivateKey, say: Say) -> None:
        self._home, self._far, self._key, self._say = home, far, key, say
        self.address = address_of(key.public_key)
        self._said: Said | None = None

    def step(self) -> None:
        """Attest and sign; whatever fails is tried again by the next step."""
        gateway = self._home.gateway()
        if gateway.state != "open":
            return
        if gateway.attestors.get(self._home.account) != self.address:
            return
        final = self._far.node.final_height(gateway.confirmations)
        said = self._said = self._said or Said(self._far, gateway.start)
        said.look(final)
        waiting = self._home.waiting()
        heights = list(said.spoke)
        newest = final - final % gateway.stride
        if waiting and newest > gateway.start and newest not in heights:
            heights.append(newest)
        now = self._home.time()
        try_all(
            [partial(self._attest, said, height) for height in heights]
            + [partial(self._sign_out, gateway, each) for each in waiting]
            + [partial(self._sign_end, gateway, each, now) for each in said.turn()]
        )

    def _attest(self, said: Said, height: int) -> None:
        if not self._home.has_attested(height):
            header = read_header(self._far.node, height)
            if self._home.attest(height, header.hash):
                self._say(f"见证 attested {self._home.name}/{height}")
        if height in said.spoke:
            said.spoke.remove(height)

    def _sign_out(self, gateway: Gateway, message: Outbound) -> None:
        self._sign(gateway, deliver_statement(gateway, message), subject=message.id)

    def _sign_end(self, gateway: Gateway, sent: Sent, now: int) -> None:
        ended = end_statement(gateway, self._home, sent, now)
        if ended is not None:
            self._sign(gateway, ended, timeout=sent.timeout)

    def _sign(
        self, gateway: Gateway, statement: Statement, *, subject: str = "",
        timeout: int = 0,
    ) -> None:  # fmt: skip
        kind, sequence = statement.kind, statement.sequence
        signed = self._home.signatures(kind, sequence, statement.round)
        if any(address == self.address for address, _ in signed):
            return
        signature = sign(self._key, statement.digest(domain_of(gateway, self._home)))
        more = {"subject": subject} if subject else {"timeout": timeout}
        if self._home.sign(kind, sequence, signature, **more):
            self._say(f"签署 signed {kind} {self._home.name}/{sequence}")


def domain_of(gateway: Gateway, home: HomeSide) -> Domain:
    return Domain(gateway.network, gateway.contract, home.chain)


def deliver_statement(gateway: Gateway, message: Outbound) -> Statement:
    """That our chain holds a message for the other one."""
    body = message_body(
        message.sender, message.receiver, message.timeout, message.payload
    )
    return Statement("deliver", gateway.round, message.sequence, body)


def end_statement(
    gateway: Gateway, home: HomeSide, sent: Sent, now: int
) -> Statement | None:
    """That a message from over there came, or that its time is over; None: neither."""
    if home.has(sent.sequence):
        kind = "acknowledge"
    elif now >= sent.timeout:
        kind = "time_out"
    else:
        return None
    return Statement(kind, gateway.round, sent.sequence, timeout_body(sent.timeout))
