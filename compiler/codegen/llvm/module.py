"""A loop nest as a module of LLVM IR: the text that `llc` and `opt` read."""

from __future__ import annotations

from dataclasses import dataclass

from ....dsl.dtypes import BOOL
from ....dsl.typed import Tensor
from ...loop.ir import Nest
from ...target.target import Target
from ..interface import Interface
from ..memory import workspace_bytes
from .frame import place
from .function import Function, Program
from .machines import attributes, triple
from .values import Value, memory_kind, whole


@dataclass(frozen=True, slots=True)
class Module:
    """The text of a module, and the bytes of workspace: for the caller, shared, of all slices.

    Its one exported function is

        int NAME_kernel(void *const *tensors, unsigned char *workspace, parallel, const txc_run *run)

    with addresses of all parameters in order, scalars too, the workspace aligned to 64 bytes, and a function
    `int parallel(const txc_run *run, int tasks, int (*body)(void *arg, int task), void *arg)` that runs
    tasks.
    """

    name: str
    text: str
    workspace: int
    shared: int
    slices: int
    parallel: bool


def module(nest: Nest, facade: Interface, target: Target) -> Module:
    """The module of an optimised nest."""
    by_value = frozenset(p.tensor.name for p in facade.parameters if p.by_value)
    program = Program(facade.name, by_value, target.features, target.cores)
    function = Function(program)
    _parameters(function, facade, program)
    function.block(nest.body)
    shared = function.memory.bytes
    if program.slices:
        function.builder.entry.phis.append(f"%slices = getelementptr i8, ptr %workspace, i64 {shared}")
    head = f"define i32 @{facade.name}_kernel(ptr %tensors, ptr %workspace, ptr %parallel, ptr %run) #0"
    parts = [f"; {facade.name}: kernel {facade.declaration}\ntarget triple = \"{triple(target)}\"\n",
             *program.regions, f"{head} {{\n{function.builder.text()}  ret i32 0\n}}\n",
             "".join(f"{line}\n" for line in program.declared.values()),
             f"attributes #0 = {{ {attributes(target)} }}\n", program.aliases.text()]
    workspace = workspace_bytes(shared, program.slices)
    return Module(facade.name, "\n".join(filter(None, parts)), workspace, shared, program.slices,
                  bool(program.regions))


def _parameters(function: Function, facade: Interface, program: Program) -> None:
    """Take the parameters' addresses, and the numbers that are given by value, from the list."""
    for position, p in enumerate(facade.parameters):
        where = function.builder.at_entry(f"getelementptr ptr, ptr %tensors, i64 {position}", "ptr")
        address = function.builder.at_entry(f"load ptr, {where}", "ptr")
        program.aliases.own(p.tensor.name)
        function.frame[place(p.tensor.name)] = (
            _scalar(function, address, p.tensor) if p.by_value else address)


def _scalar(function: Function, address: Value, tensor: Tensor) -> Value:
    """The number at an address."""
    kind = memory_kind(tensor.dtype)
    value = function.builder.at_entry(f"load {kind}, {address}", kind)
    return function.builder.compare("icmp ne", value, whole(0, "i8")) if tensor.dtype == BOOL else value
