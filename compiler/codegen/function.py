"""Statements of the loop IR as C functions: one for the serial part, one for each parallel region."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from math import prod

from ...dsl.dtypes import BOOL, DType
from ..loop.ir import (
    Alloc,
    Block,
    Buffer,
    Const,
    Expr,
    For,
    If,
    Invoke,
    Let,
    Load,
    Prefetch,
    Store,
    Var,
)
from ..loop.ranges import bounds
from ..loop.visit import all_exprs, walk_stmts
from .abilities import Abilities
from .across import Combiner
from .ctext import MEMORY_TYPE, cast
from .invoke import Invocations, prefetch
from .memory import Memory, tasks_of
from .names import Names
from .scalar import Scalars
from .values import type_of
from .vector import Vectors
from .writer import Writer


@dataclass(frozen=True, slots=True)
class Region:
    """A parallel loop as a C function: `fields` of its argument struct, bytes of a task's slice."""

    name: str
    tasks: int
    fields: tuple[tuple[str, str], ...]
    slice_bytes: int
    text: str


@dataclass
class Program:
    """What the functions of one file have in common."""

    name: str
    names: Names
    by_value: frozenset[str]
    cores: int
    can: Abilities
    invocations: Invocations
    regions: list[Region] = field(default_factory=list[Region])


class Function:
    """Writes the statements of one C function.

    `visible` has the C variables in reach with their types: what a region uses of them is handed over to it.
    """

    def __init__(self, program: Program, visible: dict[str, str], *, depth: int = 1, region: bool = False,
                 ranges: dict[str, tuple[int, int]] | None = None) -> None:
        self.writer = Writer(depth)
        self.memory = Memory()
        self._program = program
        self._visible = visible
        self._region = region
        self._ranges = dict(ranges or {})
        self._scalars = Scalars(program.names, program.by_value, self._ranges)
        self._vectors = Vectors(self._scalars, self.writer, program.can)
        self._lanes = Combiner(self._vectors)
        self._dead: set[str] = set()

    def block(self, block: Block) -> None:
        """The statements of a block, whose braces stand already."""
        lets = any(isinstance(stmt, Let) for stmt in block.stmts)
        read = {e.name for e in all_exprs(block) if isinstance(e, Var)} if lets else set[str]()
        with self._scope():
            for whole in block.stmts:
                stmt = self._lanes.hoisted(whole)
                match stmt:
                    case Block():
                        with self.writer.block(""):
                            self.block(stmt)
                    case For():
                        self._for(stmt)
                    case If():
                        self._if(stmt)
                    case Alloc(buffer=buffer):
                        self._alloc(buffer, block)
                    case Let(var=var, value=value):
                        if var.name in read:
                            self._let(var, value)
                    case Store():
                        self._store(stmt)
                    case Invoke():
                        self._program.invocations.write(stmt, self._scalars, self.writer)
                        self._vectors.splats.forget_memory()
                    case Prefetch():
                        prefetch(stmt, self._scalars, self.writer)

    @contextmanager
    def _scope(self) -> Generator[None]:
        visible = dict(self._visible)
        with self.memory.scope(), self._vectors.splats.scope():
            yield
        self._visible = visible

    # ── statements ───────────────────────────────────────────────────────────────────────────────────────

    def _for(self, loop: For) -> None:
        self._ranges[loop.var] = (0, loop.extent - 1)
        if loop.kind == "parallel" and not self._region:
            self._parallel(loop)
            return
        var = self._declare(Var(loop.var))
        with self.writer.block(f"for (int64_t {var} = 0; {var} < {loop.extent}; {var}++)"):
            self.block(loop.body)
        del self._visible[var]

    def _if(self, stmt: If) -> None:
        known = self._scalars.holds(stmt.condition)
        if known is not None:
            taken = stmt.then if known else stmt.otherwise
            if taken is not None:
                with self.writer.block(""):
                    self.block(taken)
            return
        with self.writer.block(f"if ({self._scalars.text(stmt.condition)})"):
            self.block(stmt.then)
        if stmt.otherwise is not None:
            with self.writer.block("else"):
                self.block(stmt.otherwise)

    def _let(self, var: Var, value: Expr) -> None:
        if var.dtype.is_integer:
            self._ranges[var.name] = bounds(value, self._ranges)
        if var.lanes > 1:
            self._visible[self._program.names[var.name]] = str(self._vectors.let(var.name, value))
            return
        name = self._declare(var)
        self.writer.line(f"const {c_type(var.dtype)} {name} = {self._scalars.text(value)};")

    def _store(self, store: Store) -> None:
        buffer, index, value = store.buffer, store.index, store.value
        if buffer.scope == "register" and self._scalars.register(buffer, index) in self._dead:
            return
        if value.lanes > 1:
            self._vectors.store(buffer, index, value)
        else:
            text = self._scalars.text(value)
            if buffer.dtype == BOOL and buffer.scope != "register":
                text = cast("uint8_t", text)
            self.writer.line(f"{self._scalars.element(buffer, index)} = {text};")
        if buffer.scope != "register":
            self._vectors.splats.forget_memory()

    # ── buffers ──────────────────────────────────────────────────────────────────────────────────────────

    def _alloc(self, buffer: Buffer, block: Block) -> None:
        if buffer.scope == "register":
            self._registers(buffer, block)
            return
        name, kind = self._program.names[buffer.name], MEMORY_TYPE[buffer.dtype.name]
        self._visible[name] = f"{kind} *"
        if self.memory.on_stack(buffer):
            self.writer.line(f"TXC_ALIGNED {kind} {name}[{prod(buffer.shape)}];")
            return
        base = "slice" if self._region else "workspace"
        where = f"{base} + {self.memory.offset(buffer)}"
        self.writer.line(f"{kind} *TXC_RESTRICT {name} = ({kind} *)(void *)({where});")

    def _registers(self, buffer: Buffer, block: Block) -> None:
        """A variable for each element that is ever read."""
        kind = str(type_of(Var("", buffer.dtype, buffer.lanes))) if buffer.lanes > 1 else c_type(buffer.dtype)
        read = {self._scalars.register(e.buffer, e.index) for e in all_exprs(block)
                if isinstance(e, Load) and e.buffer == buffer}
        read |= {self._scalars.register(o.buffer, o.index) for s in walk_stmts(block) if isinstance(s, Invoke)
                 for o in s.operands if o.buffer == buffer}
        names = [self._scalars.register(buffer, tuple(map(Const, index)))
                 for index in product(*map(range, buffer.shape))]
        self._dead -= read      # a buffer of that name in another block, where it was not read
        self._dead.update(set(names) - read)
        alive = [name for name in names if name in read]
        self._visible.update(dict.fromkeys(alive, kind))
        if alive:
            self.writer.line(f"{kind} {', '.join(alive)};")

    # ── parallel regions ─────────────────────────────────────────────────────────────────────────────────

    def _parallel(self, loop: For) -> None:
        """The body becomes a function; here its arguments are gathered and the tasks run."""
        region = self._outline(loop)
        self._program.regions.append(region)
        name = region.name
        with self.writer.block(""):
            values = ", ".join("workspace + TXC_SHARED" if f == "slices" else f for f, _ in region.fields)
            argument = "NULL"
            if region.fields:
                self.writer.line(f"struct {name}_args args = {{{values}}};")
                argument = "&args"
            run = f"{self._program.name}_parallel(run, {region.tasks}, {name}, {argument})"
            self.writer.line(f"const int code = {run};")
            self.writer.line("if (code != TXC_SUCCESS)")
            self.writer.line("    return code;")
        self._vectors.splats.forget_memory()

    def _outline(self, loop: For) -> Region:
        program = self._program
        tasks = tasks_of(loop, program.cores)
        inner = Function(program, dict(self._visible), region=True, ranges=self._ranges)
        inner._tasks(loop, tasks)
        body = str(inner.writer)
        fields = used(self._visible.items(), body)
        name = f"{program.name}_region{len(program.regions)}"
        size = inner.memory.bytes
        if size:
            fields = (*fields, ("slices", "unsigned char *"))
        return Region(name, tasks, fields, size, _region_text(name, fields, size, body))

    def _tasks(self, loop: For, tasks: int) -> None:
        """The iterations of one task: an equal, contiguous share of all."""
        var = self._declare(Var(loop.var))
        if tasks == loop.extent:
            self.writer.line(f"const int64_t {var} = task;")
            self.writer.line(f"(void){var};")
            self.block(loop.body)
            return
        with self.writer.block(f"for (int64_t {var} = (int64_t)task * {loop.extent} / {tasks}; "
                               f"{var} < ((int64_t)task + 1) * {loop.extent} / {tasks}; {var}++)"):
            self.block(loop.body)

    def _declare(self, var: Var) -> str:
        name = self._program.names[var.name]
        self._visible[name] = c_type(var.dtype)
        return name


