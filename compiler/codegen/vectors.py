"""The vector section of a generated file: types and operations, twice.

Where the compiler has GNU vectors the operations are macros around its operators, and no vector is ever a
parameter, a result or a compound literal (which would depend on the ABI in use). Elsewhere a vector is a
struct with an array and the operations are small functions.

`section(code)` finds out by itself what a piece of code uses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...dsl.dtypes import DTYPES, DType
from .ctext import MEMORY_TYPE, UNSIGNED, Text, cast
from .wrapping import wrapping

GNU = "TXC_GNU"
_TYPE = re.compile(r"\b([fiu]\d+)x(\d+)(?=\b|_)")
_OPERATION = re.compile(r"\b([fiu]\d+x\d+)_([a-z_]+\w*)(?=\()")
_SPLAT = re.compile(r"\bSPLAT(\d+)\(")

_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
_COMPARE = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
_BITS = {"and": "&", "or": "|", "xor": "^"}
OPERATIONS = {op: name for name, op in (_INFIX | _COMPARE).items()}
"""What operators of the language are called on vectors."""


@dataclass(frozen=True, slots=True)
class VectorType:
    """`lanes` elements of a type: f64 f32 i64 i32 i16 i8 u8, or u16 for the bits of 16-bit floats.

    Truth values are lanes of signed integers as wide as what was compared: 0 or -1.
    """

    element: str
    lanes: int

    def __str__(self) -> str:
        return f"{self.element}x{self.lanes}"

    @property
    def bits(self) -> int:
        """Of one element."""
        return int(self.element[1:])

    @property
    def c_element(self) -> str:
        """The C type of one element."""
        return UNSIGNED[self.bits] if self.element[0] == "u" else MEMORY_TYPE[self.element]

    @property
    def mask(self) -> VectorType:
        """The type of a comparison of two of these."""
        return VectorType(f"i{self.bits}", self.lanes)

    @property
    def unsigned(self) -> VectorType:
        """Unsigned elements of the same width."""
        return VectorType(f"u{self.bits}", self.lanes)


def section(code: str) -> str:
    """The C text that defines the vector types and operations in `code`; empty where there are none."""
    operations = sorted({(_type(t), op) for t, op in _OPERATION.findall(code)}, key=str)
    if not _TYPE.search(code):
        return ""
    gnu = [_gnu(t, op) for t, op in operations]
    plain = [_plain(t, op) for t, op in operations]
    splats = sorted({int(n) for n in _SPLAT.findall(code)})
    return "\n".join([
        "/* Vectors: those of GNU C where the compiler has them, plain structs elsewhere. */",
        f"#if {GNU}",
        *_gnu_types("\n".join([code, *gnu]), {t for t, op in operations if op in ("load", "store")}),
        "#define LANES(...) {__VA_ARGS__}",
        *gnu,
        "#else",
        *(f"typedef struct {{ {t.c_element} lane[{t.lanes}]; }} {t};"
          for t in _types("\n".join([code, *plain]))),
        "#define LANES(...) {{__VA_ARGS__}}",
        *plain,
        "#endif",
        *(f"#define SPLAT{n}(x) LANES({', '.join(['x'] * n)})" for n in splats),
        ""])


def _type(name: str) -> VectorType:
    element, _, lanes = name.rpartition("x")
    return VectorType(element, int(lanes))


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


# ── GNU C ────────────────────────────────────────────────────────────────────────────────────────────────


def _gnu(t: VectorType, op: str) -> str:
    parameters, body = _gnu_body(t, op)
    return f"#define {t}_{op}({parameters}) ({body})"


def _gnu_body(t: VectorType, op: str) -> tuple[str, str]:
    is_float = t.element[0] == "f"
    match op:
        case "load":
            return "p", f"*(const {t}_memory *)(p)"
        case "store":
            return "p, v", f"*({t}_memory *)(p) = (v)"
        case "lane":
            return "v, l", "(v)[l]"
        case "pick":
            bits = f"(({t.mask})(a) & (m)) | (({t.mask})(b) & ~(m))"
            return "m, a, b", bits if t == t.mask else f"({t})({bits})"
        case "not":
            return "a", "~(a)"
        case "neg":
            return "a", "-(a)" if is_float else f"({t})-({t.unsigned})(a)"
        case "abs":
            return "a", f"({t})(({t.mask})(a) & INT{t.bits}_MAX)"
        case "shr":
            return "a, n", "(a) >> (n)"
        case "muladd":
            return "a, b, c", "(a) * (b) + (c)"
        case "from_bf16":
            return "a", f"({t})(__builtin_convertvector(a, {t.unsigned}) << 16)"
        case _ if op.startswith("from_"):
            return "a", f"__builtin_convertvector(a, {t})"
        case _ if op in _COMPARE:
            return "a, b", f"({t.mask})((a) {_COMPARE[op]} (b))"
        case _ if is_float or op in _BITS:
            return "a, b", f"(a) {(_INFIX | _BITS)[op]} (b)"
        case _:
            return "a, b", f"({t})(({t.unsigned})(a) {_INFIX[op]} ({t.unsigned})(b))"


# ── plain C ──────────────────────────────────────────────────────────────────────────────────────────────


def _plain(t: VectorType, op: str) -> str:
    match op:
        case "load":
            return _function(t, op, "const void *p", "memcpy(&r, p, sizeof r);")
        case "store":
            return f"static inline void {t}_store(void *p, {t} v)\n{{\n    memcpy(p, &v, sizeof v);\n}}"
        case "lane":
            return f"#define {t}_lane(v, l) ((v).lane[l])"
        case _:
            parameters, result, element = _plain_body(t, op)
            return _function(t, op, parameters, f"for (int l = 0; l < {t.lanes}; l++)",
                             f"    r.lane[l] = {element};", result=result)


def _function(t: VectorType, op: str, parameters: str, *lines: str, result: VectorType | None = None) -> str:
    body = "".join(f"    {line}\n" for line in lines)
    result = result or t
    return f"static inline {result} {t}_{op}({parameters})\n{{\n    {result} r;\n{body}    return r;\n}}"


def _plain_body(t: VectorType, op: str) -> tuple[str, VectorType, str]:
    """Parameters, type of the result, and one element of it."""
    a, b, c = (Text(f"{name}.lane[l]") for name in "abc")
    two, one = f"{t} a, {t} b", f"{t} a"
    match op:
        case "pick":
            return f"{t.mask} m, {two}", t, f"m.lane[l] ? {a} : {b}"
        case "not":
            return one, t, str(cast(t.c_element, Text(f"~{a}", 14)))
        case "neg":
            return one, t, f"-{a}" if t.element[0] == "f" else str(wrapping("-", _dtype(t), Text("0"), a))
        case "abs":
            return one, t, f"{'fabsf' if t.bits == 32 else 'fabs'}({a})"
        case "shr":
            return f"{one}, int n", t, str(cast(t.c_element, Text(f"{a} >> n", 11)))
        case "muladd":
            return f"{two}, {t} c", t, f"{a} * {b} + {c}"
        case "from_bf16":
            return f"u16x{t.lanes} a", t, f"f32_from_bf16({a})"
        case _ if op.startswith("from_"):
            return f"{op[5:]} a", t, str(cast(t.c_element, a))
        case _ if op in _COMPARE:
            return two, t.mask, str(cast(t.mask.c_element, Text(f"-({a} {_COMPARE[op]} {b})", 14)))
        case _ if op in _BITS:
            return two, t, str(cast(t.c_element, Text(f"{a} {_BITS[op]} {b}", 8)))
        case _:
            return two, t, str(wrapping(_INFIX[op], _dtype(t), a, b))


def _dtype(t: VectorType) -> DType:
    return DTYPES[t.element]
