"""Bytes to source text."""

from __future__ import annotations

from .diagnostics import Diagnostic, TxcError
from .source import Source, Span


def decode(data: bytes, name: str) -> Source:
    """The source in a file's bytes: UTF-8, with or without a byte order mark. Raises L007 for other bytes."""
    body = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return Source(body.decode(), name)
    except UnicodeDecodeError as error:
        source = Source(body.decode(errors="replace"), name)
        start = len(body[: error.start].decode())
        message = f"the byte 0x{body[error.start]:02x} is not UTF-8 text"
        diagnostic = Diagnostic("L007", message, Span(start, start + 1), "save the file as UTF-8")
        raise TxcError([diagnostic], source) from None
