"""Where buffers live: small ones on the stack, the others in the workspace.

The workspace is a shared part, then one slice for each task of a parallel region, all multiples of 64 bytes.
Buffers of the workspace in disjoint scopes share their bytes.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from math import prod

from ..loop.ir import Buffer, For

ALIGNMENT = 64
STACK = 2048    # bytes of buffers on the stack of one function, of the 4096 that it may use in all


class Memory:
    """Gives places to the buffers of one C function, in the order in which they are allocated."""

    def __init__(self) -> None:
        self.bytes = 0      # of the workspace, so far
        self._used = 0
        self._stack = 0

    def on_stack(self, buffer: Buffer) -> bool:
        """Whether the buffer stands on the stack; its room there is then taken.

        Compilers that do not optimise give each array room of its own, so that no room is used twice.
        """
        size = buffer_bytes(buffer)
        if buffer.scope != "local" or self._stack + size > STACK:
            return False
        self._stack += size
        return True

    def offset(self, buffer: Buffer) -> int:
        """Where in the function's part of the workspace the buffer stands, to the end of the scope."""
        start = self._used
        self._used += aligned(buffer_bytes(buffer))
        self.bytes = max(self.bytes, self._used)
        return start

    @contextmanager
    def scope(self) -> Generator[None]:
        """What is allocated inside is free again behind it."""
        used = self._used
        yield
        self._used = used


def buffer_bytes(buffer: Buffer) -> int:
    """Size of a buffer."""
    return prod(buffer.shape) * buffer.dtype.bytes * buffer.lanes


def aligned(size: int) -> int:
    """The next multiple of the alignment."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def tasks_of(loop: For, cores: int) -> int:
    """Tasks of a parallel loop, a number fixed here: several for each core, so that slow ones even out."""
    return min(loop.extent, 8 * cores)


def workspace_bytes(shared: int, slices: int) -> int:
    """What a caller must provide: with room to align it, 0 if nothing is needed."""
    return shared + slices + ALIGNMENT - 1 if shared + slices else 0
