"""Buffers between red zones."""

import ctypes

import numpy as np
import pytest
from txc.compiler.guarded import ALIGNMENT, RED_ZONE, GuardedBuffer
from txc.dsl.dtypes import BF16, F32, I8
from txc.dsl.typed import Tensor


@pytest.mark.parametrize("tensor", [Tensor("A", F32, (3, 5)), Tensor("s", I8, ()), Tensor("h", BF16, (7,))])
def test_a_fresh_buffer_is_aligned_untouched_and_whole(tensor: Tensor) -> None:
    """Its array has the tensor's shape, starts at a multiple of 64 bytes and holds the pattern."""
    buffer = GuardedBuffer(tensor, 0x7F)
    assert buffer.array.shape == tensor.shape
    assert buffer.array.ctypes.data % ALIGNMENT == 0
    assert buffer.untouched().all()
    assert buffer.untouched().shape == tensor.shape
    assert buffer.damage() == []


def test_content_is_copied_and_watched() -> None:
    """The kernel sees a copy; a changed byte is damage."""
    content = np.arange(6, dtype=np.float32)
    buffer = GuardedBuffer(Tensor("A", F32, (6,)), 0xFF, content)
    np.testing.assert_array_equal(buffer.array, content)
    assert buffer.damage() == []
    buffer.array[5] = 7
    assert buffer.damage() == ["the input A was changed"]
    assert content[5] == 5


def test_every_byte_of_the_zones_is_watched() -> None:
    """First and last byte of each zone."""
    end = 4 * 6
    for at, place in ((-RED_ZONE, "before"), (-1, "before"), (end, "after"), (end + RED_ZONE - 1, "after")):
        buffer = GuardedBuffer(Tensor("A", F32, (6,)), 0xFF)
        ctypes.memset(buffer.array.ctypes.data + at, 0, 1)
        assert buffer.damage() == [f"memory {place} A was written"]


def test_untouched_elements() -> None:
    """An element is untouched while all its bytes are the pattern."""
    buffer = GuardedBuffer(Tensor("A", F32, (3,)), 0xFF)
    buffer.array[1] = 0
    buffer.array.view(np.uint8)[8] = 0
    assert buffer.untouched().tolist() == [True, False, False]
