"""A loop nest as a module of LLVM IR: the text that `llc` and `opt` read.

A module exports `NAME_kernel`, and `NAME_pack_kernel` where part of the nest depends on constant inputs
alone. Both are functions

    int kernel(void *const *tensors, unsigned char *workspace, parallel, const txc_run *run)

with the addresses of all tensors that they use, of numbers too, the workspace aligned to 64 bytes, and a
function `int parallel(const txc_run *run, int tasks, int (*body)(void *arg, int task), void *arg)` that runs
the tasks of a parallel region and gives 0.
"""

from __future__ import annotations

from dataclasses import dataclass

from ....dsl.dtypes import BOOL
from ...loop.ir import Buffer, Nest
from ...loop.prepack import Prepacked, prepacked
from ...target.target import Target
from ..interface import Interface
from ..memory import workspace_bytes
from .frame import place
from .function import Function, Program
from .invoke import with_texts
from .machines import attributes, triple
from .values import Value, memory_kind, whole


@dataclass(frozen=True, slots=True)
class Kernel:
    """An exported function: its tensors by name, in the order of its list; bytes of workspace, shared and of
    all tasks' slices; whether it has parallel regions."""

    symbol: str
    tensors: tuple[str, ...]
    shared: int
    slices: int
    parallel: bool

    @property
    def workspace(self) -> int:
        """Bytes that a call needs, with room to align them."""
        return workspace_bytes(self.shared, self.slices)


@dataclass(frozen=True, slots=True)
class Module:
    """The text of a module and what it exports; `ahead` computes the tensors `packed` for `main`."""

    text: str
    main: Kernel
    ahead: Kernel | None
    packed: tuple[Buffer, ...]


def module(nest: Nest, facade: Interface, target: Target) -> Module:
    """The module of an optimised nest."""
    return module_of(prepacked(nest, [p.tensor.name for p in facade.constants]), facade, target)


def module_of(split: Prepacked, facade: Interface, target: Target) -> Module:
    """The module of a nest whose part that can run ahead of time stands apart."""
    by_value = frozenset(p.tensor.name for p in facade.parameters if p.by_value)
    program = Program(facade.name, by_value, target.features, target.cores)
    ahead = _kernel(program, f"{facade.name}_pack_kernel", split.prepack) if split.packed else None
    main = _kernel(program, f"{facade.name}_kernel", split.main)
    parts = [f"; {facade.name}: kernel {facade.declaration}\ntarget triple = \"{triple(target)}\"\n",
             *program.functions,
             "".join(f"{line}\n" for line in program.declared.values()),
             f"attributes #0 = {{ {attributes(target)} }}\n", program.aliases.text()]
    return Module("\n".join(filter(None, parts)), main, ahead, split.packed)


def _kernel(program: Program, symbol: str, nest: Nest) -> Kernel:
    """Write an exported function and the regions in it."""
    before = len(program.functions)
    function = Function(program)
    buffers = (*nest.inputs, *nest.outputs)
    _parameters(function, buffers, program)
    function.block(with_texts(nest).body)
    regions = len(program.functions) > before
    shared, slices = function.memory.bytes, function.slices
    if slices:
        function.builder.entry.phis.append(f"%slices = getelementptr i8, ptr %workspace, i64 {shared}")
    head = f"define i32 @{symbol}(ptr %tensors, ptr %workspace, ptr %parallel, ptr %run) #0"
    program.functions.append(f"{head} {{\n{function.builder.text()}  ret i32 0\n}}\n")
    return Kernel(symbol, tuple(b.name for b in buffers), shared, slices, regions)


def _parameters(function: Function, buffers: tuple[Buffer, ...], program: Program) -> None:
    """Take the tensors' addresses, and the numbers that are given by value, from the list."""
    for position, buffer in enumerate(buffers):
        where = function.builder.at_entry(f"getelementptr ptr, ptr %tensors, i64 {position}", "ptr")
        address = function.builder.at_entry(f"load ptr, {where}", "ptr")
        program.aliases.own(buffer.name)
        function.frame[place(buffer.name)] = (
            _scalar(function, address, buffer) if buffer.name in program.by_value else address)


def _scalar(function: Function, address: Value, buffer: Buffer) -> Value:
    """The number at an address."""
    kind = memory_kind(buffer.dtype)
    value = function.builder.at_entry(f"load {kind}, {address}", kind)
    return function.builder.compare("icmp ne", value, whole(0, "i8")) if buffer.dtype == BOOL else value
