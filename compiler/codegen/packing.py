"""The packed block of a kernel with constant inputs: what it holds where.

First the id of the layout, then the tensors that the prepack nest computes, then the constants that the main
nest reads as they are. NAME keeps the computed ones in its workspace instead, and computes them at each call.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ..loop.prepack import Prepacked
from .ctext import MEMORY_TYPE
from .interface import Interface
from .memory import aligned, buffer_bytes
from .names import Names

LAYOUT_BYTES = 64       # in front of the tensors, for the layout id


@dataclass(frozen=True, slots=True)
class Part:
    """A tensor in the block: its C name, the type of its elements, its bytes and where they start."""

    tensor: str
    name: str
    element: str
    bytes: int
    offset: int

    def pointer(self, base: str, start: int = 0, const: str = "") -> str:
        """A pointer to it, where the bytes from `start` on stand at the pointer `base`."""
        offset = self.offset - start
        return f"({const}{self.element} *)({const}void *)({base}{f' + {offset}' if offset else ''})"


@dataclass(frozen=True, slots=True)
class Packing:
    """What the block holds: `computed` ahead of time, and `copied` constants."""

    computed: tuple[Part, ...]
    copied: tuple[Part, ...]
    layout_id: int

    @property
    def bytes(self) -> int:
        """Size of the block."""
        parts = (*self.computed, *self.copied)
        return max((part.offset + aligned(part.bytes) for part in parts), default=LAYOUT_BYTES)

    @property
    def computed_bytes(self) -> int:
        """Size of the computed tensors, which stand first."""
        return sum(aligned(p.bytes) for p in self.computed)

    def in_workspace(self) -> dict[str, str]:
        """Pointers to the computed tensors at the start of the workspace, by their C names."""
        return {p.name: p.pointer("workspace", LAYOUT_BYTES) for p in self.computed}

    def in_block(self, const: str = "") -> dict[str, str]:
        """Pointers to the computed tensors in the block at `packed`, by their C names."""
        base = f"({const}unsigned char *)packed"
        return {p.name: p.pointer(base, const=const) for p in self.computed}


def packing(interface: Interface, split: Prepacked, names: Names) -> Packing:
    """Where the tensors of a split nest stand in the packed block."""
    computed: list[Part] = []
    copied: list[Part] = []
    offset = LAYOUT_BYTES
    for buffer in split.packed:
        computed.append(Part(buffer.name, names[buffer.name], MEMORY_TYPE[buffer.dtype.name],
                             buffer_bytes(buffer), offset))
        offset += aligned(buffer_bytes(buffer))
    read = {buffer.name for buffer in split.main.inputs}
    for p in interface.constants:
        if p.tensor.name in read:
            copied.append(Part(p.tensor.name, p.name, p.element, p.bytes, offset))
            offset += aligned(p.bytes)
    return Packing(tuple(computed), tuple(copied), _layout_id(interface, split, copied))


def _layout_id(interface: Interface, split: Prepacked, copied: list[Part]) -> int:
    """64 bits that tell this block from any other: what is computed, from what, and what is copied."""
    content = (interface.name, str(split.prepack), [(p.tensor, p.element, p.bytes) for p in copied])
    return int.from_bytes(hashlib.sha256(repr(content).encode()).digest()[:8], "big")
