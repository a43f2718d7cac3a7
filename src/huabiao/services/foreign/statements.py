"""
What attestors sign for Ethereum: typed data by EIP-712, over secp256k1.

    domain     EIP712Domain(name "Huabiao Gateway", version "1", chainId,
               verifyingContract, salt = Keccak-256 of our chain's name)
    statement  Statement(uint8 kind, uint64 round, uint64 sequence, bytes32 body)

    deliver      body = keccak256(abi.encode(sender, receiver, timeout,
                 keccak256(payload)))
    acknowledge, time_out    body = the message's timeout
    rotate       body = keccak256(abi.encode(attestors, needed)), sequence = next round
"""

from collections.abc import Iterable
from typing import NamedTuple

import eth_abi
from coincurve import PrivateKey, PublicKey

from huabiao.crypto.keccak import keccak256

KINDS = {"deliver": 1, "acknowledge": 2, "time_out": 3, "rotate": 4}
DOMAIN_TYPE = keccak256(
    b"EIP712Domain(string name,string version,uint256 chainId,"
    b"address verifyingContract,bytes32 salt)"
)
STATEMENT_TYPE = keccak256(
    b"Statement(uint8 kind,uint64 round,uint64 sequence,bytes32 body)"
)
SIGNATURE_BYTES, FIRST_V = 65, 27


class Domain(NamedTuple):
    """Which contract on which chain speaks with which chain of ours."""

    network: int
    """The chain id of EIP-155."""
    contract: bytes
    home: str

    @property
    def separator(self) -> bytes:
        return keccak256(
            eth_abi.encode(
                ["bytes32", "bytes32", "bytes32", "uint256", "address", "bytes32"],
                [
                    DOMAIN_TYPE, keccak256(b"Huabiao Gateway"), keccak256(b"1"),
                    self.network, self.contract, keccak256(self.home.encode()),
                ],
            )
        )  # fmt: skip


class Statement(NamedTuple):
    """`body` has 32 bytes."""

    kind: str
    round: int
    sequence: int
    body: bytes

    def digest(self, domain: Domain) -> bytes:
        """The 32 bytes that are signed."""
        data = eth_abi.encode(
            ["bytes32", "uint8", "uint64", "uint64", "bytes32"],
            [STATEMENT_TYPE, KINDS[self.kind], self.round, self.sequence, self.body],
        )
        return keccak256(b"\x19\x01" + domain.separator + keccak256(data))


def message_body(sender: bytes, receiver: bytes, timeout: int, payload: bytes) -> bytes:
    """What the contract keeps of a message that it received."""
    return keccak256(
        eth_abi.encode(
            ["bytes20", "address", "uint64", "bytes32"],
            [sender, receiver, timeout, keccak256(payload)],
        )
    )


def timeout_body(timeout: int) -> bytes:
    return timeout.to_bytes(32, "big")


def address_of(public: PublicKey) -> bytes:
    """The 20 bytes of an Ethereum address."""
    return keccak256(public.format(compressed=False)[1:])[-20:]


def sign(key: PrivateKey, digest: bytes) -> bytes:
    """r, s, v: 65 bytes, as `ecrecover` wants them."""
    found = key.sign_recoverable(digest, hasher=None)
    return found[:64] + bytes([found[64] + FIRST_V])


def signer_of(digest: bytes, signature: bytes) -> bytes | None:
    """The address that signed; None where the signature is none."""
    if len(signature) != SIGNATURE_BYTES or signature[64] - FIRST_V not in (0, 1):
        return None
    recoverable = signature[:64] + bytes([signature[64] - FIRST_V])
    try:
        public = PublicKey.from_signature_and_message(recoverable, digest, hasher=None)
    except Exception:  # coincurve raises its C library's own kinds
        return None
    return address_of(public)


def joined(digest: bytes, signed: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """Of (address, signature) pairs those that fit, once each, in ascending order of
    addresses, as the contract wants them."""
    fitting = {a: s for a, s in signed if signer_of(digest, s) == a}
    return [fitting[address] for address in sorted(fitting)]
