"""Pieces of the functions that a C project calls: what they check before anything runs."""

from __future__ import annotations

from collections.abc import Iterable

from .interface import Interface, Parameter
from .writer import Writer

CPU_CHECK = ("if (!TXC_CPU_SUPPORTED)", "    return TXC_UNSUPPORTED_CPU;")
ALIGN = "workspace += -(uintptr_t)workspace & 63;"


def function(prototype: str, *lines: str) -> str:
    """A function of these lines."""
    writer = Writer(1)
    for line in lines:
        writer.line(line)
    return f"{prototype}\n{{\n{writer}}}\n"


def run_checks(interface: Interface, parameters: tuple[Parameter, ...], block: str = "") -> list[str]:
    """No argument is NULL, neither is `block`, the run is of this ABI, the CPU has what the kernel needs."""
    return [*null_check([*pointers(parameters), *([block] if block else [])]),
            "if (run != NULL && run->size < sizeof(txc_run))", "    return TXC_WRONG_RUN_SIZE;",
            *CPU_CHECK, *_overlap_check(interface, parameters)]


def pointers(parameters: tuple[Parameter, ...]) -> list[str]:
    """The names of those parameters that are pointers."""
    return [p.name for p in parameters if not p.by_value]


def unused(parameters: tuple[Parameter, ...], names: Iterable[str]) -> list[str]:
    """Statements for the numbers that nothing else names: compilers warn of these."""
    known = set(names)
    return [f"(void){p.name};" for p in parameters if p.by_value and p.name not in known]


def null_check(names: list[str]) -> list[str]:
    """No pointer is NULL."""
    if not names:
        return []
    return [*_condition([f"{name} == NULL" for name in names]), "    return TXC_NULL_ARGUMENT;"]


def workspace_check(size: int) -> list[str]:
    """The workspace is there and large enough; `workspace` is then its first aligned byte."""
    if not size:
        return []
    return [f"if (run == NULL || run->workspace == NULL || run->workspace_bytes < {size})",
            "    return TXC_NO_WORKSPACE;",
            "workspace = (unsigned char *)run->workspace;", ALIGN]


def _condition(tests: list[str], each: int = 4) -> list[str]:
    """`if (… || …)` with some tests in each line."""
    rows = [" || ".join(tests[i:i + each]) for i in range(0, len(tests), each)]
    ends = [" ||"] * (len(rows) - 1) + [")"]
    starts = ["if ("] + ["    "] * (len(rows) - 1)
    return [start + row + end for start, row, end in zip(starts, rows, ends, strict=True)]


def _overlap_check(interface: Interface, parameters: tuple[Parameter, ...]) -> list[str]:
    """Under NAME_DEBUG: no output shares a byte with another tensor."""
    tensors = [p for p in parameters if not p.by_value]
    pairs = [(p, q) for i, p in enumerate(tensors) for q in tensors[i + 1:] if q.output]
    if not pairs:
        return []
    tests = [f"{interface.name}_overlap({p.name}, {p.bytes}, {q.name}, {q.bytes})" for p, q in pairs]
    return [f"#ifdef {interface.name}_DEBUG", *_condition(tests, each=1), "    return TXC_OVERLAP;", "#endif"]


def overlap_function(interface: Interface) -> str:
    """The function that the check for overlap calls."""
    name = interface.name
    text = function(
        f"static int {name}_overlap(const void *a, size_t a_bytes, const void *b, size_t b_bytes)",
        "const uintptr_t x = (uintptr_t)a, y = (uintptr_t)b;",
        "return x < y ? y - x < a_bytes : x - y < b_bytes;")
    return f"#ifdef {name}_DEBUG\n{text}#endif\n" if _overlap_check(interface, interface.parameters) else ""
