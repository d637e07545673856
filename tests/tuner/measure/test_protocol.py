"""Messages survive a pipe however it cuts them."""

from __future__ import annotations

import os

import pytest
from txc.tuner.measure.protocol import Decoder, Garbled, encode, read, write

MESSAGE = {"op": "build", "row": [1, -2], "folder": "ä/b", "best": 0.25, "none": None}


def test_a_message_is_decoded_from_single_bytes():
    decoder = Decoder()
    data = encode(MESSAGE)
    assert [decoder.feed(data[i:i + 1]) for i in range(len(data))] == [None] * (len(data) - 1) + [MESSAGE]


def test_messages_pass_through_a_pipe_until_its_end():
    inner, outer = os.pipe()
    write(outer, MESSAGE)
    write(outer, {})
    os.close(outer)
    assert [read(inner), read(inner), read(inner)] == [MESSAGE, {}, None]
    os.close(inner)


def test_a_message_cut_short_counts_as_the_end():
    inner, outer = os.pipe()
    os.write(outer, encode(MESSAGE)[:-1])
    os.close(outer)
    assert read(inner) is None
    os.close(inner)


@pytest.mark.parametrize("garbage", [b"Hello, world", b"\0\0\0\2{]", b"\0\0\0\2[]", b"\0\0\0\1\xff"])
def test_anything_else_is_garbled(garbage: bytes):
    with pytest.raises(Garbled):
        Decoder().feed(garbage)
