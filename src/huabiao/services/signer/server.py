"""
The signer's socket: whom it answers, and one question a connection.

The socket has mode 0600. Who connects is also asked of the kernel (SO_PEERCRED,
unix(7)): this process's own user, and the one that the socket was given to. A question
has 64 KiB and five seconds; `MOST_AT_ONCE` connections are read at once, and the others
wait in the kernel's queue.
"""

import contextlib
import logging
import os
import socket
import struct
import threading
from pathlib import Path
from typing import Any

import msgspec

from huabiao.codec import encode
from huabiao.codec.canonical import NotCanonical, decode_canonical
from huabiao.crypto.stores.signer_socket import receive_message, send_message
from huabiao.crypto.stores.signing import StoreFailed
from huabiao.services.signer.guard import MALFORMED, Guard, Refused

MOST_AT_ONCE = 8
PEER = struct.Struct("3i")  # struct ucred: pid, uid, gid

log = logging.getLogger("huabiao.signer")


class SocketTaken(Exception):
    """The socket cannot be made; the sentence says what to do."""


class SignerServer:
    """Serves one guard at one path until it is stopped."""

    def __init__(self, guard: Guard, path: Path, owner: int | None = None) -> None:
        self.guard, self.path = guard, path
        self.allowed = {os.geteuid(), os.geteuid() if owner is None else owner}
        self._listener = _listen(path, owner)
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._stopping = False

    def serve(self) -> None:
        """Answer until `stop`."""
        while not self._stopping:
            self._places.acquire()
            try:
                connection, _ = self._listener.accept()
            except OSError:
                self._places.release()
                break
            threading.Thread(target=self._answer, args=[connection]).start()
        self._listener.close()
        self.path.unlink(missing_ok=True)

    def stop(self) -> None:
        """From any thread; the answer under way is finished."""
        self._stopping = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)

    def _answer(self, connection: socket.socket) -> None:
        try:
            with connection, contextlib.suppress(OSError):
                pid, uid, _ = PEER.unpack(
                    connection.getsockopt(
                        socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size
                    )
                )
                if uid in self.allowed:
                    answer = self.answer(receive_message(connection))
                    send_message(connection, encode(answer))
                else:
                    log.warning("process %d of user %d is not answered", pid, uid)
        finally:
            self._places.release()

    def answer(self, question: bytes) -> list[Any]:
        """[True, …] or [False, code, sentence]."""
        try:
            asked = msgspec.convert(decode_canonical(question), tuple[bytes, bytes])
        except (NotCanonical, msgspec.MsgspecError):
            return [False, *MALFORMED]
        key = self.guard.key
        if asked == (b"", b""):
            return [True, [key.suite_name, key.public, key.name, key.ends]]
        try:
            return [True, self.guard.sign(*asked)]
        except Refused as error:
            log.warning("refused: %s", error)
            return [False, error.code, error.sentence]
        except (StoreFailed, OSError) as error:
            log.error("cannot sign: %s", error)
            return [False, "signer.failed", str(error)]


def _listen(path: Path, owner: int | None) -> socket.socket:
    """A socket that only its owner may open, from its first moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if _answers(path):
        raise SocketTaken(
            f"{path} 已有签名进程；先停下它，或另选路径。"
            f" A signer already answers at {path}: stop it, or choose another path."
        )
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        if path.is_socket():
            path.unlink()  # what a killed signer left
        listener.bind(str(path))
        if owner is not None:
            os.chown(path, owner, -1)
        listener.listen()
    except OSError as error:
        listener.close()
        raise SocketTaken(
            f"套接字 {path} 不可用（{error.strerror or error}）；请核对路径与权限。"
            f" The socket {path} cannot be made ({error.strerror or error}): check the"
            " path and its permissions."
        ) from None
    finally:
        os.umask(before)
    return listener


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        return asking.connect_ex(str(path)) == 0
