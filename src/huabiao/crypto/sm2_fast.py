"""
Fast SM2 verification: which signers have a table, and when the kernel is loaded.

Three ways to the same answer, about 450, 60 and 17 µs a signature:

1. GmSSL (`sm2_gmssl`): the reference, always there.
2. The kernel walking bit by bit: any signer.
3. The kernel with the signer's table of 61 KB: signers who have proved themselves by
   TABLE_AFTER good signatures, so that nobody else can push their tables out.

Loading numba costs half a second, and compiling some seconds the first time on a
machine. So a process loads the kernel when it has checked LOAD_AFTER signatures in
batches, or when it calls `warm()`, as a node does at start. Where the kernel cannot be
loaded or fails its self-test, everything stays with GmSSL and the log says so once.
"""

from collections.abc import Sequence
from types import ModuleType

from gmssl_pyx import sm3_hash

from huabiao.crypto import sm2_curve as curve
from huabiao.crypto import sm2_gmssl
from huabiao.crypto.proven import (
    SIGNERS_KEPT,
    TABLE_AFTER,
    Loading,
    Signers,
    Table,
    rows,
)
from huabiao.crypto.suite import Item

LOAD_AFTER = 500

_NOBODY = bytes(curve.PUBLIC_SIZE)
_NO_DIGEST = bytes(32)
_NO_SIGNATURE = bytes(curve.SIGNATURE_SIZE)

# GB/T 32918.5-2017 Annex A.2: public key, "message digest", r ‖ s.
_SAMPLE = (
    bytes.fromhex(
        "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    ),
    b"message digest",
    bytes.fromhex(
        "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
        "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    ),
)


class Verifier:
    """The loaded kernel with the table of G and the signers that this process knows."""

    def __init__(self, kernel: ModuleType, kept: int = SIGNERS_KEPT) -> None:
        self._kernel = kernel
        self._base = kernel.build_table(*kernel.BASE, kernel.BASE_BITS)
        self.signers = Signers(kept)

    def verify_many(self, items: Sequence[Item]) -> bytes:
        """One byte 0 or 1 for each item (public, message, signature)."""
        met: dict[bytes, tuple[bytes, Table | None]] = {}
        publics, hashes, signatures, addresses = [], [], [], []
        for public, message, signature in items:
            if len(public) != curve.PUBLIC_SIZE or len(signature) != len(_NO_SIGNATURE):
                # A row of zeros: r = 0 is refused.
                public, hashed, signature = _NOBODY, _NO_DIGEST, _NO_SIGNATURE
                address = 0
            else:
                if public not in met:
                    z_a = curve.signer_digest(public)
                    met[public] = z_a, self.signers.find(public)
                z_a, table = met[public]
                hashed = sm3_hash(z_a + message)
                address = table.address if table else 0
            publics.append(public)
            hashes.append(hashed)
            signatures.append(signature)
            addresses.append(address)
        answers = self.verify_digests(publics, hashes, signatures, addresses)
        newcomers = {public for public, (_, table) in met.items() if table is None}
        self.signers.reward(publics, answers, newcomers, self.tabulate)
        return answers

    def verify_digests(
        self,
        publics: Sequence[bytes],
        hashes: Sequence[bytes],
        signatures: Sequence[bytes],
        addresses: Sequence[int],
    ) -> bytes:
        """The kernel on rows of 64, 32 and 64 bytes and addresses of live tables."""
        import numpy as np

        accepted = np.zeros(len(publics), np.uint8)
        self._kernel.verify_rows(
            rows(publics, curve.PUBLIC_SIZE),
            rows(hashes, 32),
            rows(signatures, curve.SIGNATURE_SIZE),
            self._base.ctypes.data,
            np.array(addresses, np.uint64),
            accepted,
        )
        return accepted.tobytes()

    def tabulate(self, public: bytes) -> Table:
        """Build the table of a public key that is known to be on the curve (0.3 ms)."""
        x, y = (self._kernel.limbs_of(number) for number in curve.point_of(public))
        table = self._kernel.build_table(x, y, self._kernel.SIGNER_BITS)
        return Table(table, table.ctypes.data)


def _load() -> Verifier:
    from huabiao.crypto import sm2_kernel

    verifier = Verifier(sm2_kernel)
    public, message, signature = _SAMPLE
    altered = signature[:-1] + bytes((signature[-1] ^ 1,))
    answers = verifier.verify_many(
        [_SAMPLE] * TABLE_AFTER + [(public, message, altered)]
    ) + verifier.verify_many([_SAMPLE, (public, message, altered)])
    if answers != b"\x01" * TABLE_AFTER + b"\x00\x01\x00":
        raise RuntimeError("the self-test with the sample of GB/T 32918.5 failed")
    return verifier


_loading = Loading(
    _load,
    (
        "SM2 快速验签不可用，改用 GmSSL（约慢 25 倍）",
        "The fast SM2 verifier is not available, GmSSL takes over (about 25 times"
        " slower)",
    ),
)


def ready() -> Verifier | None:
    """The verifier if the kernel is loaded; never waits."""
    return _loading.verifier


def warm() -> bool:
    """Load the kernel now; False where this machine cannot, and GmSSL stays in use."""
    return _loading.warm()


def verify_many(items: Sequence[Item]) -> bytes:
    """One byte 0 or 1 for each item, the fastest way that is ready."""
    # While another thread loads, this one goes on with GmSSL.
    if _loading.verifier is None and _loading.is_due(len(items), LOAD_AFTER):
        _loading.warm()
    verifier = _loading.verifier
    if verifier is not None and items:
        return verifier.verify_many(items)
    return bytes([sm2_gmssl.verify(*item) for item in items])


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """One signature: by the kernel if it is loaded, else by GmSSL."""
    verifier = _loading.verifier
    if verifier is None:
        return sm2_gmssl.verify(public, message, signature)
    return verifier.verify_many([(public, message, signature)]) == b"\x01"
