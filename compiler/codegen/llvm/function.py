"""Statements of the loop IR as LLVM functions: one for the serial part, one for each parallel region.

Elements of register buffers are values, not memory: a loop carries round those that it changes, and a branch
joins them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from math import prod

from ...loop.ir import Alloc, Block, Buffer, Const, For, If, Invoke, Let, Prefetch, Store
from ...loop.ranges import bounds
from ..memory import Memory, buffer_bytes, tasks_of
from .aliases import Aliases
from .arithmetic import Arithmetic
from .builder import Builder, poison
from .expressions import Expressions
from .frame import Frame, Key, place, register, variable
from .halves import Halves
from .invoke import Invocations
from .values import LOCAL, Value, kind_of, memory_kind, whole


@dataclass
class Program:
    """What the functions of one module have in common; `functions` are the texts of those written so far."""

    name: str
    by_value: frozenset[str]
    features: frozenset[str]
    cores: int
    aliases: Aliases = field(default_factory=Aliases)
    declared: dict[str, str] = field(default_factory=dict[str, str])
    functions: list[str] = field(default_factory=list[str])
    regions: int = 0


class Function:
    """Writes the statements of one function; `outer` is the frame around a region's."""

    def __init__(self, program: Program, ranges: dict[str, tuple[int, int]] | None = None,
                 outer: Frame | None = None, struct: str = "") -> None:
        self.builder = Builder()
        self.frame = Frame(self.builder, outer, struct)
        self.memory = Memory()
        self.slices = 0     # bytes of the slices of all tasks, for the region that needs most
        self._program = program
        self._in_region = outer is not None
        self._ranges = dict(ranges or {})
        native = not {"f16c", "avx512f", "aarch64"}.isdisjoint(program.features)
        arithmetic = Arithmetic(self.builder, Halves(self.builder, native), program.declared,
                                "aarch64" in program.features)
        self._expressions = Expressions(self.builder, self.frame, arithmetic, program.aliases,
                                        program.by_value, self._ranges)
        self._invocations = Invocations(self.builder, self.frame, self._expressions.access)
        self._arena = f"memory {len(program.functions)} {program.regions}"

    def block(self, block: Block) -> None:
        """The statements of a block, in a scope of their own."""
        with self.frame.scope(), self.memory.scope():
            for stmt in block.stmts:
                match stmt:
                    case Block():
                        self.block(stmt)
                    case For():
                        self._for(stmt)
                    case If():
                        self._if(stmt)
                    case Alloc(buffer=buffer):
                        self._alloc(buffer)
                    case Let():
                        self._let(stmt)
                    case Store():
                        self._store(stmt)
                    case Invoke():
                        self._invocations.write(stmt)
                    case Prefetch(buffer=buffer, index=index):
                        where = self._expressions.access.address(buffer, index)
                        self.builder.effect(f"call void @llvm.prefetch.p0({where}, i32 0, i32 3, i32 1)")

    # ── statements ───────────────────────────────────────────────────────────────────────────────────────

    def _for(self, loop: For) -> None:
        self._ranges[loop.var] = (0, loop.extent - 1)
        if loop.kind == "parallel" and not self._in_region:
            self._parallel(loop)
        elif loop.extent == 1:
            with self.frame.scope():
                self.frame[variable(loop.var)] = whole(0)
                self.block(loop.body)
        else:
            self._loop(loop, whole(0), whole(loop.extent))

    def _loop(self, loop: For, first: Value, limit: Value) -> None:
        """The body from first to below limit, at least once."""
        keys = self.frame.changed(loop.body)
        opened, values = self.builder.open_loop([self.frame[key] for key in keys])
        for key, value in zip(keys, values, strict=True):
            self.frame[key] = value
        with self.frame.scope():
            self.frame[variable(loop.var)] = opened.counter
            self.block(loop.body)
        last = [self.frame[key] for key in keys]
        self.builder.close_loop(opened, last, first, limit)
        self._now(keys, last)

    def _if(self, stmt: If) -> None:
        known = self._expressions.holds(stmt.condition)
        if known is not None:
            self.block(stmt.then if known else stmt.otherwise or Block(()))
            return
        condition = self._expressions.value(stmt.condition)
        keys = self.frame.changed(Block((stmt.then, stmt.otherwise or Block(()))))
        before = [self.frame[key] for key in keys]

        def side(block: Block) -> list[Value]:
            self._now(keys, before)
            self.block(block)
            return [self.frame[key] for key in keys]

        joined = self.builder.branch(
            condition, lambda: side(stmt.then), lambda: side(stmt.otherwise or Block(())))
        for key, value in zip(keys, joined, strict=True):
            self.frame[key] = value

    def _now(self, keys: list[Key], values: list[Value]) -> None:
        """New values of register elements, which are known from here on."""
        for key, value in zip(keys, values, strict=True):
            known = value.text.startswith("%")
            self.frame[key] = Value(value.text, value.kind, value.lanes, LOCAL if known else 0)

    def _let(self, let: Let) -> None:
        var = let.var
        if var.dtype.is_integer:
            self._ranges[var.name] = bounds(let.value, self._ranges)
        self.frame[variable(var.name)] = self._expressions.value(let.value)

    def _store(self, store: Store) -> None:
        value = self._expressions.value(store.value)
        if store.buffer.scope == "register":
            self.frame[register(store.buffer, store.index)] = value
        else:
            self._expressions.access.store(store.buffer, store.index, value)

    def _alloc(self, buffer: Buffer) -> None:
        if buffer.scope == "register":
            undefined = poison(kind_of(buffer.dtype), buffer.lanes)
            for index in product(*map(range, buffer.shape)):
                self.frame[register(buffer, tuple(map(Const, index)))] = undefined
            return
        if self.memory.on_stack(buffer):
            count = prod(buffer.shape) * buffer.lanes
            self.frame[place(buffer.name)] = self.builder.at_entry(
                f"alloca [{count} x {memory_kind(buffer.dtype)}], align 64", "ptr")
            self._program.aliases.own(buffer.name)
            return
        start = self.memory.offset(buffer)
        self._program.aliases.share(buffer.name, self._arena, range(start, start + buffer_bytes(buffer)))
        base = Value("%slice" if self._in_region else "%workspace", "ptr")
        self.frame[place(buffer.name)] = self.builder.field("i8", base, f"i64 {start}")

    # ── parallel regions ─────────────────────────────────────────────────────────────────────────────────

    def _parallel(self, loop: For) -> None:
        """The body becomes a function; here its arguments are gathered and the tasks run."""
        program = self._program
        name = f"{program.name}_region{program.regions}"
        program.regions += 1
        tasks = tasks_of(loop, program.cores)
        inner = Function(program, self._ranges, self.frame, f"%{name}_args")
        inner.task(loop, tasks)
        fields = inner.frame.captured
        if inner.memory.bytes:
            fields.append(Value("%slices", "ptr"))
            inner.own_slice(len(fields) - 1, name)
            self.slices = max(self.slices, tasks * inner.memory.bytes)
        types = ", ".join(v.type for v in fields)
        head = f"%{name}_args = type {{ {types} }}\n\n" if fields else ""
        program.functions.append(f"{head}define internal i32 @{name}(ptr %arg, i32 %task) #0 {{\n"
                                 f"{inner.builder.text()}  ret i32 0\n}}\n")
        self._run(name, tasks, self._arguments(name, fields))

    def _arguments(self, name: str, fields: list[Value]) -> Value:
        """The struct of captured values."""
        if not fields:
            return Value("null", "ptr")
        struct = self.builder.at_entry(f"alloca %{name}_args", "ptr")
        for number, value in enumerate(fields):
            where = self.builder.field(f"%{name}_args", struct, f"i32 0, i32 {number}")
            self.builder.effect(f"store {value}, {where}")
        return struct

    def _run(self, name: str, tasks: int, args: Value) -> None:
        """Run the tasks; a code that is not 0 is given back at once."""
        code = self.builder.here(f"call i32 %parallel(ptr %run, i32 {tasks}, ptr @{name}, {args})", "i32")
        failed = self.builder.here(f"icmp ne {code}, 0", "i1")
        before = self.builder.current
        stop = self.builder.start("failed")
        stop.lines.append(f"ret {code}")
        after = self.builder.start("ran")
        before.lines.append(f"br {failed}, label %{stop.label}, label %{after.label}")

    def task(self, loop: For, tasks: int) -> None:
        """The iterations of one task: an equal, contiguous share of all."""
        build, task = self.builder, Value("%task", "i32")
        number = build.pure(f"zext {task} to i64", "i64", 1, task)
        if tasks == loop.extent:
            self.frame[variable(loop.var)] = number
            self.block(loop.body)
            return
        extent, count = whole(loop.extent), whole(tasks)
        first = build.binary("udiv", build.binary("mul", number, extent), count)
        following = build.binary("add", number, whole(1))
        limit = build.binary("udiv", build.binary("mul", following, extent), count)
        self._loop(loop, first, limit)

    def own_slice(self, field: int, name: str) -> None:
        """Find this task's part of the workspace, at the start."""
        self.builder.entry.phis += [
            f"%slices.at = getelementptr %{name}_args, ptr %arg, i32 0, i32 {field}",
            "%slices = load ptr, ptr %slices.at",
            "%task.number = zext i32 %task to i64",
            f"%task.bytes = mul i64 %task.number, {self.memory.bytes}",
            "%slice = getelementptr i8, ptr %slices, i64 %task.bytes"]
