"""Operations on vectors in plain C: a vector is a struct with an array."""

from __future__ import annotations

from ...dsl.dtypes import DTYPES, DType
from .ctext import UNSIGNED, Text, cast
from .operations import BITS, COMPARE, INFIX, LIBRARY
from .shuffles import plain_shuffle
from .vector_type import VectorType
from .wrapping import wrapping


def plain(t: VectorType, op: str) -> str:
    """The C text of an operation on structs."""
    match op:
        case "load":
            return _function(t, op, "const void *p", "memcpy(&r, p, sizeof r);")
        case _ if op.startswith("bits_"):
            return _function(t, op, f"{op[5:]} a", "memcpy(&r, &a, sizeof r);")
        case _ if op.startswith("shuffle_"):
            return plain_shuffle(t, op)
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
    return _converted(t, op) or _special(t, op) or _operator(t, op)


def _converted(t: VectorType, op: str) -> tuple[str, VectorType, str] | None:
    """From another type."""
    match op:
        case "from_bf16" | "from_f16":
            return f"u16x{t.lanes} a", t, f"f32_{op}(a.lane[l])"
        case "to_f16":
            return f"f32x{t.lanes} a", t, "f16_from_f32(a.lane[l])"
        case _ if op.startswith(("from_", "wide_")):
            return f"{op[5:]} a", t, str(cast(t.c_element, Text("a.lane[l]")))
        case _:
            return None


def _special(t: VectorType, op: str) -> tuple[str, VectorType, str] | None:
    """What is no operator between two vectors."""
    a, b, c = (f"{name}.lane[l]" for name in "abc")
    two, one, suffix = f"{t} a, {t} b", f"{t} a", "f" if t.bits == 32 else ""
    match op:
        case "pick":
            return f"{t.mask} m, {two}", t, f"m.lane[l] ? {a} : {b}"
        case "larger" | "smaller":
            return two, t, f"{a} {'>' if op == 'larger' else '<'} {b} ? {a} : {b}"
        case "not":
            return one, t, str(cast(t.c_element, Text(f"~{a}", 14)))
        case "neg":
            return one, t, f"-{a}" if t.is_float else str(wrapping("-", _dtype(t), Text("0"), Text(a)))
        case "abs":
            return one, t, f"fabs{suffix}({a})"
        case "shr":
            return f"{one}, int n", t, str(cast(t.c_element, Text(f"{a} >> n", 11)))
        case "shl":
            wide = cast(UNSIGNED[max(t.bits, 32)], Text(a))
            return f"{one}, int n", t, str(cast(t.c_element, Text(f"{wide} << n", 11)))
        case "muladd":
            return f"{two}, {t} c", t, f"{a} * {b} + {c}"
        case _ if op in LIBRARY:
            return one, t, f"{LIBRARY[op]}{suffix}({a})"
        case _:
            return None


def _operator(t: VectorType, op: str) -> tuple[str, VectorType, str]:
    a, b = Text("a.lane[l]"), Text("b.lane[l]")
    two = f"{t} a, {t} b"
    if op in COMPARE:
        return two, t.mask, str(cast(t.mask.c_element, Text(f"-({a} {COMPARE[op]} {b})", 14)))
    if op in BITS:
        return two, t, str(cast(t.c_element, Text(f"{a} {BITS[op]} {b}", 8)))
    return two, t, str(wrapping(INFIX[op], _dtype(t), a, b))


def _dtype(t: VectorType) -> DType:
    return DTYPES[t.element]
