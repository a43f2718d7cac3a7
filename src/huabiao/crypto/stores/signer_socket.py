"""
A key that a signer process holds, asked over a local socket.

    question = length (4 bytes, big endian) ‖ encode([message, header])
    answer   = length ‖ encode([True, signature]) | encode([False, code, sentence])

One connection asks one question, so that a signer may be killed and started again at
any moment. `header` is the encoded block header where the message is a certificate's,
else empty: the signer reads it and signs one header a height (huabiao.services.signer).
The empty message asks who it is: [True, [suite, public, name, ends]].
"""

import socket
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from huabiao.codec.canonical import decode, encode
from huabiao.crypto.stores.signing import SigningRefused, StoreAway, StoreFailed
from huabiao.crypto.suite import SUITES, suite

SCHEME = "unix:"
LARGEST_MESSAGE = 64 * 1024
ANSWER_S = 5.0
PATIENCE_S = 5.0
"""How long a signer that is being started again is waited for."""
PAUSE_S = 0.05
LENGTH_SIZE = 4


def send_message(connection: socket.socket, content: bytes) -> None:
    """One length-prefixed message."""
    connection.sendall(len(content).to_bytes(LENGTH_SIZE, "big") + content)


def receive_message(connection: socket.socket) -> bytes:
    """
    One message, whole, within `ANSWER_S` in all; OSError where it is cut short, takes
    longer, or is over LARGEST_MESSAGE.
    """
    until = time.monotonic() + ANSWER_S
    size = int.from_bytes(_receive(connection, LENGTH_SIZE, until), "big")
    if size > LARGEST_MESSAGE:
        raise OSError(f"a message of {size} bytes")
    return _receive(connection, size, until)


def _receive(connection: socket.socket, size: int, until: float) -> bytes:
    received = bytearray()
    while len(received) < size:
        connection.settimeout(max(until - time.monotonic(), 0.001))
        piece = connection.recv(size - len(received))
        if not piece:
            raise ConnectionResetError("cut short")
        received += piece
    return bytes(received)


@dataclass(frozen=True)
class SocketSigner:
    """A key behind a signer's socket; its own answers are checked before use."""

    path: Path
    name: str
    suite_name: str
    public: bytes
    ends: str
    patience: float = PATIENCE_S

    def sign(self, message: bytes, header: bytes = b"") -> bytes:
        """The signature; StoreAway, SigningRefused, or StoreFailed for a false one."""
        answer = _ask(self.path, encode([message, header]), self.patience)
        try:
            (signature,) = msgspec.convert(answer, tuple[bytes])
        except msgspec.ValidationError:
            signature = b""
        if not suite(self.suite_name).verify(self.public, message, signature):
            raise StoreFailed(
                f"签名进程 {self.path} 的签名与公钥 {self.public.hex()[:16]}… 不符；"
                "它是否换了密钥？请核对。"
                f" The signer at {self.path} does not sign with the key"
                f" {self.public.hex()[:16]}…: was its key changed?"
            )
        return signature


def open_signer(path: Path, patience: float = PATIENCE_S) -> SocketSigner:
    """Ask the signer at this path who it is; StoreAway if nobody answers."""
    answer = _ask(path, encode([b"", b""]), patience)
    try:
        ((name, public, title, ends),) = msgspec.convert(
            answer, tuple[tuple[str, bytes, str, str]]
        )
        if name not in SUITES:
            raise ValueError(name)
    except (msgspec.MsgspecError, ValueError) as error:
        raise StoreFailed(
            f"{path} 后面的程序不是华表的签名进程（{error}）。"
            f" What answers at {path} is no signer of ours ({error})."
        ) from None
    return SocketSigner(path, title, name, public, ends, patience)


def _ask(path: Path, question: bytes, patience: float) -> list[object]:
    """The parts of a good answer; a signer that is away is tried again for a while."""
    until = time.monotonic() + patience
    while True:
        try:
            answer = _ask_once(path, question)
            break
        except OSError as error:
            if time.monotonic() > until:
                raise StoreAway(
                    f"签名进程 {path} 没有应答（{error}）；请启动它"
                    "（huabiao signer serve），并核对路径与属主。"
                    f" The signer at {path} does not answer ({error}): start it with"
                    " huabiao signer serve; check the path and its owner."
                ) from None
            time.sleep(PAUSE_S)
    return _opened(path, answer)


def _opened(path: Path, answer: bytes) -> list[object]:
    opened: list[object] = []
    try:
        opened = decode(answer)
        well = opened[0] is True
    except (ValueError, TypeError, LookupError, RecursionError):
        well = False
    if well:
        return opened[1:]
    said = str(opened[2])[:500] if len(opened) == 3 else "? "
    raise SigningRefused(f"签名进程拒绝：{said} The signer at {path} refuses.")


def _ask_once(path: Path, question: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_S)
        connection.connect(str(path))
        send_message(connection, question)
        return receive_message(connection)
