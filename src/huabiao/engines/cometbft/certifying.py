"""
Certificates in the chain's own suite, by signatures that travel with votes.

    vote extension = encode([[height, member, signature], …])
    transaction    = "C" ‖ encode([[height, certificate], …])

When the engine votes for its next block, each member has run the last one and signs its
header, which is our header and not CometBFT's. The next proposer puts the signatures of
more than two thirds of the members together; every member checks the certificate before
it accepts the proposal, and keeps it beside the block. Who has signed a header is known
from the members in force then, so it does not matter who carries a signature.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from huabiao.codec import encode
from huabiao.engines.cometbft.bundles import CERTIFICATES, BadBundle
from huabiao.engines.signers import Signers, Unsigned
from huabiao.proofs.header import Verifier, certified_message, check_certificate
from huabiao.proofs.members import Member, is_quorum

LARGEST_EXTENSION = 64 * 1024
MOST_SIGNED = 8
"""Headers that one extension signs: the newest, and older ones that a proposer left."""
ENOUGH_BYTES = 512 * 1024
"""Of certificates in one block: 200 members weigh 660 KB in the suite pq, and a block
holds 4 MiB."""
Carried = list[tuple[int, int, bytes]]

_decode_extension = msgspec.msgpack.Decoder(Carried).decode
_decode_certificates = msgspec.msgpack.Decoder(list[tuple[int, bytes]]).decode


@dataclass
class Uncertified:
    """A block without a certificate, and who may sign it."""

    hash: bytes
    header: bytes
    members: Sequence[Member]
    suite: Verifier
    own: bytes = b""
    """This node's own signature, made once."""
    seen: dict[bytes, bytes] = field(default_factory=dict)
    """By public key, the signature of this header that was checked and held: it comes
    with a vote, in a proposal and in the block, and is checked once."""

    def verify(self, public: bytes, message: bytes, signature: bytes, /) -> bool:
        """Whether a member signed `message`, which is this header's alone."""
        if self.seen.get(public) == signature:
            return True
        holds = self.suite.verify(public, message, signature)
        if holds:
            self.seen[public] = signature
        return holds


@dataclass
class Certifying:
    """The blocks that wait for their certificates."""

    suite: Verifier
    signers: Signers
    waiting: dict[int, Uncertified] = field(default_factory=dict)
    alert: str = ""
    """Why this node signs nothing at present."""

    def add(
        self, height: int, hash_: bytes, header: bytes, members: Sequence[Member]
    ) -> None:
        """A block has been run; `header` is its encoded header."""
        self.waiting[height] = Uncertified(hash_, header, members, self.suite)

    def extension(self) -> bytes:
        """
        What this node's next vote carries: the newest header, and those that should
        have been certified by now. Nothing in a quiet city.
        """
        if not self.waiting:
            return b""
        heights = sorted(self.waiting)
        # The one before the newest is in the block that is voted on.
        wanted = [*heights[:-2], heights[-1]][-MOST_SIGNED:]
        carried = []
        for height in wanted:
            block = self.waiting[height]
            found = self.signers.find(block.members)
            if found is not None:
                seat, certify = found
                try:
                    block.own = block.own or certify(block.hash, block.header)
                except Unsigned as error:
                    self.alert = str(error)
                    break  # the others' signatures are enough; the next vote asks again
                self.alert = ""
                carried.append([height, seat, block.own])
        return encode(carried) if carried else b""

    def holds(self, extension: bytes) -> bool:
        """Whether another member's extension carries only true signatures."""
        return not extension or self._checked(extension) is not None

    def _checked(self, extension: bytes) -> Carried | None:
        if len(extension) > LARGEST_EXTENSION:
            return None
        try:
            carried = _decode_extension(extension)
        except msgspec.MsgspecError:
            return None
        if len(carried) > MOST_SIGNED:
            return None
        for height, seat, signature in carried:
            block = self.waiting.get(height)
            if block is None:
                continue  # certified meanwhile
            if not 0 <= seat < len(block.members):
                return None
            public = block.members[seat].public
            if not block.verify(public, certified_message(block.hash), signature):
                return None
        return carried

    def transaction(self, extensions: Iterable[bytes]) -> bytes | None:
        """The certificates that these extensions make, as a transaction."""
        signed: dict[int, dict[int, bytes]] = {}
        for extension in extensions:
            for height, seat, signature in self._checked(extension) or ():
                if height in self.waiting:
                    signed.setdefault(height, {})[seat] = signature
        made = []
        for height, by_seat in sorted(signed.items()):
            members = self.waiting[height].members
            if is_quorum(sum(members[seat].power for seat in by_seat), members):
                certificate = encode([[n, by_seat[n]] for n in sorted(by_seat)])
                made.append([height, certificate])
                if sum(len(each) for _, each in made) > ENOUGH_BYTES:
                    break  # the rest is signed again and comes with a later block
        return CERTIFICATES + encode(made) if made else None

    def open(self, transaction: bytes) -> dict[int, bytes]:
        """The certificates that were waited for; raises BadBundle if one is false."""
        try:
            found = dict(_decode_certificates(transaction[1:]))
        except msgspec.MsgspecError as error:
            raise BadBundle(f"no certificates: {error}") from None
        if len(found) > MOST_SIGNED:
            raise BadBundle(f"{len(found)} certificates in one block")
        known = {}
        for height, certificate in found.items():
            block = self.waiting.get(height)
            if block is None:
                continue  # certified before, or from before this node joined
            if not check_certificate(block, block.hash, certificate, block.members):
                raise BadBundle(f"a false certificate for block {height}")
            known[height] = certificate
        return known
