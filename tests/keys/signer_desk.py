"""A signer process as an operator starts it, and headers to put before it."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from huabiao.codec import encode
from huabiao.crypto.keys import Keys, generate
from huabiao.proofs.header import VERSION, Header, certified_message, header_hash

HOME_PASSPHRASE = "correct horse"


def header(
    keys: Keys, height: int = 1, chain: str = "town", mark: int = 0, **other: object
) -> bytes:
    """An encoded header; `mark` makes another one of the same height."""
    digests = [bytes([mark + n]) * 32 for n in range(6)]
    fields = [VERSION, chain, keys.suite.name, height, 1_000 * height, *digests]
    made = dict(zip(Header.__struct_fields__, fields, strict=True)) | other
    return encode(Header(**made))


def message(keys: Keys, encoded: bytes) -> bytes:
    """What a member signs of a header."""
    return certified_message(header_hash(keys.suite.digest, encoded))


def cheap_keys(suite_name: str = "intl") -> Keys:
    return generate("member", suite_name, b"s" * 32)


@contextlib.contextmanager
def signer_process(
    key: str, folder: Path, home: Path, *more: str
) -> Iterator[subprocess.Popen[str]]:
    """`huabiao signer serve`, until the block ends; it has said that it is ready."""
    words = [
        "signer", "serve", "--key", key, "--socket", str(folder / "signer.sock"),
        "--state", str(folder / "state"), "--home", str(home), *more,
    ]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "huabiao", *words], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert "signer ready" in process.stdout.readline()
        yield process
    finally:
        process.terminate()
        process.wait(20)
