"""Messages between the tuner and its workers: a length of four bytes, big-endian, then that much JSON.

The tuner writes requests to a worker's standard input, the worker answers each on its standard output:

    {"op": "prepare"}                                          {"ok": true}
    {"op": "warm"}                                             {"ok": true}
    {"op": "build", "row": [4, 16] or null, "folder": "…",
     "final": false}                                           {"ok": true, "code": "…" or ""}
    {"op": "measure", "folder": "…", "best": seconds or null}  {"times": [seconds, …]}
    {"op": "time", "folder": "…", "seconds": 0.003}            {"times": [seconds]}

A request that fails is answered `{"failure": KIND, "message": "…"}` (`failure.KINDS`). Tensors never travel
here: they stand in files. A worker that ends, or says anything else, is killed and replaced.
"""

from __future__ import annotations

import json
import os
import struct
from typing import Any

Message = dict[str, Any]

READY: Message = {"ready": True}
"""What a worker says once, when it has started and its first request's time begins to count."""

HEADER = struct.Struct(">I")
LARGEST = 1 << 24


class Garbled(Exception):
    """What arrived is not a message."""


def encode(message: Message) -> bytes:
    """The bytes of a message."""
    body = json.dumps(message).encode()
    return HEADER.pack(len(body)) + body


class Decoder:
    """Collects bytes until a message is whole."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Message | None:
        """Add bytes; the message they complete, if any.

        Raises:
            Garbled: the bytes are not those of a message.
        """
        self._bytes += data
        if len(self._bytes) < HEADER.size:
            return None
        (length,) = HEADER.unpack_from(self._bytes)
        if length > LARGEST:
            raise Garbled("a message of impossible length")
        end = HEADER.size + length
        if len(self._bytes) < end:
            return None
        body = bytes(self._bytes[HEADER.size:end])
        del self._bytes[:end]
        return _decode(body)


def _decode(body: bytes) -> Message:
    try:
        message = json.loads(body)
    except ValueError as error:
        raise Garbled("a message that is no JSON") from error
    if not isinstance(message, dict):
        raise Garbled("a message that is no object")
    return message      # pyright: ignore[reportUnknownVariableType]


def write(fd: int, message: Message) -> None:
    """Write a message to a blocking file descriptor."""
    data = memoryview(encode(message))
    while data:
        data = data[os.write(fd, data):]


def read(fd: int) -> Message | None:
    """The next message of a blocking file descriptor; None at its end."""
    header = _exactly(fd, HEADER.size)
    if header is None:
        return None
    body = _exactly(fd, HEADER.unpack(header)[0])
    return None if body is None else _decode(body)


def _exactly(fd: int, count: int) -> bytes | None:
    data = b""
    while len(data) < count:
        more = os.read(fd, count - len(data))
        if not more:
            return None
        data += more
    return data
