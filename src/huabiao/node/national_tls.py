"""
TLS of national cryptography in front of the doors: RFC 8998 over TLS 1.3.

    node.toml: tls_suites = "national", beside tls_certificate and tls_key

uvicorn speaks TLS by Python's ssl, which has neither SM4 nor SM2. So this process takes
the connections itself, ends TLS with the OpenSSL 4 that comes with `cryptography`
(through pyOpenSSL), and passes the plain bytes to the doors over a Unix socket in the
home, mode 0600. The cipher is TLS_SM4_GCM_SM3 and no other; the key exchange prefers
curveSM2, and takes X25519 from clients that lack it; an SM2 certificate signs as
sm2sig_sm3, an ECDSA or RSA one as ever.

A handshake has ten seconds; `MOST_CONNECTIONS` are served, the others wait unaccepted.
"""

import asyncio
import contextlib
import os
import socket
from pathlib import Path
from typing import Any

CIPHER = b"TLS_SM4_GCM_SM3"
GROUPS = b"curveSM2:X25519MLKEM768:X25519:P-256"
HANDSHAKE_S, IDLE_S = 10.0, 120.0
MOST_CONNECTIONS = 512
PIECE = 65_536
SOCKET = "door.sock"


def make_context(certificate: Path, key: Path) -> Any:
    """What the front serves with; ImportError without the extra, ValueError if the
    certificate and the key do not fit or this OpenSSL lacks the cipher."""
    from cryptography.hazmat.bindings.openssl.binding import Binding
    from OpenSSL import SSL

    try:
        made = SSL.Context(SSL.TLS_SERVER_METHOD)
        made.set_min_proto_version(SSL.TLS1_3_VERSION)
        made.set_tls13_ciphersuites(CIPHER)
        made.use_certificate_chain_file(str(certificate))
        made.use_privatekey_file(str(key))
        made.check_privatekey()
    except SSL.Error as error:
        raise ValueError(f"{error.args[0]}") from None
    # pyOpenSSL has no name for this call; without it curveSM2 is not offered.
    if Binding().lib.SSL_CTX_set1_curves_list(made._context, GROUPS) != 1:
        raise ValueError("this OpenSSL has no curveSM2")
    return made


def inner_listener(home: Path) -> socket.socket:
    """Where the doors listen behind the front: for this user alone."""
    path = home / SOCKET
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    # A socket's path may have 107 bytes (unix(7)), and a home's may be longer.
    folder = os.open(home, os.O_RDONLY)
    try:
        listener.bind(f"/proc/self/fd/{folder}/{SOCKET}")
    finally:
        os.umask(before)
        os.close(folder)
    return listener


class NationalFront:
    """Ends TLS on `outside` and passes what it carries to the doors' socket."""

    def __init__(self, context: Any, outside: socket.socket, home: Path) -> None:
        outside.listen(128)  # at once: nobody is told of a door that refuses
        outside.setblocking(False)
        self._context, self._outside, self._home = context, outside, home
        self._places = asyncio.Semaphore(MOST_CONNECTIONS)
        self._serving: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Until it is cancelled; then every connection ends."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                await self._places.acquire()
                connection, _ = await loop.sock_accept(self._outside)
                task = asyncio.create_task(self._carry(connection))
                self._serving.add(task)
                task.add_done_callback(self._done)
        finally:
            for each in self._serving:
                each.cancel()
            await asyncio.gather(*self._serving, return_exceptions=True)
            (self._home / SOCKET).unlink(missing_ok=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._serving.discard(task)
        self._places.release()

    async def _carry(self, connection: socket.socket) -> None:
        from OpenSSL import SSL

        reader, writer = await asyncio.open_connection(sock=connection)
        secured = Secured(SSL.Connection(self._context, None), reader, writer)
        with contextlib.suppress(OSError, SSL.Error, TimeoutError):
            try:
                async with asyncio.timeout(HANDSHAKE_S):
                    await secured.shake_hands()
                await self._pass_on(secured)
            finally:
                writer.close()

    async def _pass_on(self, secured: "Secured") -> None:
        folder = os.open(self._home, os.O_RDONLY)
        try:
            path = f"/proc/self/fd/{folder}/{SOCKET}"
            inner, door = await asyncio.open_unix_connection(path)
        finally:
            os.close(folder)
        ways = [
            asyncio.create_task(_inward(secured, door)),
            asyncio.create_task(_outward(inner, secured)),
        ]
        try:
            # The doors' last byte ends it, or the client's goodbye.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in ways:
                each.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            door.close()


async def _inward(secured: "Secured", door: asyncio.StreamWriter) -> None:
    while piece := await asyncio.wait_for(secured.receive(), IDLE_S):
        door.write(piece)
        await door.drain()


async def _outward(inner: asyncio.StreamReader, secured: "Secured") -> None:
    while piece := await inner.read(PIECE):
        await secured.send(piece)
    await secured.say_goodbye()


class Secured:
    """TLS over a pair of streams, by OpenSSL's memory buffers."""

    def __init__(
        self, tls: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._tls, self._reader, self._writer = tls, reader, writer
        tls.set_accept_state()

    async def shake_hands(self) -> None:
        from OpenSSL import SSL

        while True:
            try:
                self._tls.do_handshake()
                await self._flush()
                return
            except SSL.WantReadError:
                await self._flush()
                await self._fill()
            except SSL.Error:
                await self._flush()  # the alert that says why
                raise

    async def receive(self) -> bytes:
        """What the client sent; empty when it said goodbye or hung up."""
        from OpenSSL import SSL

        while True:
            try:
                return bytes(self._tls.recv(PIECE))
            except SSL.WantReadError:
                await self._flush()  # an answer to a key update
                try:
                    await self._fill()
                except ConnectionError:
                    return b""
            except SSL.ZeroReturnError:
                return b""

    async def send(self, piece: bytes) -> None:
        self._tls.sendall(piece)
        await self._flush()

    async def say_goodbye(self) -> None:
        self._tls.shutdown()
        await self._flush()

    async def _fill(self) -> None:
        received = await self._reader.read(PIECE)
        if not received:
            raise ConnectionResetError
        self._tls.bio_write(received)

    async def _flush(self) -> None:
        from OpenSSL import SSL

        with contextlib.suppress(SSL.WantReadError):
            while True:
                self._writer.write(self._tls.bio_read(PIECE))
        await self._writer.drain()
