"""What is known under a name in one function: variables, register elements, addresses of buffers.

In the function of a parallel region, what stands around the region is captured when it is first asked for: it
becomes a field of the struct that the region is given.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager

from ...loop.ir import Block, Buffer, Expr, Invoke, Stmt, Store
from ...loop.visit import blocks
from ..scalar import constant
from .builder import Builder
from .values import Value

Key = tuple[str | int, ...]


class Frame:
    """Values by key. `outer` is the frame around a region; `struct` the type of what the region is given."""

    def __init__(self, builder: Builder, outer: Frame | None = None, struct: str = "") -> None:
        self._builder = builder
        self._outer = outer
        self._struct = struct
        self._known: dict[Key, Value] = {}
        self._registers: dict[int, tuple[Stmt, tuple[Key, ...]]] = {}
        self.captured: list[Value] = []     # in the outer function, in the order of the struct's fields

    def __getitem__(self, key: Key) -> Value:
        if key not in self._known:
            assert self._outer is not None, f"{key} is not known here"
            self._known[key] = self._capture(self._outer[key])
        return self._known[key]

    def __setitem__(self, key: Key, value: Value) -> None:
        self._known[key] = value

    def __contains__(self, key: Key) -> bool:
        return key in self._known

    def _capture(self, value: Value) -> Value:
        """A value of the outer function, handed over; it is loaded at the start of this one."""
        if not value.text.startswith("%"):
            return value
        self.captured.append(value)
        field = self._builder.at_entry(
            f"getelementptr {self._struct}, ptr %arg, i32 0, i32 {len(self.captured) - 1}", "ptr")
        return self._builder.at_entry(f"load {value.type}, {field}", value.kind, value.lanes)

    @contextmanager
    def scope(self) -> Generator[None]:
        """What is named inside is forgotten at the end; new values of what was known before stay."""
        before = dict.fromkeys(self._known)
        yield
        self._known = {key: value for key, value in self._known.items()
                       if key in before or self._is_captured(key)}

    def _is_captured(self, key: Key) -> bool:
        return self._outer is not None and self._outer.has(key)

    def has(self, key: Key) -> bool:
        """Whether a key is known here or around."""
        return key in self._known or (self._outer is not None and self._outer.has(key))

    def changed(self, block: Block) -> list[Key]:
        """Elements of register buffers from outside of a block that it writes, in the order of the text."""
        return [key for key in self._registers_of(block) if key in self._known]

    def _registers_of(self, stmt: Stmt) -> tuple[Key, ...]:
        """Elements of register buffers that a statement writes, each once; found once for each statement."""
        known = self._registers.get(id(stmt))
        if known is not None:
            return known[1]
        parts = stmt.stmts if isinstance(stmt, Block) else blocks(stmt)
        own = [register(buffer, index) for buffer, index in _written(stmt) if buffer.scope == "register"]
        found = tuple(dict.fromkeys((*own, *(key for part in parts for key in self._registers_of(part)))))
        self._registers[id(stmt)] = stmt, found     # by id; the statement is kept, for its id to stay its own
        return found


def _written(stmt: Stmt) -> Iterator[tuple[Buffer, tuple[Expr, ...]]]:
    """The elements that a statement may write, not those in it."""
    if isinstance(stmt, Store):
        yield stmt.buffer, stmt.index
    elif isinstance(stmt, Invoke):
        for operand in stmt.operands:
            yield operand.buffer, operand.index


def register(buffer: Buffer, index: tuple[Expr, ...]) -> Key:
    """The key of an element of a register buffer."""
    return ("register", buffer.name, *map(constant, index))


def variable(name: str) -> Key:
    """The key of a loop's variable or of a named value."""
    return ("variable", name)


def place(name: str) -> Key:
    """The key of a buffer's address; for a scalar given by value, of the value."""
    return ("place", name)
