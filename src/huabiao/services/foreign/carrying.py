"""
Carrier: brings messages and proofs from one side to the other. Nobody trusts it: the
chains check what it brings, and several may run at once. It pays the gas on Ethereum.

    there → here   a receipt proof against a height that holds
    here → there   a message with the signatures of N attestors
    and back       a storage proof that it arrived, or did not in time; the signatures
                   that a message from there came, or did not in time
"""

from collections.abc import Callable
from functools import partial

from huabiao.services.foreign.attesting import (
    deliver_statement,
    domain_of,
    end_statement,
)
from huabiao.services.foreign.contract import Sent, received_place
from huabiao.services.foreign.ethereum_account import EthereumAccount
from huabiao.services.foreign.ethereum_blocks import (
    Header,
    read_header,
    read_receipt_proof,
    read_storage_proof,
)
from huabiao.services.foreign.far_side import FarSide, Said
from huabiao.services.foreign.home_side import Gateway, HomeSide, Outbound
from huabiao.services.foreign.running import try_all
from huabiao.services.foreign.statements import Statement, joined

Say = Callable[[str], None]


class Carrier:
    """One carrier at work; `step` does what there is to do now."""

    def __init__(
        self, home: HomeSide, far: FarSide, account: EthereumAccount, say: Say
    ) -> None:
        self._home, self._far, self._account, self._say = home, far, account, say
        self._said: Said | None = None

    def step(self) -> None:
        """Carry what is ready; whatever fails is tried again by the next step."""
        gateway = self._home.gateway()
        if gateway.state != "open" or gateway.trust != "attestors":
            return
        final = self._far.node.final_height(gateway.confirmations)
        said = self._said = self._said or Said(self._far, gateway.start)
        said.look(final)
        said.spoke.clear()  # that is the attestors' work
        now, there = self._home.time(), said.turn()
        here = self._home.waiting()
        try_all(
            [partial(self._bring_in, each, now) for each in there]
            + [partial(self._end_there, gateway, each, now) for each in there]
            + [partial(self._deliver, gateway, each) for each in here]
            + [partial(self._settle, gateway, each, final) for each in here]
        )

    def _bring_in(self, sent: Sent, now: int) -> None:
        if sent.timeout <= now or self._home.has(sent.sequence):
            return
        header = self._held_header(sent.height)
        if header is None:
            return
        proof = read_receipt_proof(self._far.node, header, sent.index)
        if self._home.receive(sent.height, header.encoded, sent.index, proof):
            self._say(f"送入 brought in {self._home.name}/{sent.sequence}")

    def _end_there(self, gateway: Gateway, sent: Sent, now: int) -> None:
        ended = end_statement(gateway, self._home, sent, now)
        signatures = b"" if ended is None else self._signatures(gateway, ended)
        if ended is not None and signatures:
            taken = ended.kind == "acknowledge"
            self._far.send(self._account, "end", sent.sequence, taken, signatures)
            self._say(f"了结 ended {ended.kind} {self._home.name}/{sent.sequence}")

    def _deliver(self, gateway: Gateway, message: Outbound) -> None:
        newest = self._far.node.block("latest") or {"timestamp": "0x0"}
        if int(newest["timestamp"], 16) >= message.timeout or (
            self._far.has_received(message.sequence)
        ):
            return
        signatures = self._signatures(gateway, deliver_statement(gateway, message))
        if signatures:
            self._far.send(
                self._account, "deliver", message.sequence, message.sender,
                message.receiver, message.timeout, message.payload, signatures,
            )  # fmt: skip
            self._say(f"送出 delivered {self._home.name}/{message.sequence}")

    def _settle(self, gateway: Gateway, message: Outbound, final: int) -> None:
        """End a message of ours by what the other side's storage says of it."""
        height = self._far.received_at(message.sequence, gateway.start, final)
        if height is None:
            height = final - final % gateway.stride
        header = self._held_header(height)
        if header is None:
            return
        proof = read_storage_proof(
            self._far.node, gateway.contract, received_place(message.sequence), height
        )
        if not proof.word and header.time < message.timeout:
            return
        if self._home.settle(
            message.id, height, header.encoded, proof.account, proof.storage
        ):
            way = "arrived" if proof.word else "timed out"
            self._say(f"了结 settled {way} {self._home.name}/{message.sequence}")

    def _held_header(self, height: int) -> Header | None:
        """The header at a height, where N attestors hold to it."""
        held = self._home.held(height)
        if held is None:
            return None
        header = read_header(self._far.node, height)
        if header.hash != held:
            self._say(
                f"高度 {height}：见证的哈希与本节点的不同，请核对。"
                f" At {height} the attestors hold to another hash than this node."
            )
            return None
        return header

    def _signatures(self, gateway: Gateway, statement: Statement) -> bytes:
        """The signatures of N attestors over a statement; nothing while they are
        fewer."""
        digest = statement.digest(domain_of(gateway, self._home))
        seated = gateway.attestors.values()
        given = [
            (address, signature)
            for address, signature in self._home.signatures(
                statement.kind, statement.sequence, statement.round
            )
            if address in seated
        ]
        fitting = joined(digest, given)
        return b"".join(fitting) if len(fitting) >= self._far.needed else b""
