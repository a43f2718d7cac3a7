"""
ABCI over a Unix socket: CometBFT's requests in, our responses out.

A frame is a length as a varint and a message of abci.proto. CometBFT opens four
connections (consensus, mempool, query, snapshots); each is answered in order, and they
do not wait for one another.
"""

import asyncio
import contextlib
import os
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

from huabiao.engines.cometbft import abci_pb2 as abci

LARGEST_FRAME = 64 * 1024 * 1024
Handle = Callable[[abci.Request], Awaitable[abci.Response]]


async def serve(path: Path, handle: Handle) -> asyncio.Server:
    """Listen; only this user may connect."""
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    async def connection(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await _answer_all(reader, writer, handle)
        writer.close()

    server = await asyncio.start_unix_server(connection, path, limit=2**24)
    os.chmod(path, 0o600)
    return server


async def _answer_all(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handle: Handle
) -> None:
    while True:
        request = abci.Request.FromString(await read_frame(reader))
        try:
            response = await handle(request)
        except Exception as error:
            # CometBFT stops at an exception, and says the sentence in its log.
            traceback.print_exc()
            said = abci.ResponseException(error=str(error) or type(error).__name__)
            response = abci.Response(exception=said)
        writer.write(frame(response.SerializeToString()))
        await writer.drain()


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """One frame's message; ConnectionError where it is too large."""
    length = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 127) << shift
        if byte < 128:
            break
        shift += 7
        if shift > 35:
            raise ConnectionError("a frame's length has five bytes at most")
    if length > LARGEST_FRAME:
        raise ConnectionError(f"a frame of {length} bytes")
    return await reader.readexactly(length)


def frame(message: bytes) -> bytes:
    """A message with its length in front."""
    length, head = len(message), bytearray()
    while length > 127:
        head.append(length & 127 | 128)
        length >>= 7
    head.append(length)
    return bytes(head) + message
