"""Buffers between red zones: whether a kernel wrote where it must not, or did not write where it must."""

from __future__ import annotations

import numpy as np

from ..dsl.typed import Tensor
from .numerics import Array, interface_type

RED_ZONE = 4096
"""Bytes watched on each side of a buffer."""

ALIGNMENT = 64


class GuardedBuffer:
    """One tensor between red zones that hold a pattern. Without `content` the tensor holds it too."""

    def __init__(self, tensor: Tensor, pattern: int, content: Array | None = None) -> None:
        dtype = interface_type(tensor.dtype)
        count = int(np.prod(tensor.shape, dtype=np.int64))
        self.tensor, self.pattern, self.content = tensor, pattern, content
        self._memory = np.full(count * dtype.itemsize + 2 * RED_ZONE + ALIGNMENT, pattern, np.uint8)
        start = RED_ZONE + -(self._memory.ctypes.data + RED_ZONE) % ALIGNMENT
        self._inside = slice(start, start + count * dtype.itemsize)
        self.array: Array = self._memory[self._inside].view(dtype).reshape(tensor.shape)
        if content is not None:
            self.array[...] = content

    def refill(self) -> None:
        """Write the pattern everywhere again; for buffers without content."""
        self._memory.fill(self.pattern)

    def damage(self) -> list[str]:
        """What was written that must not be, in words."""
        found: list[str] = []
        if (self._memory[: self._inside.start] != self.pattern).any():
            found.append(f"memory before {self.tensor.name} was written")
        if (self._memory[self._inside.stop :] != self.pattern).any():
            found.append(f"memory after {self.tensor.name} was written")
        if self.changed():
            found.append(f"the input {self.tensor.name} was changed")
        return found

    def changed(self) -> bool:
        """Whether any bit of the content is not as it was given."""
        if self.content is None:
            return False
        given = np.ascontiguousarray(self.content).reshape(-1).view(np.uint8)
        return not np.array_equal(self._memory[self._inside], given)

    def untouched(self) -> Array:
        """Where elements still hold the pattern."""
        held = self._memory[self._inside] == self.pattern
        return held.reshape(*self.tensor.shape, self.array.dtype.itemsize).all(-1)
