"""Lanes picked from two vectors, in C: one builtin of newer compilers, lane by lane elsewhere."""

from __future__ import annotations

from .values import Value
from .vector_type import VectorType


def shuffled(picks: tuple[int, ...], left: Value, right: Value) -> Value:
    """Lanes of two values of one type; picks from the number of lanes on are of the right one."""
    kind = VectorType(left.type.element, len(picks))
    numbers = ", ".join(map(str, picks))
    return Value(f"{kind}_shuffle_{left.type}({left}, {right}, {numbers})", kind)


def gnu_shuffle(t: VectorType, op: str) -> str:
    """The macro `T_shuffle_S(a, b, picks…)` for GNU C. GCC has the builtin from version 12 on."""
    origin, name = origin_of(op), f"{t}_{op}(a, b, ...)"
    lane = f"p_[l_] < {origin.lanes} ? a_[p_[l_]] : b_[p_[l_] - {origin.lanes}]"
    loop = f"for (int l_ = 0; l_ < {t.lanes}; l_++) r_[l_] = {lane};"
    return "\n".join([
        "#if defined(__clang__) || __GNUC__ >= 12",
        f"#define {name} (({t})__builtin_shufflevector(a, b, __VA_ARGS__))",
        "#else",
        f"#define {name} __extension__({{ const {origin} a_ = (a), b_ = (b); \\",
        f"    const int p_[] = {{__VA_ARGS__}}; {t} r_; {loop} r_; }})",
        "#endif"])


def plain_shuffle(t: VectorType, op: str) -> str:
    """The same on structs. C++ has no compound literals: the picks are parameters."""
    origin = origin_of(op)
    numbers = [f"p{n}" for n in range(t.lanes)]
    lane = f"p[l] < {origin.lanes} ? a.lane[p[l]] : b.lane[p[l] - {origin.lanes}]"
    parameters = ", ".join([f"{origin} a", f"{origin} b", *(f"int {n}" for n in numbers)])
    return "\n".join([
        f"static inline {t} {t}_{op}({parameters})", "{",
        f"    const int p[{t.lanes}] = {{{', '.join(numbers)}}};", f"    {t} r;",
        f"    for (int l = 0; l < {t.lanes}; l++)", f"        r.lane[l] = {lane};", "    return r;", "}"])


def origin_of(op: str) -> VectorType:
    """The type that a shuffle picks from, out of the operation's name."""
    element, _, lanes = op.removeprefix("shuffle_").partition("x")
    return VectorType(element, int(lanes))