def c_type(dtype: DType) -> str:
    """The type of a scalar value in a variable; a truth value is an int."""
    return "int" if dtype == BOOL else MEMORY_TYPE[dtype.name]


def used(variables: Iterable[tuple[str, str]], text: str) -> tuple[tuple[str, str], ...]:
    """Those of some variables, with their types, that a piece of C mentions."""
    words = set(re.findall(r"[A-Za-z_]\w*", text))
    return tuple((name, kind) for name, kind in variables if name in words)


def declaration(name: str, kind: str) -> str:
    """`kind name`, with pointers restricted."""
    return f"{kind}TXC_RESTRICT {name}" if kind.endswith("*") else f"{kind} {name}"


def _region_text(name: str, fields: tuple[tuple[str, str], ...], size: int, body: str) -> str:
    writer = Writer()
    if fields:
        with writer.block(f"struct {name}_args", end="};"):
            for field_name, kind in fields:
                writer.line(f"{kind if kind.endswith('*') else kind + ' '}{field_name};")
        writer.line("")
    writer.line("TXC_TARGET")
    writer.line(f"static int {name}(void *arg, int task)")
    return f"{writer}{{\n{_unpacked(name, fields, size)}{body}    return TXC_SUCCESS;\n}}\n"


def _unpacked(name: str, fields: tuple[tuple[str, str], ...], size: int) -> str:
    """The lines that give the fields of the argument struct names of their own."""
    writer = Writer(1)
    if fields:
        writer.line(f"const struct {name}_args *args = (const struct {name}_args *)arg;")
    else:
        writer.line("(void)arg;")
    for field_name, kind in fields:
        if field_name == "slices":
            writer.line(f"unsigned char *slice = args->slices + (size_t)task * {size};")
        else:
            const = "" if kind.endswith("*") else "const "
            writer.line(f"{const}{declaration(field_name, kind)} = args->{field_name};")
    return str(writer)
