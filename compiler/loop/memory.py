"""The interpreter's memory: it knows which elements are defined, and which iterations touched what.

A loop whose iterations may run in any order is watched: an element that one iteration writes and another
reads or writes is a carried dependence, and a fault, whatever order the iterations happened to run in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from ..numerics import Array
from .ir import Buffer
from .values import Value

MANY = -1       # more than one iteration


class NestFault(AssertionError):
    """A nest did what no nest may: the access, and the values of the loop variables at that moment."""


@dataclass(eq=False, slots=True)
class Storage:
    """A buffer while it lives. `data` has one more dimension, of lanes, for a buffer of vectors.

    `depth` is the number of watched loops around its allocation: their iterations each have their own.
    """

    buffer: Buffer
    data: Array
    defined: Array
    depth: int


@dataclass(eq=False, slots=True)
class Watch:
    """A running parallel or vectorized loop: which iteration wrote and which read each element."""

    var: str
    iteration: int = 0
    writers: dict[tuple[Storage, int], int] = field(default_factory=dict[tuple[Storage, int], int])
    readers: dict[tuple[Storage, int], int] = field(default_factory=dict[tuple[Storage, int], int])

    def read(self, storage: Storage, element: int) -> int | None:
        """Note a read; the other iteration that wrote the element, if one did."""
        key = storage, element
        if self.readers.setdefault(key, self.iteration) != self.iteration:
            self.readers[key] = MANY
        writer = self.writers.get(key, self.iteration)
        return None if writer == self.iteration else writer

    def write(self, storage: Storage, element: int) -> int | None:
        """Note a write; the other iteration that read or wrote the element, if one did."""
        key = storage, element
        for other in (self.readers.get(key, self.iteration), self.writers.get(key, self.iteration)):
            if other != self.iteration:
                return other
        self.writers[key] = self.iteration
        return None


class Memory:
    """All storages by name, the loops being watched, and the lanes that are switched on."""

    def __init__(self) -> None:
        self.storages: dict[str, Storage] = {}
        self.variables: dict[str, Value] = {}
        self.watches: list[Watch] = []
        self.mask: Array | None = None      # lanes of the branches of vector selects being evaluated

    def add(self, buffer: Buffer, data: Array, *, defined: bool) -> None:
        """Bring a buffer to life, over what had the name before."""
        known = np.full(buffer.shape, defined)
        self.storages[buffer.name] = Storage(buffer, data, known, len(self.watches))

    def load(self, name: str, index: list[Value]) -> Value:
        """The element, or elements, at an index."""
        storage = self.storages[name]
        at, active = self.place(storage, index)
        known = storage.defined[at]
        if not (known if active is None else (known | ~active).all()):
            raise self.fault(storage, index, "is read before it is written")
        self.watch(storage, index, _positions(storage.buffer, at, active))
        value = storage.data[at]
        return value.flatten() if storage.buffer.lanes > 1 else value

    def store(self, name: str, index: list[Value], value: Value) -> None:
        """Set the element, or elements, at an index."""
        storage = self.storages[name]
        at, active = self.place(storage, index)
        positions = _positions(storage.buffer, at, active)
        if len(set(positions)) < len(positions):
            raise self.fault(storage, index, "is written by two lanes at once")
        self.watch(storage, index, positions, write=True)
        storage.data[at] = np.reshape(value, np.shape(storage.data[at]))
        storage.defined[at] = True

    def touch(self, name: str, index: list[Value]) -> None:
        """Check that an index is inside its buffer, and do nothing."""
        self.place(self.storages[name], index)

    def active(self, lanes: int) -> Array:
        """Which of so many lanes are switched on."""
        if self.mask is None:
            return np.full(lanes, fill_value=True)
        return np.asarray(self.mask.reshape(lanes, -1).any(axis=1))

    def place(self, storage: Storage, index: list[Value]) -> tuple[tuple[Value, ...], Array | None]:
        """The position in the arrays, subscripts checked; the active lanes, None where there is but one."""
        at: list[Value] = []
        active: Array | None = None
        for subscript, extent in zip(index, storage.buffer.shape, strict=True):
            if np.ndim(subscript):
                active = self.active(len(subscript))
                inside = ((subscript >= 0) & (subscript < extent) | ~active).all()
                at.append(np.where(active, subscript, 0))
            else:
                inside = 0 <= subscript < extent
                at.append(int(subscript))
            if not inside:
                raise self.fault(storage, index, "is outside the buffer")
        return tuple(at), active

    def watch(self, storage: Storage, index: list[Value], positions: list[int], *,
              write: bool = False) -> None:
        """Note an access in every watched loop whose iterations share the storage."""
        for watch in self.watches[storage.depth:]:
            for position in positions:
                other = (watch.write if write else watch.read)(storage, position)
                if other is not None:
                    who = "several iterations" if other == MANY else f"iteration {other}"
                    verb = "written" if write else "read"
                    what = f"is {verb} by iteration {watch.iteration} of {watch.var} and used by {who}"
                    raise self.fault(storage, index, what)

    def fault(self, storage: Storage, index: Iterable[Value], what: str) -> NestFault:
        """An access gone wrong."""
        at = ", ".join(str(np.asarray(i).tolist()) for i in index)
        where = ", ".join(f"{n} = {v}" for n, v in self.variables.items() if np.ndim(v) == 0)
        return NestFault(f"{storage.buffer.name}[{at}] {what}" + (f" ({where})" if where else ""))


def _positions(buffer: Buffer, at: tuple[Value, ...], active: Array | None) -> list[int]:
    """The row-major positions of an access, in its active lanes."""
    position: Value = 0
    for subscript, extent in zip(at, buffer.shape, strict=True):
        position = position * extent + subscript
    return [position] if active is None else position[active].tolist()
