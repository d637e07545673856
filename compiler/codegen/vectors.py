"""The vector section of a generated file: types and operations, twice.

Where the compiler has GNU vectors the operations are macros around its operators, and no vector is ever a
parameter, a result or a compound literal (which would depend on the ABI in use). Elsewhere a vector is a
struct with an array and the operations are small functions.

`section(code)` finds out by itself what a piece of code uses.
"""

from __future__ import annotations

import re

from .gnu_vectors import gnu
from .plain_vectors import plain
from .vector_type import VectorType, parse

GNU = "TXC_GNU"
_TYPE = re.compile(r"\b([fiu]\d+)x(\d+)(?=\b|_)")
_OPERATION = re.compile(r"\b([fiu]\d+x\d+)_([a-z_]+\w*)(?=\()")
_SPLAT = re.compile(r"\bSPLAT(\d+)\(")


def section(code: str) -> str:
    """The C text that defines the vector types and operations in `code`; empty where there are none."""
    operations = sorted({(parse(t), op) for t, op in _OPERATION.findall(code)}, key=str)
    if not _TYPE.search(code):
        return ""
    with_gnu = [gnu(t, op) for t, op in operations]
    without = [plain(t, op) for t, op in operations]
    splats = sorted({int(n) for n in _SPLAT.findall(code)})
    return "\n".join([
        "/* Vectors: those of GNU C where the compiler has them, plain structs elsewhere. */",
        f"#if {GNU}",
        *_gnu_types("\n".join([code, *with_gnu]), {t for t, op in operations if op in ("load", "store")}),
        "#define LANES(...) {__VA_ARGS__}",
        *with_gnu,
        "#else",
        *(f"typedef struct {{ {t.c_element} lane[{t.lanes}]; }} {t};"
          for t in _types("\n".join([code, *without]))),
        "#define LANES(...) {{__VA_ARGS__}}",
        *without,
        "#endif",
        *(f"#define SPLAT{n}(x) LANES({', '.join(['x'] * n)})" for n in splats),
        ""])


def _types(code: str) -> list[VectorType]:
    return sorted({VectorType(e, int(n)) for e, n in _TYPE.findall(code)}, key=lambda t: (t.lanes, t.element))


def _gnu_types(code: str, in_memory: set[VectorType]) -> list[str]:
    lines: list[str] = []
    for t in _types(code):
        size = t.lanes * t.bits // 8
        lines.append(f"typedef {t.c_element} {t} __attribute__((vector_size({size})));")
        if t in in_memory:
            lines.append(f"typedef {t.c_element} {t}_memory "
                         f"__attribute__((vector_size({size}), aligned({t.bits // 8}), may_alias));")
    return lines
