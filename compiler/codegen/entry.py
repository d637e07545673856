"""The functions of NAME.c that a C project calls: checks, scratch memory, packing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .checks import ALIGN, CPU_CHECK, function, null_check, pointers, run_checks, unused, workspace_check
from .header import (
    CODES,
    packed_prototype,
    packed_workspace_prototype,
    plain_prototype,
    prepack_prototype,
    run_prototype,
)
from .interface import Interface
from .packing import Packing


@dataclass(frozen=True, slots=True)
class Routine:
    """A static function of NAME.c: its name, the C variables that are its parameters, and its scratch memory.

    Calls give each parameter the variable of its name, or another value.
    """

    name: str
    parameters: tuple[str, ...]
    workspace: int

    def call(self, values: Mapping[str, str]) -> str:
        """A call of it."""
        return f"{self.name}({', '.join(values.get(p, p) for p in self.parameters)})"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the functions are made of: the main nest, the prepack nest if it does anything, the block.

    `workspace` has the bytes that a run of both needs.
    """

    main: Routine
    ahead: Routine | None
    packing: Packing
    workspace: int

    @property
    def used_ahead(self) -> tuple[str, ...]:
        """The C variables that the prepack nest uses."""
        return self.ahead.parameters if self.ahead else ()

    @property
    def used(self) -> tuple[str, ...]:
        """The C variables that one of the two nests uses."""
        return (*self.main.parameters, *self.used_ahead)


def entry_points(interface: Interface, parts: Parts) -> str:
    """All of them."""
    name = interface.name
    made = [_strerror(name), function(f"size_t {name}_workspace_bytes(void)", f"return {parts.workspace};"),
            _run(interface, parts), _plain(interface, parts.workspace)]
    if interface.constants:
        made += [_prepack_bytes(interface, parts), _prepack(interface, parts), _packed(interface, parts)]
    return "\n".join(made)


def _strerror(name: str) -> str:
    cases = [line for n, _, text, _ in CODES
             for line in (f"case TXC_{n}:", f'    return "{text.replace("NAME", name)}";')]
    return function(f"const char *{name}_strerror(int code)", "switch (code) {", *cases, "default:",
                    '    return "unknown code";', "}")


def _run(interface: Interface, parts: Parts) -> str:
    lines = ["unsigned char *workspace;"] if parts.workspace else []
    lines += ["int code;"] if parts.ahead else []
    lines += [*unused(interface.parameters, parts.used),
              *run_checks(interface, interface.parameters), *workspace_check(parts.workspace)]
    values = parts.packing.in_workspace()
    if parts.ahead:
        values["workspace"] = f"workspace + {parts.packing.computed_bytes}"
        lines += [f"code = {parts.ahead.call(values)};", "if (code != TXC_SUCCESS)", "    return code;"]
    return function(run_prototype(interface), *lines, f"return {parts.main.call(values)};")


def _plain(interface: Interface, workspace: int) -> str:
    name = interface.name
    arguments = ", ".join(p.name for p in interface.parameters)
    if not workspace:
        return function(plain_prototype(interface), f"return {name}_run({arguments}, NULL);")
    return function(
        plain_prototype(interface),
        "txc_run run = {sizeof(txc_run), NULL, 0, NULL, NULL};",
        "int code;",
        f"run.workspace_bytes = {name}_workspace_bytes();",
        f"run.workspace = {name}_MALLOC(run.workspace_bytes);",
        "if (run.workspace == NULL)",
        "    return TXC_NO_MEMORY;",
        f"code = {name}_run({arguments}, &run);",
        f"{name}_FREE(run.workspace);",
        "return code;")


# ── constant inputs ──────────────────────────────────────────────────────────────────────────────────────


def _prepack_bytes(interface: Interface, parts: Parts) -> str:
    return "\n".join((
        function(f"size_t {interface.name}_prepack_bytes(void)", f"return {parts.packing.bytes};"),
        function(packed_workspace_prototype(interface), f"return {parts.main.workspace};")))


def _layout(packing: Packing) -> str:
    return f"const uint64_t layout = UINT64_C(0x{packing.layout_id:016x});"


def _prepack(interface: Interface, parts: Parts) -> str:
    """Copies, what the prepack nest computes, and last the id, so that a block is complete or refused."""
    values = {p.name: p for p in interface.constants}
    copies = [f"memcpy((unsigned char *)packed + {part.offset}, "
              f"{'&' if values[part.name].by_value else ''}{part.name}, {part.bytes});"
              for part in parts.packing.copied]
    head, compute = _ahead(interface.name, parts)
    return function(
        prepack_prototype(interface), _layout(parts.packing), *head,
        *unused(interface.constants, (*parts.used_ahead, *(part.name for part in parts.packing.copied))),
        *null_check([*pointers(interface.constants), "packed"]),
        f"memset(packed, 0, {parts.packing.bytes});", *compute, *copies,
        "memcpy(packed, &layout, sizeof layout);", "return TXC_SUCCESS;")


def _ahead(name: str, parts: Parts) -> tuple[list[str], list[str]]:
    """Declarations, and the call of the prepack nest with memory of its own."""
    ahead = parts.ahead
    if ahead is None:
        return [], []
    call = f"code = {ahead.call(parts.packing.in_block() | {'run': 'NULL'})};"
    fail = ["if (code != TXC_SUCCESS)", "    return code;"]
    if not ahead.workspace:
        return ["int code;"], [*CPU_CHECK, call, *fail]
    return ["unsigned char *memory, *workspace;", "int code;"], [
        *CPU_CHECK, f"memory = (unsigned char *){name}_MALLOC({ahead.workspace});", "if (memory == NULL)",
        "    return TXC_NO_MEMORY;", "workspace = memory;", ALIGN, call, f"{name}_FREE(memory);", *fail]


def _packed(interface: Interface, parts: Parts) -> str:
    packing, main = parts.packing, parts.main
    others = tuple(p for p in interface.parameters if not p.tensor.const)
    values = packing.in_block("const ")
    for part in packing.copied:
        by_value = next(p.by_value for p in interface.constants if p.name == part.name)
        values[part.name] = ("*" if by_value else "") + part.pointer("(const unsigned char *)packed",
                                                                     const="const ")
    return function(
        packed_prototype(interface), _layout(packing),
        *(["unsigned char *workspace;"] if main.workspace else []),
        *unused(others, main.parameters), *run_checks(interface, others, "packed"),
        "if (memcmp(packed, &layout, sizeof layout) != 0)", "    return TXC_WRONG_LAYOUT;",
        *workspace_check(main.workspace), f"return {main.call(values)};")
