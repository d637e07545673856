"""Writing one function of LLVM IR: blocks, loops, branches, and where an instruction stands.

An instruction without effects is written where what it needs is known, outside of all loops that it does not
depend on, and only once: addresses and other invariants stand before loops without a pass that moves them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from .values import LOCAL, Value, vector


@dataclass
class BasicBlock:
    """A block: its phis, then what was brought to its head, then the rest."""

    label: str
    phis: list[str] = field(default_factory=list[str])
    head: list[str] = field(default_factory=list[str])
    lines: list[str] = field(default_factory=list[str])
    known: dict[str, Value] = field(default_factory=dict[str, Value])

    def __str__(self) -> str:
        body = "".join(f"  {line}\n" for line in (*self.phis, *self.head, *self.lines))
        return f"{self.label}:\n{body}"


@dataclass
class Level:
    """The block that every iteration of a loop starts in (for level 0 the entry), and what is known there."""

    block: BasicBlock
    known: dict[str, Value] = field(default_factory=dict[str, Value])


@dataclass
class Loop:
    """A loop that is being written: its counter, the block before it, and the values it carries round."""

    counter: Value
    before: str
    block: BasicBlock
    carried: list[tuple[Value, Value]]      # the phi, and what it is in the first iteration


class Builder:
    """The blocks of one function."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = count()
        self.entry = BasicBlock("entry")
        self._blocks = [self.entry]
        self._levels = [Level(self.entry)]

    @property
    def current(self) -> BasicBlock:
        """The block that is being written."""
        return self._blocks[-1]

    def number(self) -> int:
        """A number that no name in the function has yet."""
        return next(self._numbers)

    def text(self) -> str:
        """The blocks."""
        return "".join(map(str, self._blocks))

    # ── instructions ─────────────────────────────────────────────────────────────────────────────────────

    def effect(self, instruction: str) -> None:
        """An instruction without a result, here."""
        self.current.lines.append(instruction)

    def here(self, instruction: str, kind: str, lanes: int = 1) -> Value:
        """An instruction that must stand here: it reads memory, or calls something."""
        value = Value(f"%v{next(self._numbers)}", kind, lanes, LOCAL)
        self.effect(f"{value.text} = {instruction}")
        return value

    def at_entry(self, instruction: str, kind: str, lanes: int = 1) -> Value:
        """An instruction at the start of the function."""
        value = Value(f"%v{next(self._numbers)}", kind, lanes)
        self.entry.head.append(f"{value.text} = {instruction}")
        return value

    def pure(self, instruction: str, kind: str, lanes: int, *operands: Value) -> Value:
        """An instruction that depends on its operands alone."""
        level = 0
        for operand in operands:        # quicker than max(), and this runs for every instruction
            if operand.level > level:
                level = operand.level
        place = self.current if level == LOCAL else self._levels[level]
        known = place.known.get(instruction)
        if known is not None:
            return known
        value = Value(f"%v{next(self._numbers)}", kind, lanes, level)
        lines = self.current.lines if isinstance(place, BasicBlock) else place.block.head
        lines.append(f"{value.text} = {instruction}")
        place.known[instruction] = value
        return value

    def binary(self, operation: str, a: Value, b: Value) -> Value:
        """`operation a, b`, of the type of both."""
        return self.pure(f"{operation} {a}, {b.text}", a.kind, a.lanes, a, b)

    def compare(self, predicate: str, a: Value, b: Value) -> Value:
        """`icmp …` or `fcmp …`: one bit for each lane."""
        return self.pure(f"{predicate} {a}, {b.text}", "i1", a.lanes, a, b)

    def convert(self, operation: str, a: Value, kind: str) -> Value:
        """`operation a to kind`, lane by lane."""
        if a.kind == kind and operation in ("bitcast", "zext", "sext", "trunc"):
            return a
        return self.pure(f"{operation} {a} to {vector(kind, a.lanes)}", kind, a.lanes, a)

    def select(self, condition: Value, a: Value, b: Value) -> Value:
        """`a` where the condition holds, else `b`; both are evaluated."""
        return self.pure(f"select {condition}, {a}, {b}", a.kind, a.lanes, condition, a, b)

    def intrinsic(self, name: str, *args: Value, flags: str = "", result: Value | None = None,
                  extra: str = "") -> Value:
        """A function of LLVM's own without effects. Its types are those of `result`, else of the first
        argument; the name is mangled with them."""
        out = result or args[0]
        types = [*([result] if result is not None else []), args[0]]
        mangled = ".".join([f"llvm.{name}", *map(_mangled, types)])
        listed = ", ".join([*map(str, args), *([extra] if extra else [])])
        return self.pure(f"call {flags}{out.type} @{mangled}({listed})", out.kind, out.lanes, *args)

    def field(self, kind: str, pointer: Value, path: str) -> Value:
        """An address at a constant distance from another one."""
        return self.pure(f"getelementptr {kind}, {pointer}, {path}", "ptr", 1, pointer)

    def lane(self, a: Value, number: int) -> Value:
        """One lane of a vector."""
        return self.pure(f"extractelement {a}, i32 {number}", a.kind, 1, a)

    def with_lane(self, a: Value, number: int, lane: Value) -> Value:
        """A vector with one lane replaced."""
        return self.pure(f"insertelement {a}, {lane}, i32 {number}", a.kind, a.lanes, a, lane)

    def shuffle(self, a: Value, b: Value, picks: list[int]) -> Value:
        """Lanes picked from two vectors."""
        mask = ", ".join(f"i32 {n}" for n in picks)
        return self.pure(f"shufflevector {a}, {b}, <{len(picks)} x i32> <{mask}>", a.kind, len(picks), a, b)

    def splat(self, a: Value, lanes: int) -> Value:
        """One value in all lanes."""
        if not a.text.startswith("%"):
            return Value(f"splat ({a})", a.kind, lanes)
        first = self.with_lane(poison(a.kind, lanes), 0, a)
        return self.pure(f"shufflevector {first}, {poison(a.kind, lanes)}, <{lanes} x i32> zeroinitializer",
                         a.kind, lanes, first)

    # ── control ──────────────────────────────────────────────────────────────────────────────────────────

    def start(self, name: str) -> BasicBlock:
        """A new block, written from now on."""
        self._blocks.append(BasicBlock(f"{name}.{next(self._numbers)}"))
        return self.current

    def open_loop(self, carried: list[Value]) -> tuple[Loop, list[Value]]:
        """Start the body of a loop that runs at least once; `carried` are the values of its first iteration.

        Gives the loop and the values that an iteration starts with.
        """
        before = self.current
        block = self.start("loop")
        before.lines.append(f"br label %{block.label}")
        level = len(self._levels)
        self._levels.append(Level(block))
        names = [Value(f"%v{next(self._numbers)}", v.kind, v.lanes, level) for v in carried]
        counter = Value(f"%v{next(self._numbers)}", "i64", 1, level)
        return Loop(counter, before.label, block, list(zip(names, carried, strict=True))), names

    def close_loop(self, loop: Loop, last: list[Value], first: Value, limit: Value) -> None:
        """End the body: `last` are the carried values behind an iteration; it runs from first to limit."""
        following = self.here(f"add nuw nsw {loop.counter}, 1", "i64")
        done = self.here(f"icmp eq {following}, {limit.text}", "i1")
        latch = self.current
        self._levels.pop()
        after = self.start("after")
        latch.lines.append(f"br {done}, label %{after.label}, label %{loop.block.label}")
        starts = [(loop.counter, first), *loop.carried]
        for (phi, start), end in zip(starts, [following, *last], strict=True):
            loop.block.phis.append(f"{phi.text} = phi {phi.type} [ {start.text}, %{loop.before} ], "
                                   f"[ {end.text}, %{latch.label} ]")

    def branch(self, condition: Value, then: Callable[[], list[Value]],
               otherwise: Callable[[], list[Value]]) -> list[Value]:
        """Run one of two; each gives as many values, which are joined."""
        origin = self.current
        sides: list[tuple[BasicBlock, list[Value]]] = []
        starts: list[str] = []
        for name, side in (("then", then), ("else", otherwise)):
            starts.append(self.start(name).label)
            values = side()
            sides.append((self.current, values))
        origin.lines.append(f"br {condition}, label %{starts[0]}, label %{starts[1]}")
        joined = self.start("join")
        for block, _ in sides:
            block.lines.append(f"br label %{joined.label}")
        return [self._phi(joined, [(a, sides[0][0]), (b, sides[1][0])])
                for a, b in zip(sides[0][1], sides[1][1], strict=True)]

    def _phi(self, block: BasicBlock, ways: list[tuple[Value, BasicBlock]]) -> Value:
        first = ways[0][0]
        if all(value == first for value, _ in ways):
            return first
        phi = Value(f"%v{next(self._numbers)}", first.kind, first.lanes, LOCAL)
        texts = ", ".join(f"[ {value.text}, %{origin.label} ]" for value, origin in ways)
        block.phis.append(f"{phi.text} = phi {phi.type} {texts}")
        return phi


def poison(kind: str, lanes: int = 1) -> Value:
    """A value that nobody may look at."""
    return Value("poison", kind, lanes)


def _mangled(value: Value) -> str:
    kind = {"double": "f64", "float": "f32"}.get(value.kind, value.kind)
    return kind if value.lanes == 1 else f"v{value.lanes}{kind}"
